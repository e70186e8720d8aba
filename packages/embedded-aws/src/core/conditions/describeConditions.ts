import { type Conditions, isQuota, kind, newAccount, unkind } from "./conditions";

const NAMES = Object.keys(unkind) as (keyof Conditions)[];

/** The conditions in one sentence for people: a name for what has one, and what differs from it. */
export function describeConditions(conditions: Conditions): string {
  const unlike = (standard: Conditions) =>
    NAMES.filter((name) => JSON.stringify(shown(conditions[name])) !== JSON.stringify(shown(standard[name])));
  const fromKind = unlike(kind);
  const fromUnkind = unlike(unkind);
  const isKind = fromKind.length < fromUnkind.length;
  const differences = isKind ? fromKind : fromUnkind;
  const manner = isKind ? "kind: AWS's quotas, throttles and delays are off" : "as unkind as AWS";
  if (differences.length === 0) return manner;
  if (
    differences.every(
      (name) =>
        Object.hasOwn(newAccount, name) && conditions[name] === newAccount[name as "lambdaConcurrency"],
    )
  )
    return `${manner}, with the quotas of a new account`;
  return `${manner}, but for ${differences.map((name) => `${name} ${JSON.stringify(shown(conditions[name]))}`).join(", ")}`;
}

const UNLIMITED = "unlimited";

/** The conditions as JSON can say them: a quota that is off is "unlimited". */
export type ConditionsAsJson = {
  readonly [Name in keyof Conditions]: Conditions[Name] extends number
    ? number | typeof UNLIMITED
    : Conditions[Name];
};

export function conditionsAsJson(conditions: Conditions): ConditionsAsJson {
  return Object.fromEntries(
    NAMES.map((name) => [name, shown(conditions[name])]),
  ) as unknown as ConditionsAsJson;
}

/** What `conditionsAsJson` has said of some conditions; they are not checked yet. */
export function conditionsFromJson(
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      value === UNLIMITED && Object.hasOwn(unkind, name) && isQuota(name as keyof Conditions)
        ? Infinity
        : value,
    ]),
  );
}

function shown(value: unknown): unknown {
  return value === Infinity ? UNLIMITED : value;
}
