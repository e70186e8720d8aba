import { expect } from "chai";
import { untyped } from "../../support/untyped";
import { Ec2World, failure, IMAGE, SUBNETS } from "./support";

describe("EC2", () => {
  let world: Ec2World;
  beforeEach(async () => {
    world = await Ec2World.start();
  });
  afterEach(() => world.close());

  const ownTag = { TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "aws:x", Value: "" }] }] };
  const refused: readonly (readonly [string, string, object, string])[] = [
    ["an image's id that is none", "RunInstances", { ImageId: "ami-1" }, "InvalidAMIID.Malformed"],
    ["a launch without a type", "RunInstances", { InstanceType: undefined }, "MissingParameter"],
    ["an unknown subnet", "RunInstances", { SubnetId: "subnet-1" }, "InvalidSubnetID.NotFound"],
    ["an unknown security group", "RunInstances", { SecurityGroupIds: ["sg-1"] }, "InvalidGroup.NotFound"],
    [
      "a zone that is not there",
      "RunInstances",
      { Placement: { AvailabilityZone: "us-east-1z" } },
      "InvalidParameterValue",
    ],
    [
      "an unknown template",
      "RunInstances",
      { LaunchTemplate: { LaunchTemplateName: "x" } },
      "InvalidLaunchTemplateName.NotFoundException",
    ],
    ["a launch of none", "RunInstances", { MinCount: undefined }, "MissingParameter"],
    ["a member that EC2 does not have", "RunInstances", { Colour: "red" }, "UnknownParameter"],
    ["a member of the wrong type", "RunInstances", { EbsOptimized: "yes" }, "InvalidParameterValue"],
    ["a value that EC2 does not know", "RunInstances", { InstanceType: "big" }, "InvalidParameterValue"],
    ["a tag that is EC2's own", "RunInstances", ownTag, "InvalidParameterValue"],
    [
      "a subnet beside a network interface",
      "RunInstances",
      { SubnetId: SUBNETS[0], NetworkInterfaces: [{ DeviceIndex: 0 }] },
      "InvalidParameterCombination",
    ],
    [
      "a profile by name and ARN",
      "RunInstances",
      { IamInstanceProfile: { Name: "x", Arn: "arn:aws:iam::000000000000:instance-profile/x" } },
      "InvalidParameterCombination",
    ],
    [
      "a template by id and name",
      "RunInstances",
      { LaunchTemplate: { LaunchTemplateName: "x", LaunchTemplateId: "lt-1" } },
      "InvalidParameterCombination",
    ],
    [
      "pages of instances by their ids",
      "DescribeInstances",
      { InstanceIds: ["i-12345678"], MaxResults: 5 },
      "InvalidParameterCombination",
    ],
    ["too small a page", "DescribeInstances", { MaxResults: 1 }, "InvalidParameterValue"],
    ["a filter without a name", "DescribeInstances", { Filters: [{ Values: ["a"] }] }, "MissingParameter"],
    ["an unknown profile", "RunInstances", { IamInstanceProfile: { Name: "x" } }, "InvalidParameterValue"],
    ["more at least than at most", "RunInstances", { MinCount: 2 }, "InvalidParameterValue"],
    [
      "what is not supported",
      "RunInstances",
      { InstanceMarketOptions: { MarketType: "spot" } },
      "NotSupportedByEmbeddedCloud",
    ],
    [
      "an unknown instance",
      "TerminateInstances",
      { InstanceIds: ["i-12345678"] },
      "InvalidInstanceID.NotFound",
    ],
    [
      "an instance's id that is none",
      "TerminateInstances",
      { InstanceIds: ["x"] },
      "InvalidInstanceID.Malformed",
    ],
    [
      "an unknown filter",
      "DescribeInstances",
      { Filters: [{ Name: "colour", Values: ["red"] }] },
      "InvalidParameterValue",
    ],
  ];
  for (const [what, operation, input, code] of refused) {
    it(`refuses ${what}`, async () => {
      const { cloud, states } = world;
      const launch = { ImageId: IMAGE, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };
      const full = operation === "RunInstances" ? { ...launch, ...input } : input;
      expect((await failure(untyped(cloud.call)("ec2", operation, full))).code).to.equal(code);
      expect(await states()).to.deep.equal([]);
    });
  }
});
