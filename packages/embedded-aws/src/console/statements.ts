import type { Statement } from "../core/iam/policyDocument";
import type { StoredPolicy } from "../core/iam/policyVersions";
import { parseJson } from "../core/parseJson";
import { isObject } from "../core/record";
import type { ConsoleParts } from "./parts";
import type { Answers } from "./parts";
import type { Refusal, StatementUse } from "./protocol";
import { callerText } from "./lines";

interface NamedStatement {
  readonly role: string;
  readonly policy: string;
  readonly statement: Statement;
  /** As it was written. */
  readonly written: Readonly<Record<string, unknown>>;
}

/** Every statement of every role that counts now. */
function allStatements({ context, identities }: ConsoleParts): NamedStatement[] {
  const now = context.clock.now();
  return [...identities.roles.values()].flatMap((role) => [
    ...[...role.inlinePolicies.inForce(now)].flatMap(([policy, stored]) =>
      named(role.roleName, policy, stored),
    ),
    ...[...role.attachedPolicies.inForce(now).values()].flatMap(({ policyName, versions }) =>
      named(role.roleName, policyName, versions.inForce(now)),
    ),
  ]);
}

function named(role: string, policy: string, { text, document }: StoredPolicy): NamedStatement[] {
  const parsed = parseJson(text);
  const written = isObject(parsed) ? [parsed.Statement].flat() : [];
  return document.statements.map((statement, index) => {
    const source: unknown = written[index];
    return { role, policy, statement, written: isObject(source) ? source : {} };
  });
}

/** Where each statement stands: 'statement "Sid" of policy-name'. */
export function statementNames(parts: ConsoleParts): ReadonlyMap<Statement, string> {
  return new Map(
    allStatements(parts).map(({ statement, policy, written }) => [
      statement,
      `${typeof written.Sid === "string" ? `statement ${written.Sid}` : `the statement of ${textOf(written.Action)}`} of ${policy}`,
    ]),
  );
}

export function askIam(parts: ConsoleParts): Answers<"iam"> {
  return {
    iam: () => ({
      statements: allStatements(parts).map(({ role, policy, statement, written }): StatementUse => ({
        role,
        policy,
        effect: statement.effect,
        ...(typeof written.Sid === "string" && { sid: written.Sid }),
        actions: textOf(written.Action ?? written.NotAction),
        resources: textOf(written.Resource ?? written.NotResource),
        times: parts.policyUse.times(statement),
      })),
      refusals: refusals(parts),
    }),
  };
}

/** Newest first; the same one several times counts once. */
function refusals(parts: ConsoleParts): Refusal[] {
  const byText = new Map<string, Refusal>();
  const names = statementNames(parts);
  for (const { at, principal, action, resource, by: statement } of parts.policyUse.refusals) {
    const caller = callerText(principal);
    const by =
      statement === undefined
        ? "no statement allows it"
        : `denied by ${names.get(statement) ?? "a policy of the resource, or one that is gone"}`;
    const key = `${caller} ${action} ${resource} ${by}`;
    const times = (byText.get(key)?.times ?? 0) + 1;
    byText.delete(key);
    byText.set(key, { at, caller, action, resource, by, times });
  }
  return [...byText.values()].reverse();
}

function textOf(value: unknown): string {
  return [value].flat().map(String).join(", ");
}
