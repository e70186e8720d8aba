import type { Finding, PolicyResource, Rule } from "./rule";

/** A written exception: findings of one rule that are accepted, and why. */
export interface Waiver {
  readonly rule: string;
  /** Only in stacks whose name matches; by default in all. */
  readonly stack?: RegExp;
  /** Only resources whose name matches; by default all. */
  readonly name?: RegExp;
  /** Only findings whose subject matches; by default all. */
  readonly subject?: RegExp;
  readonly reason: string;
}

/** What a rule says of a resource; several findings give several results. */
export type Result = {
  readonly rule: Rule;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
} & Outcome;

export type Outcome =
  | { readonly outcome: "passed" }
  | { readonly outcome: "violated"; readonly reason: string }
  | { readonly outcome: "waived"; readonly reason: string; readonly waiver: Waiver }
  /** The rule read `property`, whose value only a deployment will tell. */
  | { readonly outcome: "undetermined"; readonly property: string };

/** Stands in `props` for a value that is not known yet. */
export const UNKNOWN_VALUE = Symbol("unknown");

/** A rule read a value that is not known yet. */
class UnknownRead extends Error {
  constructor(readonly property: string) {
    super(`${property} is not known yet`);
  }
}

/** Judges each resource by each rule that covers its type. */
export function evaluate(
  resources: readonly PolicyResource[],
  rules: readonly Rule[],
  waivers: readonly Waiver[],
): readonly Result[] {
  const stack = resources.map((resource) => ({ ...resource, props: guarded(resource.props, "") }));
  return rules.flatMap((rule) =>
    stack
      .filter(({ type }) => rule.types.includes(type))
      .flatMap((resource) =>
        outcomes(rule, resource, stack, waivers).map((outcome): Result => {
          const { urn, type, name } = resource;
          return { rule, urn, type, name, ...outcome };
        }),
      ),
  );
}

function outcomes(
  rule: Rule,
  resource: PolicyResource,
  stack: readonly PolicyResource[],
  waivers: readonly Waiver[],
): readonly Outcome[] {
  try {
    const findings = rule.check(resource, stack);
    if (findings.length === 0) return [{ outcome: "passed" }];
    return findings.map((finding): Outcome => {
      const waiver = waiverFor(rule, resource, finding, waivers);
      return waiver === undefined
        ? { outcome: "violated", reason: finding.reason }
        : { outcome: "waived", reason: finding.reason, waiver };
    });
  } catch (error) {
    if (error instanceof UnknownRead) return [{ outcome: "undetermined", property: error.property }];
    throw error;
  }
}

/** The first waiver that covers the finding. */
export function waiverFor(
  rule: Rule,
  resource: Pick<PolicyResource, "urn" | "name">,
  finding: Finding,
  waivers: readonly Waiver[],
): Waiver | undefined {
  return waivers.find(
    (waiver) =>
      waiver.rule === rule.name &&
      (waiver.stack === undefined || waiver.stack.test(stackOf(resource.urn))) &&
      (waiver.name === undefined || waiver.name.test(resource.name)) &&
      (waiver.subject === undefined || waiver.subject.test(finding.subject ?? "")),
  );
}

/** Waivers that none of `results` needed: to be deleted. */
export function staleWaivers(results: readonly Result[], waivers: readonly Waiver[]): readonly Waiver[] {
  const used = new Set(results.flatMap((result) => (result.outcome === "waived" ? [result.waiver] : [])));
  return waivers.filter((waiver) => !used.has(waiver));
}

/** "dev" of "urn:pulumi:dev::project::type::name". */
function stackOf(urn: string): string {
  return urn.split("::")[0]?.slice("urn:pulumi:".length) ?? "";
}

/** The same values, except that reading an unknown one throws: no check can mistake it for a value. */
function guarded<T extends object>(values: T, path: string): T {
  return new Proxy(values, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof key === "symbol") return value;
      const at = path === "" ? key : `${path}.${key}`;
      if (value === UNKNOWN_VALUE) throw new UnknownRead(at);
      return typeof value === "object" && value !== null ? guarded(value, at) : value;
    },
  });
}
