import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { untyped } from "../../support/untyped";
import { GroupWorld, IMAGE, MINUTE, refusal } from "../autoScaling/support";

describe("target groups", () => {
  let world: GroupWorld;
  let VpcId: string;
  beforeEach(async () => {
    world = await GroupWorld.start();
    const { Vpcs = [] } = await world.cloud.call("ec2", "DescribeVpcs", {});
    VpcId = Vpcs[0]?.VpcId ?? "";
  });
  afterEach(() => world.cloud.close());

  const create = async (more: object = {}) => {
    const { TargetGroups = [] } = await world.cloud.call("elasticloadbalancing", "CreateTargetGroup", {
      Name: "web",
      Protocol: "HTTP",
      Port: 80,
      VpcId,
      ...more,
    });
    return TargetGroups[0]?.TargetGroupArn ?? "";
  };
  const launch = async () => {
    const { Instances = [] } = await world.cloud.call("ec2", "RunInstances", {
      ImageId: IMAGE,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
    });
    return Instances[0]?.InstanceId ?? "";
  };
  const health = async (TargetGroupArn: string) => {
    const { TargetHealthDescriptions = [] } = await world.cloud.call(
      "elasticloadbalancing",
      "DescribeTargetHealth",
      { TargetGroupArn },
    );
    return TargetHealthDescriptions.map(({ TargetHealth }) => [TargetHealth?.State, TargetHealth?.Reason]);
  };

  it("tell for the SDK's client how a target comes, fails, recovers and drains", async () => {
    const TargetGroupArn = await create();
    const Id = await launch();
    const client = new ElasticLoadBalancingV2Client({ ...world.cloud.client, maxAttempts: 1 });
    await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id }] }));
    const { TargetHealthDescriptions = [] } = await client.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    expect(TargetHealthDescriptions[0]).to.deep.include({
      Target: { Id, Port: 80 },
      HealthCheckPort: "80",
      TargetHealth: {
        State: "initial",
        Reason: "Elb.InitialHealthChecking",
        Description: "Initial health checks in progress",
      },
    });
    client.destroy();
    await world.clock.advance(MINUTE);
    expect(await health(TargetGroupArn)).to.deep.equal([["healthy", undefined]]);
    world.cloud.targets.fail(Id);
    await world.clock.advance(30_000);
    expect(await health(TargetGroupArn)).to.deep.equal([["healthy", undefined]]);
    await world.clock.advance(30_000);
    expect(await health(TargetGroupArn)).to.deep.equal([["unhealthy", "Target.FailedHealthChecks"]]);
    world.cloud.targets.recover(Id);
    expect(await health(TargetGroupArn)).to.deep.equal([["healthy", undefined]]);
    await world.cloud.call("elasticloadbalancing", "ModifyTargetGroupAttributes", {
      TargetGroupArn,
      Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "20" }],
    });
    await world.cloud.call("elasticloadbalancing", "DeregisterTargets", {
      TargetGroupArn,
      Targets: [{ Id }],
    });
    expect(await health(TargetGroupArn)).to.deep.equal([["draining", "Target.DeregistrationInProgress"]]);
    await world.clock.advance(20_000);
    expect(await health(TargetGroupArn)).to.deep.equal([]);
  });

  it("forget targets that are terminated", async () => {
    const TargetGroupArn = await create();
    const Id = await launch();
    await world.cloud.call("elasticloadbalancing", "RegisterTargets", { TargetGroupArn, Targets: [{ Id }] });
    await world.cloud.call("ec2", "TerminateInstances", { InstanceIds: [Id] });
    expect(await health(TargetGroupArn)).to.deep.equal([["unused", "Target.InvalidState"]]);
    await world.clock.advance(MINUTE);
    expect(await health(TargetGroupArn)).to.deep.equal([]);
    expect(
      await refusal(
        world.cloud.call("elasticloadbalancing", "RegisterTargets", { TargetGroupArn, Targets: [{ Id }] }),
      ),
    ).to.contain("InvalidTargetException");
  });

  it("keep settings, attributes and tags, which can be read, changed and taken back", async () => {
    const TargetGroupArn = await create({ Tags: [{ Key: "a", Value: "1" }], HealthCheckPath: "/up" });
    const describe = async () =>
      (await world.cloud.call("elasticloadbalancing", "DescribeTargetGroups", { Names: ["web"] }))
        .TargetGroups?.[0];
    expect(await describe()).to.include({
      TargetGroupArn,
      HealthCheckPath: "/up",
      HealthCheckIntervalSeconds: 30,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      TargetType: "instance",
    });
    await world.cloud.call("elasticloadbalancing", "ModifyTargetGroup", {
      TargetGroupArn,
      HealthCheckIntervalSeconds: 10,
    });
    expect((await describe())?.HealthCheckIntervalSeconds).to.equal(10);
    const { Attributes = [] } = await world.cloud.call(
      "elasticloadbalancing",
      "DescribeTargetGroupAttributes",
      {
        TargetGroupArn,
      },
    );
    expect(Attributes).to.deep.include({ Key: "deregistration_delay.timeout_seconds", Value: "300" });
    const ResourceArns = [TargetGroupArn];
    await world.cloud.call("elasticloadbalancing", "AddTags", {
      ResourceArns,
      Tags: [{ Key: "b", Value: "2" }],
    });
    await world.cloud.call("elasticloadbalancing", "RemoveTags", { ResourceArns, TagKeys: ["a"] });
    const { TagDescriptions = [] } = await world.cloud.call("elasticloadbalancing", "DescribeTags", {
      ResourceArns,
    });
    expect(TagDescriptions[0]?.Tags).to.deep.equal([{ Key: "b", Value: "2" }]);
    await world.cloud.call("elasticloadbalancing", "DeleteTargetGroup", { TargetGroupArn });
    expect(await refusal(describe())).to.contain("TargetGroupNotFoundException");
  });

  it("refuse what is wrong in AWS's words, and what is not here by name", async () => {
    await create();
    expect(await refusal(create())).to.contain("DuplicateTargetGroupNameException");
    expect(await refusal(create({ Name: "other", VpcId: "vpc-0123456789abcdef0" }))).to.contain(
      "is not found",
    );
    expect(
      await refusal(create({ Name: "other", HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 })),
    ).to.contain("must be smaller than the interval");
    expect(await refusal(create({ Name: "-bad" }))).to.contain("ValidationError");
    expect(await refusal(create({ Name: "other", TargetType: "ip" }))).to.contain(
      "NotSupportedByEmbeddedCloud",
    );
    const call = untyped(world.cloud.call);
    expect(await refusal(call("elasticloadbalancing", "CreateLoadBalancer", { Name: "x" }))).to.contain(
      "CreateLoadBalancer",
    );
  });
});
