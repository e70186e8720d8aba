import { expect } from "chai";
import { EventLog } from "../../../src/testing/eventLog";
import { GroupWorld, MINUTE, NAME, refusal } from "./support";

describe("the life of a group's instances", () => {
  let world: GroupWorld;
  beforeEach(async () => {
    world = await GroupWorld.start();
  });
  afterEach(() => world.cloud.close());

  const hook = (LifecycleHookName: string, launching: boolean, more: object = {}) => ({
    LifecycleHookName,
    LifecycleTransition: `autoscaling:EC2_INSTANCE_${launching ? "LAUNCHING" : "TERMINATING"}`,
    HeartbeatTimeout: 300,
    ...more,
  });
  const complete = (InstanceId: string, LifecycleHookName: string, LifecycleActionResult: string) =>
    world.cloud.call("autoscaling", "CompleteLifecycleAction", {
      AutoScalingGroupName: NAME,
      LifecycleHookName,
      InstanceId,
      LifecycleActionResult,
    });

  describe("waits for hooks", () => {
    it("before it comes into service, until somebody completes the action", async () => {
      await world.create({ DesiredCapacity: 1, LifecycleHookSpecificationList: [hook("warm", true)] });
      expect(await world.states()).to.deep.equal(["Pending:Wait"]);
      expect((await world.activities())[0]?.StatusCode).to.equal("MidLifecycleAction");
      const [id = ""] = await world.ids();
      expect(await refusal(complete(id, "other", "CONTINUE"))).to.contain("No active Lifecycle Action found");
      await complete(id, "warm", "CONTINUE");
      await world.clock.advance(5_000);
      expect(await world.states()).to.deep.equal(["InService"]);
      expect(await refusal(complete(id, "warm", "CONTINUE"))).to.contain("No active Lifecycle Action found");
    });

    it("and is replaced when the launch is abandoned, by somebody or by the default after the heartbeat", async () => {
      await world.create({ DesiredCapacity: 1, LifecycleHookSpecificationList: [hook("warm", true)] });
      const [first = ""] = await world.ids();
      await complete(first, "warm", "ABANDON");
      await world.clock.advance(2 * MINUTE);
      const [second = ""] = await world.ids();
      expect(second).not.to.equal(first);
      expect((await world.activities()).some(({ StatusCode }) => StatusCode === "Cancelled")).to.equal(true);
      await world.clock.advance(3 * MINUTE);
      await world.cloud.call("autoscaling", "RecordLifecycleActionHeartbeat", {
        AutoScalingGroupName: NAME,
        LifecycleHookName: "warm",
        InstanceId: second,
      });
      await world.clock.advance(4 * MINUTE);
      expect(await world.ids()).to.deep.equal([second]);
      await world.clock.advance(3 * MINUTE);
      expect(await world.ids()).not.to.include(second);
    });

    it("with a default of its own", async () => {
      const kept = hook("warm", true, { DefaultResult: "CONTINUE", HeartbeatTimeout: 30 });
      await world.create({ DesiredCapacity: 1, LifecycleHookSpecificationList: [kept] });
      await world.clock.advance(MINUTE);
      expect(await world.states()).to.deep.equal(["InService"]);
    });

    it("before it ends, and ends whatever they say; EventBridge is told with the action's token", async () => {
      const log = new EventLog(world.cloud.context.events);
      await world.create({ DesiredCapacity: 1 });
      await world.cloud.call("autoscaling", "PutLifecycleHook", {
        AutoScalingGroupName: NAME,
        ...hook("drain", false),
      });
      const told: string[] = [];
      const { QueueUrl = "" } = await world.cloud.call("sqs", "CreateQueue", { QueueName: "actions" });
      const Arn = "arn:aws:sqs:us-east-1:000000000000:actions";
      await world.cloud.call("sqs", "SetQueueAttributes", {
        QueueUrl,
        Attributes: {
          Policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: {
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: Arn,
            },
          }),
        },
      });
      await world.cloud.call("events", "PutRule", {
        Name: "actions",
        EventPattern: JSON.stringify({ source: ["aws.autoscaling"] }),
      });
      await world.cloud.call("events", "PutTargets", { Rule: "actions", Targets: [{ Id: "1", Arn }] });
      await world.setDesired(0);
      await world.clock.advance(MINUTE);
      expect(await world.states()).to.deep.equal(["Terminating:Wait"]);
      expect(await world.live()).to.equal(1);
      const { Messages = [] } = await world.cloud.call("sqs", "ReceiveMessage", {
        QueueUrl,
        MaxNumberOfMessages: 10,
      });
      for (const { Body = "" } of Messages) told.push(Body);
      const event = JSON.parse(told[0] ?? "{}") as { "detail-type": string; detail: Record<string, string> };
      expect(event["detail-type"]).to.equal("EC2 Instance-terminate Lifecycle Action");
      await world.cloud.call("autoscaling", "CompleteLifecycleAction", {
        AutoScalingGroupName: NAME,
        LifecycleHookName: "drain",
        LifecycleActionToken: event.detail.LifecycleActionToken,
        LifecycleActionResult: "ABANDON",
      });
      await world.clock.advance(2 * MINUTE);
      expect([await world.ids(), await world.live()]).to.deep.equal([[], 0]);
      expect(log.all("event-delivery-failed")).to.deep.equal([]);
    });

    it("that can be read, changed and deleted, whose actions then end", async () => {
      await world.create({ DesiredCapacity: 1, LifecycleHookSpecificationList: [hook("warm", true)] });
      await world.cloud.call("autoscaling", "PutLifecycleHook", {
        AutoScalingGroupName: NAME,
        LifecycleHookName: "warm",
        HeartbeatTimeout: 60,
      });
      const { LifecycleHooks } = await world.cloud.call("autoscaling", "DescribeLifecycleHooks", {
        AutoScalingGroupName: NAME,
      });
      expect(LifecycleHooks).to.deep.equal([
        {
          LifecycleHookName: "warm",
          AutoScalingGroupName: NAME,
          LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          HeartbeatTimeout: 60,
          GlobalTimeout: 6000,
          DefaultResult: "ABANDON",
        },
      ]);
      const one = { AutoScalingGroupName: NAME, LifecycleHookName: "warm" };
      await world.cloud.call("autoscaling", "DeleteLifecycleHook", one);
      await world.clock.advance(2 * MINUTE);
      expect(await world.states()).to.deep.equal(["InService"]);
      expect(await refusal(world.cloud.call("autoscaling", "DeleteLifecycleHook", one))).to.contain(
        "No Lifecycle Hook",
      );
    });
  });

  describe("ends when it is unwell, and another takes its place", () => {
    const replaced = async (spoil: (id: string) => unknown) => {
      const [id = ""] = await world.ids();
      await spoil(id);
      await world.clock.advance(5 * MINUTE);
      expect(await world.ids())
        .to.have.length(2)
        .and.not.to.include(id);
      expect(await world.live()).to.equal(2);
    };

    it("by its status checks", async () => {
      await world.create({ DesiredCapacity: 2 });
      await replaced((id) => world.cloud.ec2.impaired.add(id));
      expect((await world.activities()).some(({ Cause }) => Cause.includes("health check"))).to.equal(true);
    });

    it("because somebody has terminated it", async () => {
      await world.create({ DesiredCapacity: 2 });
      await replaced((id) => world.cloud.call("ec2", "TerminateInstances", { InstanceIds: [id] }));
    });

    it("because somebody says so, after the grace period", async () => {
      await world.create({ DesiredCapacity: 2, HealthCheckGracePeriod: 600 });
      const say = (ShouldRespectGracePeriod: boolean) => (InstanceId: string) =>
        world.cloud.call("autoscaling", "SetInstanceHealth", {
          InstanceId,
          HealthStatus: "Unhealthy",
          ShouldRespectGracePeriod,
        });
      const before = await world.ids();
      await say(true)(before[0] ?? "");
      await world.clock.advance(2 * MINUTE);
      expect(await world.ids()).to.deep.equal(before);
      await replaced(say(false));
    });

    it("but not while health checks or replacements are suspended", async () => {
      await world.create({ DesiredCapacity: 2 });
      const before = await world.ids();
      const processes = { AutoScalingGroupName: NAME, ScalingProcesses: ["ReplaceUnhealthy"] };
      await world.cloud.call("autoscaling", "SuspendProcesses", processes);
      world.cloud.ec2.impaired.add(before[0] ?? "");
      await world.clock.advance(3 * MINUTE);
      expect(await world.ids()).to.deep.equal(before);
      const { AutoScalingInstances = [] } = await world.cloud.call(
        "autoscaling",
        "DescribeAutoScalingInstances",
        {
          InstanceIds: [before[0] ?? ""],
        },
      );
      expect(AutoScalingInstances[0]).to.include({ HealthStatus: "UNHEALTHY", AutoScalingGroupName: NAME });
      await world.cloud.call("autoscaling", "ResumeProcesses", processes);
      await world.clock.advance(3 * MINUTE);
      expect(await world.ids()).not.to.include(before[0]);
    });
  });

  describe("is a target", () => {
    let TargetGroupArn: string;
    beforeEach(async () => {
      const { Vpcs = [] } = await world.cloud.call("ec2", "DescribeVpcs", {});
      const { TargetGroups = [] } = await world.cloud.call("elasticloadbalancing", "CreateTargetGroup", {
        Name: "web",
        Protocol: "HTTP",
        Port: 80,
        VpcId: Vpcs[0]?.VpcId,
      });
      TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? "";
    });
    const health = async () => {
      const { TargetHealthDescriptions = [] } = await world.cloud.call(
        "elasticloadbalancing",
        "DescribeTargetHealth",
        { TargetGroupArn },
      );
      return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State).sort();
    };

    it("as long as it is in service, and drains for the deregistration delay before it ends", async () => {
      await world.create({ DesiredCapacity: 2, TargetGroupARNs: [TargetGroupArn], HealthCheckType: "ELB" });
      await world.clock.advance(MINUTE);
      expect(await health()).to.deep.equal(["healthy", "healthy"]);
      await world.setDesired(1);
      await world.clock.advance(MINUTE);
      expect(await health()).to.deep.equal(["draining", "healthy"]);
      expect(await world.states()).to.deep.equal(["InService", "Terminating"]);
      expect((await world.activities())[0]?.StatusCode).to.equal("WaitingForELBConnectionDraining");
      expect(await world.live()).to.equal(2);
      await world.clock.advance(5 * MINUTE);
      expect([await health(), await world.live()]).to.deep.equal([["healthy"], 1]);
    });

    it("whose failing checks replace it, where the group asks the load balancer", async () => {
      await world.create({ DesiredCapacity: 2, TargetGroupARNs: [TargetGroupArn], HealthCheckType: "ELB" });
      const [id = ""] = await world.ids();
      world.cloud.targets.fail(id);
      await world.clock.advance(10 * MINUTE);
      expect(await world.ids())
        .to.have.length(2)
        .and.not.to.include(id);
    });

    it("of groups that are attached and detached later", async () => {
      await world.create({ DesiredCapacity: 2 });
      const both = { AutoScalingGroupName: NAME, TargetGroupARNs: [TargetGroupArn] };
      await world.cloud.call("autoscaling", "AttachLoadBalancerTargetGroups", both);
      await world.clock.advance(MINUTE);
      expect(await health()).to.deep.equal(["healthy", "healthy"]);
      const { LoadBalancerTargetGroups = [] } = await world.cloud.call(
        "autoscaling",
        "DescribeLoadBalancerTargetGroups",
        { AutoScalingGroupName: NAME },
      );
      expect(LoadBalancerTargetGroups.map((one) => one.LoadBalancerTargetGroupARN)).to.deep.equal([
        TargetGroupArn,
      ]);
      await world.cloud.call("autoscaling", "DetachLoadBalancerTargetGroups", both);
      expect(await health()).to.deep.equal(["draining", "draining"]);
      expect(
        await refusal(world.cloud.call("autoscaling", "DetachLoadBalancerTargetGroups", both)),
      ).to.contain("not part of the group");
    });
  });

  it("ends whatever its protection from termination says, which is for people", async () => {
    await world.cloud.call("ec2", "CreateLaunchTemplateVersion", {
      LaunchTemplateId: world.template,
      SourceVersion: "1",
      LaunchTemplateData: { DisableApiTermination: true },
    });
    await world.create({
      DesiredCapacity: 2,
      LaunchTemplate: { LaunchTemplateId: world.template, Version: "2" },
    });
    const InstanceIds = (await world.ids()).slice(0, 1);
    expect(await refusal(world.cloud.call("ec2", "TerminateInstances", { InstanceIds }))).to.contain(
      "disableApiTermination",
    );
    await world.cloud.call("autoscaling", "SetDesiredCapacity", {
      AutoScalingGroupName: NAME,
      DesiredCapacity: 0,
    });
    await world.clock.advance(10 * MINUTE);
    expect(await world.live()).to.equal(0);
  });
});
