/** An instance that carries the fleet's tag, as EC2 describes it. */
export interface InstanceRecord {
  readonly id: string;
  /** EC2's name of the state: `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`. */
  readonly state: string;
  /** Milliseconds since the Unix epoch, by EC2's clock. */
  readonly launchTime: number;
  /** EC2's status checks of the instance or its host fail. */
  readonly impaired?: boolean | undefined;
  /** Of a terminated instance, when it was told to end, where EC2 says so. */
  readonly endedAt?: number | undefined;
  /** Of one that EC2 ended while it started, why. */
  readonly failedToStart?: string | undefined;
  readonly imageId: string;
  /** Not of a terminated one. */
  readonly subnetId?: string | undefined;
  /** Not of a terminated one. */
  readonly securityGroupIds?: readonly string[] | undefined;
  /** The launch template that it comes from; EC2 writes it into a tag. */
  readonly launchTemplateId?: string | undefined;
  /** The token that it was launched with; an instance that somebody tagged into the fleet may have none. */
  readonly clientToken?: string | undefined;
}

/** One instance of the fleet that is there or on its way. */
export interface Member extends InstanceRecord {
  readonly state: "pending" | "running";
}

/** Those that are there or on their way. */
export function membersOf(records: readonly InstanceRecord[]): Member[] {
  return records.filter(
    (record): record is Member => record.state === "pending" || record.state === "running",
  );
}

/**
 * Whether an instance is still starting: it counts as capacity, since its help is on the way, but does not yet
 * take a share of the load. A launch time in the future (EC2's clock ahead of ours) reads as "just now".
 */
export function isWarmingUp(member: InstanceRecord, now: number, warmupSeconds: number): boolean {
  return member.state === "pending" || now - member.launchTime < warmupSeconds * 1000;
}

/** Whether an instance has left its place for good. A stopped one may be started again. */
export function isGone({ state }: InstanceRecord): boolean {
  return state === "terminated" || state === "shutting-down";
}
