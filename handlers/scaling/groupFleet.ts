import type { InstanceRecord } from "./fleet";
import type { FleetPort, FleetSession } from "./fleetPort";

/** An Auto Scaling group as it describes itself. */
export interface GroupRecord {
  readonly minSize: number;
  readonly maxSize: number;
  readonly desired: number;
  readonly members: readonly GroupMember[];
}

export interface GroupMember {
  readonly id: string;
  /** Auto Scaling's name of the state: `Pending`, `Pending:Wait`, `InService`, `Terminating:Wait`, `Standby`, … */
  readonly state: string;
  readonly imageId: string;
}

/** What sizing a group needs of AWS. Each call rejects with the SDK's errors. */
export interface GroupPort {
  /** Undefined for a group that is not there, or that is being deleted. */
  group(): Promise<GroupRecord | undefined>;
  /** Every instance with the fleet's tag, in every state; may lag behind. */
  instances(): Promise<InstanceRecord[]>;
  setDesiredCapacity(size: number): Promise<void>;
}

/**
 * A fleet that EC2 Auto Scaling keeps: decisions set the desired capacity of its group, and the group launches, balances
 * zones, drains, replaces and ends. Nothing has to be written down beforehand: telling a group its size once more, late or
 * by two invocations at once changes nothing, and it never goes beyond its own maximum, whoever asks.
 */
export function groupFleet(aws: GroupPort, now: () => number): FleetPort {
  return {
    async open() {
      const [group, instances] = await Promise.all([aws.group(), aws.instances()]);
      return group === undefined ? ended : session(aws, group, recordsOf(group, instances, now()));
    },
  };
}

/** Single instances are the group's to launch and to end. */
const refuse = () => Promise.reject(new Error("the fleet's group is told its size, and nothing else"));

/** A group that is gone has ended with its stack. */
const ended: FleetSession = {
  records: [],
  unseen: 0,
  hold: "fleet ended",
  found: [],
  launch: refuse,
  terminate: refuse,
};

function session(aws: GroupPort, group: GroupRecord, records: readonly InstanceRecord[]): FleetSession {
  const { minSize, maxSize, desired, members } = group;
  return {
    records,
    unseen: Math.max(0, desired - members.filter(counts).length),
    groupSize: desired,
    leaving: members.filter(isLeaving).length,
    found: [],
    // A stack that is being updated may have other limits than its group for a moment.
    resize: (size) => aws.setDesiredCapacity(Math.min(Math.max(size, minSize), maxSize)),
    launch: refuse,
    terminate: refuse,
  };
}

const isLeaving = ({ state }: GroupMember) => state.startsWith("Terminating");
const isComing = ({ state }: GroupMember) => state.startsWith("Pending");
const counts = (member: GroupMember) => isComing(member) || member.state === "InService";

/**
 * The instances as a decision reads them: the group says who belongs to it and who is in service, EC2 since when it has
 * been there, and what has ended. What is on its way out still does the work that it has.
 */
function recordsOf(
  { members }: GroupRecord,
  instances: readonly InstanceRecord[],
  now: number,
): InstanceRecord[] {
  const described = new Map(instances.map((record) => [record.id, record]));
  const ofGroup = members.flatMap((member): InstanceRecord[] => {
    const state = isComing(member)
      ? "pending"
      : counts(member)
        ? "running"
        : isLeaving(member)
          ? "shutting-down"
          : undefined;
    if (state === undefined) return [];
    // One that EC2 does not show yet has just been launched.
    const record = described.get(member.id) ?? { id: member.id, launchTime: now, imageId: member.imageId };
    return [{ ...record, state }];
  });
  const known = new Set(members.map(({ id }) => id));
  const gone = instances.filter(
    ({ id, state }) => !known.has(id) && (state === "terminated" || state === "shutting-down"),
  );
  return [...ofGroup, ...gone];
}
