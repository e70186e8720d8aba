import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { createKms } from "../../../src/services/kms/kms";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const ec2 = (kind: string, id: string) => `arn:aws:ec2:us-east-1:000000000000:${kind}/${id}`;
const tagged = { StringEquals: { "aws:RequestTag/Fleet": "web" } };

type Statement = Readonly<Record<string, unknown>> & { readonly Sid: string };

describe("EC2's permissions", () => {
  let cloud: TestCloud;
  let template: string;

  beforeEach(async () => {
    cloud = await startTestCloud({
      clock: new SteppedClock(),
      services: [createEc2, createKms],
      // Every permission is tried in one moment, and counts from the next call.
      conditions: { runInstancesRate: false, iamPropagationMs: 0, instanceLagMs: 0 },
    });
    const trust = (service: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      });
    await cloud.call("iam", "CreateRole", {
      RoleName: "scaler",
      AssumeRolePolicyDocument: trust("lambda.amazonaws.com"),
    });
    await cloud.call("iam", "CreateRole", {
      RoleName: "server",
      AssumeRolePolicyDocument: trust("ec2.amazonaws.com"),
    });
    await cloud.call("iam", "CreateInstanceProfile", { InstanceProfileName: "server" });
    await cloud.call("iam", "AddRoleToInstanceProfile", {
      InstanceProfileName: "server",
      RoleName: "server",
    });
    const { LaunchTemplate } = await cloud.call("ec2", "CreateLaunchTemplate", {
      LaunchTemplateName: "web",
      LaunchTemplateData: {
        ImageId: "ami-0a12023000000864a",
        InstanceType: "t3.micro",
        IamInstanceProfile: { Name: "server" },
        MetadataOptions: { HttpTokens: "required" },
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { Encrypted: true } }],
      },
    });
    template = LaunchTemplate!.LaunchTemplateId!;
  });
  afterEach(() => cloud.close());

  /** What a scaler needs to launch from its template and to terminate its own. */
  const needed = (): readonly Statement[] => [
    {
      Sid: "Launch",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: ec2("instance", "*"),
      Condition: {
        StringEquals: {
          "aws:RequestTag/Fleet": "web",
          "ec2:MetadataHttpTokens": "required",
          "ec2:InstanceType": "t3.micro",
        },
        ArnEquals: { "ec2:LaunchTemplate": ec2("launch-template", template) },
        Bool: { "ec2:IsLaunchTemplateResource": "true" },
      },
    },
    {
      Sid: "Volume",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: ec2("volume", "*"),
      Condition: { Bool: { "ec2:Encrypted": "true" } },
    },
    {
      Sid: "Interface",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: ec2("network-interface", "*"),
    },
    { Sid: "Subnet", Effect: "Allow", Action: "ec2:RunInstances", Resource: ec2("subnet", "*") },
    { Sid: "Group", Effect: "Allow", Action: "ec2:RunInstances", Resource: ec2("security-group", "*") },
    {
      Sid: "Image",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: "arn:aws:ec2:us-east-1::image/ami-0a12023000000864a",
    },
    {
      Sid: "Template",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: ec2("launch-template", template),
    },
    {
      Sid: "Tag",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: ec2("instance", "*"),
      Condition: { StringEquals: { ...tagged.StringEquals, "ec2:CreateAction": "RunInstances" } },
    },
    {
      Sid: "Role",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: "arn:aws:iam::000000000000:role/server",
      Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
    {
      Sid: "Terminate",
      Effect: "Allow",
      Action: "ec2:TerminateInstances",
      Resource: ec2("instance", "*"),
      Condition: { StringEquals: { "aws:ResourceTag/Fleet": "web" } },
    },
    { Sid: "Look", Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" },
  ];

  const as = async (statements: readonly Statement[]) => {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await cloud.call("iam", "PutRolePolicy", { RoleName: "scaler", PolicyName: "scaler", PolicyDocument });
    return new EC2Client(cloud.clientAs(cloud.context.issueCredentials("scaler", "session")));
  };
  const launch = (client: EC2Client, Fleet: string, more: object = {}) =>
    client.send(
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: template },
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: Fleet }] }],
        ...more,
      }),
    );
  const cycle = async (client: EC2Client) => {
    const { Instances } = await launch(client, "web");
    await client.send(new DescribeInstancesCommand({}));
    await client.send(new TerminateInstancesCommand({ InstanceIds: [Instances![0]!.InstanceId!] }));
  };
  const refusal = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );
    expect(error?.name).to.equal("UnauthorizedOperation");
    return error!.message;
  };

  it("let a role launch and terminate with exactly the statements that this takes", async () => {
    await cycle(await as(needed()));
    for (const { Sid } of needed()) {
      const message = await refusal(cycle(await as(needed().filter((statement) => statement.Sid !== Sid))));
      expect(message, Sid).to.match(/not authorized to perform: (ec2|iam):\w+ on resource/);
    }
  });

  describe("with a volume's own key", () => {
    let KeyId: string;
    beforeEach(async () => {
      const { KeyMetadata } = await cloud.call("kms", "CreateKey", {});
      KeyId = KeyMetadata!.Arn!;
      const { LaunchTemplate } = await cloud.call("ec2", "CreateLaunchTemplate", {
        LaunchTemplateName: "with-key",
        LaunchTemplateData: {
          ImageId: "ami-0a12023000000864a",
          InstanceType: "t3.micro",
          IamInstanceProfile: { Name: "server" },
          MetadataOptions: { HttpTokens: "required" },
          ...ebs(),
        },
      });
      template = LaunchTemplate!.LaunchTemplateId!;
    });
    const ebs = (more: object = {}) => ({
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { Encrypted: true, KmsKeyId: KeyId, ...more } }],
    });
    const via = { "kms:ViaService": "ec2.us-east-1.amazonaws.com" };
    const use = (Sid: string, Condition: object = { StringEquals: via }): Statement => ({
      Sid,
      Effect: "Allow",
      Action: `kms:${Sid}`,
      Resource: KeyId,
      Condition,
    });
    const keyStatements = () => [
      use("CreateGrant", { StringEquals: via, Bool: { "kms:GrantIsForAWSResource": "true" } }),
      ...["Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext"].map((action) => use(action)),
    ];

    it("let a role launch with exactly the statements that the key takes, by way of EC2", async () => {
      const all = keyStatements();
      await launch(await as([...needed(), ...all]), "web");
      for (const { Sid } of all) {
        const others = all.filter((statement) => statement.Sid !== Sid);
        const client = await as([...needed(), ...others]);
        expect(await refusal(launch(client, "web"))).to.contain(
          `not authorized to perform: kms:${Sid} on resource: ${KeyId}`,
        );
      }
      const elsewhere = { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } };
      const client = await as([...needed(), ...all.slice(1), use("CreateGrant", elsewhere)]);
      expect(await refusal(launch(client, "web"))).to.contain("kms:CreateGrant");
    });

    it("refuse a key that is disabled, that nobody has, or that encrypts nothing", async () => {
      const client = await as([...needed(), ...keyStatements()]);
      const name = (work: Promise<unknown>) =>
        work.then(
          () => "none",
          (error: unknown) => (error as Error).name,
        );
      const invalid = "Client.InvalidKMSKey.InvalidState";
      expect(await name(launch(client, "web", ebs({ Encrypted: false })))).to.equal(
        "InvalidParameterDependency",
      );
      const unknown = { KmsKeyId: KeyId.replace(/[^/]+$/, "00000000-0000-0000-0000-000000000000") };
      expect(await name(launch(client, "web", ebs(unknown)))).to.equal(invalid);
      await cloud.call("kms", "DisableKey", { KeyId });
      expect(await name(launch(client, "web"))).to.equal(invalid);
    });
  });

  it("refuse a launch with another tag, type or without the template", async () => {
    const client = await as(needed());
    expect(await refusal(launch(client, "other"))).to.contain(
      "ec2:RunInstances on resource: arn:aws:ec2:us-east-1:000000000000:instance/*",
    );
    await refusal(launch(client, "web", { InstanceType: "m5.24xlarge" }));
    await refusal(launch(client, "web", { MetadataOptions: { HttpTokens: "optional" } }));
    await refusal(
      launch(client, "web", {
        LaunchTemplate: undefined,
        ImageId: "ami-0a12023000000864a",
        InstanceType: "t3.micro",
      }),
    );
  });

  it("let a launch choose its subnet without counting as an override of the template", async () => {
    const { Instances } = await launch(await as(needed()), "web", { SubnetId: "subnet-0f3a5c8e7b2d94162" });
    expect(Instances?.[0]?.Placement?.AvailabilityZone).to.equal("us-east-1c");
  });

  it("refuse to terminate what does not carry the tag", async () => {
    const { Instances } = await cloud.call("ec2", "RunInstances", {
      ImageId: "ami-0a12023000000864a",
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
    });
    const client = await as(needed());
    const InstanceIds = [Instances![0]!.InstanceId!];
    expect(await refusal(client.send(new TerminateInstancesCommand({ InstanceIds })))).to.contain(
      "ec2:TerminateInstances",
    );
    const state = () =>
      cloud.call("ec2", "DescribeInstances", {
        Filters: [{ Name: "instance-state-name", Values: ["pending"] }],
      });
    expect(await state())
      .to.have.property("Reservations")
      .with.length(1);
  });
});
