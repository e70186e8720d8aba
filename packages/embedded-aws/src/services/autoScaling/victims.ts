import { isSuspended, type Group, type Member, serving, templateOf, type TerminationPolicy } from "./group";

/**
 * The instance that a group gives away next: of the zone with the most, by the group's termination policies. None that
 * is protected from scale-in. Amazon EC2 Auto Scaling user guide, "Configure termination policies".
 */
export function nextVictim(group: Group): Member | undefined {
  const members = serving(group).filter(({ extra }) => !extra);
  const inZone = Map.groupBy(members, ({ zone }) => zone);
  const free = members.filter(({ isProtected }) => !isProtected);
  // Where zones may be out of balance on purpose, all are alike.
  const size = ({ zone }: Member) =>
    isSuspended(group, "AZRebalance") ? 0 : (inZone.get(zone)?.length ?? 0);
  const most = free.reduce((greatest, member) => Math.max(greatest, size(member)), 0);
  const candidates = free.filter((member) => size(member) === most);
  // One that is unhealthy goes before any other.
  const rank = [
    (member: Member) => (member.health === "Unhealthy" ? 0 : 1),
    ...group.policies.flatMap((policy) => ranksOf(policy, group)),
    byAge,
  ];
  return candidates.toSorted((a, b) => {
    for (const of of rank) if (of(a) !== of(b)) return of(a) - of(b);
    return a.id < b.id ? -1 : 1;
  })[0];
}

type Rank = (member: Member) => number;

const byAge: Rank = ({ launchedAt }) => launchedAt;

function ranksOf(policy: TerminationPolicy, group: Group): Rank[] {
  switch (policy) {
    case "OldestInstance":
    case "ClosestToNextInstanceHour":
      return [byAge];
    case "NewestInstance":
      return [(member) => -member.launchedAt];
    case "OldestLaunchTemplate":
    case "Default":
      return [byTemplate(group)];
    // Nothing here is launched by a launch configuration, nor by a strategy that could be out of line.
    case "OldestLaunchConfiguration":
    case "AllocationStrategy":
      return [];
  }
}

/** Those of another template first, then those of an old version. */
function byTemplate(group: Group): Rank {
  const present = templateOf(group);
  return ({ template }) =>
    template.id !== present?.LaunchTemplateId && template.name !== present?.LaunchTemplateName
      ? -1
      : Number(template.version);
}
