import { SteppedClock, type Conditions, type InstanceEvent } from "embedded-aws";
import { readScalerSettings, type ScalerSettings } from "../../../tools/demonstration/scalerSettings";
import { displayMap } from "embedded-pulumi";
import { deployProgram } from "../support/deployProgram";
import { EventLog, startTestCloud, type TestCloud } from "embedded-aws/testing";

export const MINUTE = 60_000;

/** What the function was told at its deployment. */
interface ScalerVariable {
  readonly imageParameter: string;
  readonly instanceType: string;
  readonly alarmArn: string;
  readonly tickRuleArn: string;
}

/** The scaler of the project's own program, stack dev, on a clock that only tests move. */
export class DeployedFleet {
  private constructor(
    readonly cloud: TestCloud,
    readonly clock: SteppedClock,
    readonly log: EventLog,
    readonly settings: ScalerSettings,
    readonly variable: ScalerVariable,
  ) {}

  /**
   * While its function runs the clock stands still: what it waits for in vain, tokens of RunInstances and the sight
   * of what it has launched, would never come. So both are there at once, unless told otherwise.
   */
  static async deploy(
    conditions: Partial<Conditions> = { runInstancesRate: false, instanceLagMs: 0 },
    seed = 1,
  ): Promise<DeployedFleet> {
    const clock = new SteppedClock();
    const cloud = await startTestCloud({ clock, conditions, seed });
    const log = new EventLog(cloud.context.events);
    try {
      const { outputs } = await deployProgram(cloud);
      const functionName = displayMap(outputs).scaleFleetFunctionName;
      if (typeof functionName !== "string") throw new Error("stack dev has no scaler");
      const settings = await readScalerSettings(cloud.context, functionName);
      const { Environment } = await cloud.call("lambda", "GetFunctionConfiguration", {
        FunctionName: functionName,
      });
      const variable = JSON.parse(Environment?.Variables?.SCALER ?? "") as ScalerVariable;
      return new DeployedFleet(cloud, clock, log, settings, variable);
    } catch (error) {
      await cloud.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.cloud.close();
  }

  /** Instances of the fleet that are pending or running. */
  async live() {
    const { Reservations = [] } = await this.cloud.call("ec2", "DescribeInstances", {
      Filters: [
        { Name: `tag:${this.settings.tag.key}`, Values: [this.settings.tag.value] },
        { Name: "instance-state-name", Values: ["pending", "running"] },
      ],
    });
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  /** Steps from minute to minute until `reached`; fails after `minutes`. */
  async advanceUntil(
    what: string,
    minutes: number,
    reached: () => boolean | Promise<boolean>,
  ): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      if (await reached()) return;
      await this.clock.advance(MINUTE);
    }
    throw new Error(`${what}: not within ${minutes} minutes; the function said:\n${this.said().join("\n")}`);
  }

  /** What the function has logged so far, oldest first. */
  said(): string[] {
    return this.log
      .all("log")
      .filter(({ logGroupName }) => logGroupName === this.settings.logGroupName)
      .flatMap(({ message }) => textOf(message) ?? []);
  }

  /** Every launch so far, oldest first. */
  launches(): (InstanceEvent & { readonly at: number })[] {
    return this.log.all("instance-state-changed").filter(({ state }) => state === "pending");
  }

  alarmStates(): string[] {
    return this.log
      .all("alarm-state-changed")
      .filter(({ alarmName }) => alarmName === this.settings.alarmName)
      .map(({ state }) => state);
  }

  /** Tells the function other settings than it was deployed with. */
  async configure(changes: object): Promise<void> {
    const { functionName: FunctionName } = this.settings;
    const { Environment } = await this.cloud.call("lambda", "GetFunctionConfiguration", { FunctionName });
    const Variables = { ...Environment?.Variables, SCALER: JSON.stringify({ ...this.variable, ...changes }) };
    await this.cloud.call("lambda", "UpdateFunctionConfiguration", {
      FunctionName,
      Environment: { Variables },
    });
  }

  /** Turns one of the two rules that wake the function on or off. */
  async setRule(which: "alarm" | "tick", enabled: boolean): Promise<void> {
    const { Rules = [] } = await this.cloud.call("events", "ListRules", {});
    const isTick = ({ Arn }: { Arn?: string }) => Arn === this.variable.tickRuleArn;
    const rule = Rules.find((candidate) => isTick(candidate) === (which === "tick"));
    await this.cloud.call("events", enabled ? "EnableRule" : "DisableRule", { Name: rule?.Name });
  }

  /** A minute of the metric of each instance of the fleet, as if it had just become readable. */
  async heat(cpuPercent: number): Promise<void> {
    const Timestamp = new Date(this.clock.now() - MINUTE);
    const live = await this.live();
    const MetricData = live.map(({ InstanceId = "" }) => ({
      MetricName: "CPUUtilization",
      Dimensions: [{ Name: "InstanceId", Value: InstanceId }],
      Timestamp,
      Value: cpuPercent,
      Unit: "Percent" as const,
    }));
    // Only the service itself may report to its namespace.
    const ec2 = {
      kind: "service",
      service: "ec2.amazonaws.com",
      sourceArn: "arn:aws:ec2:::instance/any",
    } as const;
    await this.cloud.context.call("monitoring", "PutMetricData", { Namespace: "AWS/EC2", MetricData }, ec2);
  }

  /** Hands an event to the function, and returns what it answers. */
  async wake(
    event: object,
  ): Promise<{ readonly outcome: string; readonly reason?: string; readonly summary?: string }> {
    const answer = await this.cloud.call("lambda", "Invoke", {
      FunctionName: this.settings.functionName,
      Payload: Buffer.from(JSON.stringify(event)),
    });
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString("utf8")) as Awaited<
      ReturnType<DeployedFleet["wake"]>
    >;
  }

  tick(): object {
    return {
      source: "aws.events",
      "detail-type": "Scheduled Event",
      time: new Date(this.clock.now()).toISOString(),
      resources: [this.variable.tickRuleArn],
      detail: {},
    };
  }

  /** The event of an alarm that goes off: the fleet's own, or another. */
  alarm(arn = this.variable.alarmArn): object {
    return {
      source: "aws.cloudwatch",
      "detail-type": "CloudWatch Alarm State Change",
      time: new Date(this.clock.now()).toISOString(),
      resources: [arn],
      detail: { alarmName: arn.split(":").at(-1), state: { value: "ALARM", reason: "Threshold Crossed" } },
    };
  }
}

/** The text of a line that the function logged; undefined for the platform's lines, and for metrics. */
function textOf(line: string): string | undefined {
  return line.startsWith("{") ? (JSON.parse(line) as { message?: string }).message : undefined;
}
