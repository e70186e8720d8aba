import { AwsError } from "../../core/errors";
import type { Random } from "../../core/random";
import type { CloudContext } from "../../core/service";
import { ec2ControlsOf } from "./controls";
import { notFound } from "./errors";
import { currentState, type Instance, type InstanceState, knownState } from "./instance";

/** Terminated instances stay visible for about an hour: EC2 user guide, "Terminate Amazon EC2 instances". */
const TERMINATED_VISIBLE_MS = 60 * 60_000;

/** An instance as somebody who asks now sees it. */
export interface SeenInstance {
  readonly instance: Instance;
  readonly state: InstanceState;
}

/** Tags that only AWS may set, and whether a launch is one of Spot instances. */
export interface InstanceMark {
  readonly tags: Readonly<Record<string, string>>;
  readonly spot: boolean;
}

/** The account's instances and their way from pending to terminated. */
export class Instances {
  readonly #byId = new Map<string, Instance>();
  readonly #lag: Random;
  /** What a service that launches in the account's name puts on its instances, by the launch's client token. */
  readonly #marks = new Map<string, InstanceMark>();

  constructor(private readonly context: CloudContext) {
    this.#lag = context.chance("instanceLagMs");
  }

  /** What Describe operations see: late by the visibility delay and by each change's own, oldest launch first. */
  seen(): readonly SeenInstance[] {
    return [...this.#byId.values()].flatMap((instance) => {
      const state = this.#seenState(instance);
      return state === undefined ? [] : [{ instance, state }];
    });
  }

  /** An instance that calls with its id find: not at once after its launch. */
  seenById(id: string): Instance | undefined {
    const instance = this.#byId.get(id);
    return instance === undefined || this.#seenState(instance) === undefined ? undefined : instance;
  }

  /**
   * Those with these ids, as calls find them.
   *
   * @throws InvalidInstanceID.Malformed, InvalidInstanceID.NotFound.
   */
  find(ids: readonly string[]): Instance[] {
    checkInstanceIds(ids);
    const unknown = ids.filter((id) => this.seenById(id) === undefined);
    if (unknown.length > 0) throw notFound("InvalidInstanceID.NotFound", "instance ID", unknown);
    return ids.flatMap((id) => this.seenById(id) ?? []);
  }

  #seenState(instance: Instance): InstanceState | undefined {
    const { clock, conditions } = this.context;
    return knownState(instance, clock.now() - this.#controls.visibilityMs, conditions.instanceLagMs);
  }

  /** Every instance as it is, whatever Describe operations see. */
  all(): readonly Instance[] {
    return [...this.#byId.values()];
  }

  /** An instance as it is, whatever Describe operations see. */
  byId(id: string): Instance | undefined {
    return this.#byId.get(id);
  }

  get #controls() {
    return ec2ControlsOf(this.context);
  }

  /** Pending and running instances: what counts against the account's quota. */
  liveCount(): number {
    return [...this.#byId.values()].filter((instance) => isLive(currentState(instance))).length;
  }

  /** Marks the instances of the launch that will have this client token, before anybody hears of them. */
  mark(clientToken: string, mark: InstanceMark): void {
    this.#marks.set(clientToken, mark);
  }

  unmark(clientToken: string): void {
    this.#marks.delete(clientToken);
  }

  /**
   * Lets an instance be terminated whatever its termination protection says, which does not hold for Auto Scaling: EC2 user
   * guide, "Change instance termination protection".
   */
  unprotect(id: string): void {
    const instance = this.#byId.get(id);
    if (instance !== undefined) instance.isProtected = false;
  }

  launch(instance: Instance): void {
    const mark = this.#marks.get(instance.clientToken ?? "");
    for (const [key, value] of Object.entries(mark?.tags ?? {})) instance.tags.set(key, value);
    if (mark?.spot === true) instance.lifecycle = "spot";
    this.#byId.set(instance.id, instance);
    this.#enter(instance, "pending");
    this.context.clock.after(this.#controls.bootMs, () => {
      if (currentState(instance) === "pending") this.#enter(instance, "running");
    });
  }

  /** Terminates one; returns the state before. Asking again changes nothing. */
  terminate(instance: Instance): InstanceState {
    const before = currentState(instance);
    if (!isLive(before)) return before;
    this.#enter(instance, "shutting-down");
    this.context.clock.after(this.#controls.shutdownMs, () => {
      this.#enter(instance, "terminated");
      this.context.clock.after(TERMINATED_VISIBLE_MS, () => this.#byId.delete(instance.id));
    });
    return before;
  }

  #enter(instance: Instance, state: InstanceState): void {
    const previous = instance.states.at(-1)?.state;
    const at = this.context.clock.now();
    const lagMs = this.context.conditions.instanceLagMs;
    instance.states.push({ state, at, lagMs, share: this.#lag.next() });
    this.context.events.publish({
      type: "instance-state-changed",
      instanceId: instance.id,
      state,
      ...(previous === undefined || previous === "terminated" ? {} : { previousState: previous }),
      instanceType: instance.instanceType,
      imageId: instance.imageId,
      availabilityZone: instance.subnet.zone,
      tags: Object.fromEntries(instance.tags),
    });
    void this.context.clock.busy(this.#notify(instance, state));
  }

  /** EC2's own event on the default bus; without EventBridge in this cloud there is nobody to tell. */
  async #notify(instance: Instance, state: InstanceState): Promise<void> {
    const entry = {
      Source: "aws.ec2",
      DetailType: "EC2 Instance State-change Notification",
      Resources: [instance.arn],
      Time: new Date(this.context.clock.now()),
      Detail: JSON.stringify({ "instance-id": instance.id, state }),
    };
    try {
      await this.context.call(
        "events",
        "PutEvents",
        { Entries: [entry] },
        { kind: "service", service: "ec2.amazonaws.com", sourceArn: instance.arn },
      );
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }
}

const instancesOfCloud = new WeakMap<CloudContext, Instances>();

/** The instances of one cloud: its EC2 service and whoever puts load on them see the same. */
export function instancesOf(context: CloudContext): Instances {
  const known = instancesOfCloud.get(context);
  if (known !== undefined) return known;
  const created = new Instances(context);
  instancesOfCloud.set(context, created);
  return created;
}

export function isLive(state: InstanceState): boolean {
  return state === "pending" || state === "running";
}

/** @throws InvalidInstanceID.Malformed */
export function checkInstanceIds(ids: readonly string[]): void {
  const malformed = ids.find((id) => !/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (malformed !== undefined) {
    throw new AwsError("InvalidInstanceID.Malformed", `Invalid id: "${malformed}" (expecting "i-...")`);
  }
}
