import { expect } from "chai";
import { parseGroupConfiguration } from "../../../../handlers/scaling/configuration";
import {
  arn,
  build,
  FLEET,
  FUNCTION,
  plainScaler,
  problems,
  REQUIRED,
  statements,
  type Built,
} from "./support";

const GROUP = "aws:autoscaling/group:Group";
const TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef";

describe("CpuScaler hands its fleet to an Auto Scaling group", () => {
  let plain: Built;
  let grouped: Built;
  let spotted: Built;
  before(async () => {
    plain = await plainScaler();
    grouped = await build({
      capacity: "autoScalingGroup",
      minInstances: 2,
      // A matter of the decision: the group knows nothing of it.
      reserveInstances: 3,
      tags: { Team: "shop" },
    });
    spotted = await build({
      capacity: "autoScalingGroup",
      spotPercent: 75,
      targetGroupArns: [TARGETS],
      lifecycleHooks: [
        { name: "warm", transition: "launching", heartbeatSeconds: 60, defaultResult: "CONTINUE" },
      ],
      transform: { group: (args) => ({ args: { ...args, maxInstanceLifetime: 604_800 } }) },
    });
  });

  it("of the template's very version, in its subnets, within its limits, that never goes beyond its maximum", () => {
    const { inputs } = grouped.recorder.find(GROUP, "web-group");
    expect(inputs).to.deep.include({
      launchTemplate: { id: "web-template-id", version: "1" },
      vpcZoneIdentifiers: REQUIRED.subnetIds,
      minSize: 2,
      maxSize: 4,
      desiredCapacity: 2,
      healthCheckType: "EC2",
      healthCheckGracePeriod: 120,
      defaultInstanceWarmup: 120,
      suspendedProcesses: ["AZRebalance"],
      terminationPolicies: ["OldestLaunchTemplate", "OldestInstance"],
      instanceRefresh: {
        strategy: "Rolling",
        triggers: ["vpc_zone_identifier"],
        preferences: { minHealthyPercentage: 90, maxHealthyPercentage: 100, instanceWarmup: "120" },
      },
      tags: [
        { key: "Team", value: "shop", propagateAtLaunch: false },
        { key: "Name", value: FLEET, propagateAtLaunch: false },
        { key: "Fleet", value: FLEET, propagateAtLaunch: false },
      ],
    });
    expect(inputs).not.to.have.any.keys(
      "forceDelete",
      "targetGroupArns",
      "mixedInstancesPolicy",
      "loadBalancers",
    );
  });

  it("whose size is all that the function may set, and which it reads", () => {
    const { recorder } = grouped;
    expect(
      statements(recorder)
        .map(({ Sid, Action, Resource }) => [Sid, Action, Resource])
        .slice(0, 4),
    ).to.deep.equal([
      ["SizeGroup", "autoscaling:SetDesiredCapacity", arn("web-group")],
      [
        "ReadFleetAndMetric",
        ["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances", "cloudwatch:GetMetricData"],
        "*",
      ],
      ["TellTheBus", "events:PutEvents", "arn:aws:events:us-east-1:123456789012:event-bus/default"],
      [undefined, "sqs:SendMessage", arn("web-failures")],
    ]);
    const actions = JSON.stringify(statements(recorder));
    for (const action of ["RunInstances", "TerminateInstances", "CreateTags", "PassRole", "dynamodb", "kms"])
      expect(actions).not.to.contain(action);
  });

  it("whose own limits leave room for every entry of a schedule", async () => {
    const schedule = [
      { cron: "0 8 * * 1-5", min: 3, max: 9 },
      { cron: "0 20 * * *", min: 0, max: 2 },
    ];
    const { recorder } = await build({ capacity: "autoScalingGroup", minInstances: 2, schedule });
    expect(recorder.find(GROUP, "web-group").inputs).to.include({
      minSize: 0,
      maxSize: 9,
      desiredCapacity: 0,
    });
  });

  it("with no journal, and nothing to end it: it ends by itself", () => {
    const { recorder, scaler } = grouped;
    for (const type of ["aws:dynamodb/table:Table", "aws:lambda/invocation:Invocation"])
      expect(recorder.ofType(type)).to.deep.equal([]);
    expect(recorder.ofType(FUNCTION).map(({ name }) => name)).to.deep.equal(["web-scale"]);
    expect(scaler.nodes).to.include({ journal: undefined, endFleet: undefined, fleetEnd: undefined });
    expect(plain.scaler.nodes.group).to.equal(undefined);
    expect(plain.recorder.ofType(GROUP)).to.deep.equal([]);
  });

  it("and tells the function which one, and not how to launch", () => {
    const { environment } = grouped.recorder.find(FUNCTION, "web-scale").inputs as {
      environment: { variables: Record<string, string> };
    };
    const configuration = parseGroupConfiguration(environment.variables.SCALER);
    expect(configuration).to.include({
      autoScalingGroupName: "web-group-0a1b2c3",
      fleet: FLEET,
      minInstances: 2,
      maxInstances: 4,
      reserveInstances: 3,
    });
    expect(environment.variables.SCALER).not.to.match(/subnet|securityGroup|launchTemplate|journal/i);
  });

  it("with Spot instances above the minimum, load balancers' health, hooks, and whatever a transform adds", () => {
    const { inputs } = spotted.recorder.find(GROUP, "web-group");
    expect(inputs).to.deep.include({
      mixedInstancesPolicy: {
        launchTemplate: {
          launchTemplateSpecification: { launchTemplateId: "web-template-id", version: "1" },
          overrides: [{ instanceType: "t3.micro" }],
        },
        instancesDistribution: {
          onDemandBaseCapacity: 1,
          onDemandPercentageAboveBaseCapacity: 25,
          spotAllocationStrategy: "price-capacity-optimized",
        },
      },
      healthCheckType: "ELB",
      targetGroupArns: [TARGETS],
      maxInstanceLifetime: 604_800,
    });
    expect(inputs).not.to.have.property("launchTemplate");
    expect(
      spotted.recorder.find("aws:autoscaling/lifecycleHook:LifecycleHook", "web-group-warm").inputs,
    ).to.deep.equal({
      name: "warm",
      autoscalingGroupName: "web-group-0a1b2c3",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      heartbeatTimeout: 60,
      defaultResult: "CONTINUE",
    });
  });

  it("and is told what only a group can have", () => {
    expect(problems({ targetGroupArns: [TARGETS], lifecycleHooks: [], spotPercent: 10 })).to.deep.equal([
      'targetGroupArns: given without the capacity "autoScalingGroup"; expected none, or that capacity',
      'lifecycleHooks: given without the capacity "autoScalingGroup"; expected none, or that capacity',
      "spotPercent: got 10 with the capacity instances; expected 0, or autoScalingGroup: only a group has Spot instances replaced",
    ]);
    expect(problems({ capacity: "fargate" })).to.have.length(1);
    const hook = { name: "a b", transition: "launching", heartbeatSeconds: 10 } as const;
    expect(problems({ capacity: "autoScalingGroup", lifecycleHooks: [hook] })).to.have.length.of.at.least(1);
  });
});
