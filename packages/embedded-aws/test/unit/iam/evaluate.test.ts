import { expect } from "chai";
import fc from "fast-check";
import { evaluate, type Caller, type Decision } from "../../../src/core/iam/evaluate";
import { parsePolicyDocument, type PolicyKind } from "../../../src/core/iam/policyDocument";

const accountId = "000000000000";
const queue = `arn:aws:sqs:us-east-1:${accountId}:orders`;
const roleArn = `arn:aws:iam::${accountId}:role/sender`;
const sessionArn = `arn:aws:sts::${accountId}:assumed-role/sender/session`;
const role: Caller = { kind: "role", accountId, roleArn, sessionArn };
const events: Caller = { kind: "service", service: "events.amazonaws.com" };

interface Case {
  readonly caller?: Caller;
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly identity?: readonly object[];
  readonly resourcePolicy?: readonly object[];
}

const policy = (statements: readonly object[], kind: PolicyKind) =>
  parsePolicyDocument({ Version: "2012-10-17", Statement: statements }, kind);

function decide({
  caller = role,
  action = "sqs:SendMessage",
  resource = queue,
  context = {},
  ...policies
}: Case): Decision {
  return evaluate(
    {
      caller,
      action,
      resource,
      context: (key) => (context[key] === undefined ? undefined : [context[key]]),
    },
    policies.identity === undefined || policies.identity.length === 0
      ? []
      : [policy(policies.identity, "identity")],
    policies.resourcePolicy === undefined || policies.resourcePolicy.length === 0
      ? undefined
      : policy(policies.resourcePolicy, "resource"),
  );
}

const outcome = (decision: Decision) => (decision.allowed ? "allowed" : decision.reason);

const send = { Effect: "Allow", Action: "sqs:SendMessage", Resource: queue };
const by = (principal: unknown, change: object = {}) => ({ ...send, Principal: principal, ...change });
const allBut = (NotPrincipal: unknown) => ({ ...send, Effect: "Deny", NotPrincipal });
const tlsOnly = {
  Effect: "Deny",
  Principal: "*",
  Action: "sqs:*",
  Resource: queue,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

const cases: [what: string, request: Case, expected: string][] = [
  ["nothing allows", {}, "no-identity-allow"],
  ["the role's policy allows", { identity: [send] }, "allowed"],
  [
    "another action is allowed",
    { identity: [{ ...send, Action: "sqs:ReceiveMessage" }] },
    "no-identity-allow",
  ],
  ["another resource is allowed", { identity: [{ ...send, Resource: `${queue}2` }] }, "no-identity-allow"],
  ["an action is written in another case", { identity: [{ ...send, Action: "SQS:sendmessage" }] }, "allowed"],
  [
    "wildcards cover action and resource",
    { identity: [{ ...send, Action: "sqs:Send*", Resource: "arn:aws:sqs:*:*:o?ders" }] },
    "allowed",
  ],
  ["everything is allowed", { identity: [{ ...send, Action: "*", Resource: "*" }] }, "allowed"],
  [
    "an action without a resource is allowed on *",
    {
      action: "sqs:ListQueues",
      resource: "*",
      identity: [{ ...send, Action: "sqs:ListQueues", Resource: "*" }],
    },
    "allowed",
  ],
  [
    "an action without a resource is allowed on an ARN only",
    {
      action: "sqs:ListQueues",
      resource: "*",
      identity: [{ ...send, Action: "sqs:ListQueues", Resource: "arn:aws:sqs:*:*:*" }],
    },
    "no-identity-allow",
  ],
  [
    "NotAction leaves the action out",
    { identity: [{ Effect: "Allow", NotAction: "sqs:Send*", Resource: "*" }] },
    "no-identity-allow",
  ],
  [
    "NotAction covers the action",
    { identity: [{ Effect: "Allow", NotAction: "dynamodb:*", Resource: "*" }] },
    "allowed",
  ],
  [
    "NotResource leaves the resource out",
    { identity: [{ Effect: "Allow", Action: "*", NotResource: queue }] },
    "no-identity-allow",
  ],
  [
    "NotResource covers the resource",
    { identity: [{ Effect: "Allow", Action: "*", NotResource: `${queue}2` }] },
    "allowed",
  ],
  ["the role's policy denies", { identity: [send, { ...send, Effect: "Deny" }] }, "identity-deny"],
  [
    "the condition holds",
    { identity: [{ ...send, Condition: { StringEquals: { team: "a" } } }], context: { team: "a" } },
    "allowed",
  ],
  [
    "one of two conditions fails",
    {
      identity: [{ ...send, Condition: { StringEquals: { team: "a" }, Null: { team: "true" } } }],
      context: { team: "a" },
    },
    "no-identity-allow",
  ],
  [
    "a variable names the resource",
    { identity: [{ ...send, Resource: "arn:aws:sqs:*:*:${team}" }], context: { team: "orders" } },
    "allowed",
  ],
  [
    "a variable has no value",
    { identity: [{ ...send, Resource: "arn:aws:sqs:*:*:${team}*" }] },
    "no-identity-allow",
  ],
  ["the queue's policy allows the role", { resourcePolicy: [by({ AWS: roleArn })] }, "allowed"],
  ["the queue's policy allows the session", { resourcePolicy: [by({ AWS: sessionArn })] }, "allowed"],
  ["the queue's policy allows everyone", { resourcePolicy: [by("*")] }, "allowed"],
  [
    "the queue's policy allows another role",
    { resourcePolicy: [by({ AWS: `${roleArn}2` })] },
    "no-identity-allow",
  ],
  [
    "the queue's policy denies all but the role and its account",
    { identity: [send], resourcePolicy: [allBut({ AWS: [accountId, roleArn] })] },
    "allowed",
  ],
  [
    "the queue's policy denies all but the session and its account",
    { identity: [send], resourcePolicy: [allBut({ AWS: [`arn:aws:iam::${accountId}:root`, sessionArn] })] },
    "allowed",
  ],
  [
    "the queue's policy denies all but the role, and forgets its account",
    { identity: [send], resourcePolicy: [allBut({ AWS: roleArn })] },
    "resource-deny",
  ],
  [
    "the queue's policy denies all but another role",
    { identity: [send], resourcePolicy: [allBut({ AWS: [accountId, `${roleArn}2`] })] },
    "resource-deny",
  ],
  [
    "the queue's policy denies all but the service",
    { caller: events, resourcePolicy: [by("*"), allBut({ Service: "events.amazonaws.com" })] },
    "allowed",
  ],
  [
    "the queue's policy denies all but another service",
    { caller: events, resourcePolicy: [by("*"), allBut({ Service: "sns.amazonaws.com" })] },
    "resource-deny",
  ],
  [
    "the queue's policy allows all but an identity provider",
    { resourcePolicy: [{ ...send, NotPrincipal: { Federated: "accounts.google.com" } }] },
    "allowed",
  ],
  [
    "the queue's policy allows an identity provider",
    { resourcePolicy: [by({ Federated: "accounts.google.com" })] },
    "no-identity-allow",
  ],
  [
    "the queue's policy leaves it to the account",
    { resourcePolicy: [by({ AWS: accountId })] },
    "no-identity-allow",
  ],
  [
    "the account is allowed, and the role by its own policy",
    { identity: [send], resourcePolicy: [by({ AWS: accountId })] },
    "allowed",
  ],
  [
    "the queue's policy denies the role",
    { identity: [send], resourcePolicy: [by({ AWS: roleArn }, { Effect: "Deny" })] },
    "resource-deny",
  ],
  [
    "the queue's policy denies the account",
    { identity: [send], resourcePolicy: [by({ AWS: `arn:aws:iam::${accountId}:root` }, { Effect: "Deny" })] },
    "resource-deny",
  ],
  [
    "the queue wants TLS and gets it",
    { identity: [send], resourcePolicy: [tlsOnly], context: { "aws:SecureTransport": "true" } },
    "allowed",
  ],
  [
    "the queue wants TLS and gets none",
    { identity: [send], resourcePolicy: [tlsOnly], context: { "aws:SecureTransport": "false" } },
    "resource-deny",
  ],
  [
    "a service calls and no policy names it",
    { caller: events, resourcePolicy: [by({ AWS: roleArn })] },
    "no-resource-allow",
  ],
  ["a service calls without any policy", { caller: events }, "no-resource-allow"],
  [
    "a service is allowed by name",
    { caller: events, resourcePolicy: [by({ Service: "events.amazonaws.com" })] },
    "allowed",
  ],
  [
    "another service is allowed",
    { caller: events, resourcePolicy: [by({ Service: "sns.amazonaws.com" })] },
    "no-resource-allow",
  ],
  [
    "a service is bound to a rule that is not the caller's",
    {
      caller: events,
      context: { "aws:SourceArn": "arn:aws:events:r:a:rule/x" },
      resourcePolicy: [
        by(
          { Service: "events.amazonaws.com" },
          { Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:events:r:a:rule/y" } } },
        ),
      ],
    },
    "no-resource-allow",
  ],
];

describe("evaluate", () => {
  for (const [what, request, expected] of cases) {
    it(`says ${expected} when ${what}`, () => {
      expect(outcome(decide(request))).to.equal(expected);
    });
  }

  const effect = fc.constantFrom("Allow", "Deny");
  const actions = fc.constantFrom("sqs:SendMessage", "sqs:*", "sqs:ReceiveMessage", "*");
  const resources = fc.constantFrom(queue, "*", `${queue}2`, "arn:aws:sqs:*:*:ord*");
  const conditions = fc.constantFrom(
    {},
    { Condition: { Bool: { "aws:SecureTransport": "true" } } },
    { Condition: { StringNotEquals: { team: "a" } } },
  );
  const statement = fc
    .tuple(effect, actions, resources, conditions)
    .map(([Effect, Action, Resource, condition]) => ({ Effect, Action, Resource, ...condition }));
  const principal = fc.constantFrom(
    "*",
    { AWS: roleArn },
    { AWS: accountId },
    { Service: "events.amazonaws.com" },
  );
  const resourceStatement = fc
    .tuple(statement, principal)
    .map(([rest, Principal]) => ({ ...rest, Principal }));
  const request: fc.Arbitrary<Case> = fc.record({
    caller: fc.constantFrom(role, events),
    identity: fc.array(statement, { maxLength: 4 }),
    resourcePolicy: fc.array(resourceStatement, { maxLength: 4 }),
    context: fc.constantFrom({}, { "aws:SecureTransport": "true", team: "a" }),
  });

  it("lets an explicit deny win over whatever allows", () => {
    fc.assert(
      fc.property(request, fc.boolean(), fc.nat(), (base, inResource, position) => {
        const deny = { Effect: "Deny", Action: "sqs:Send*", Resource: queue };
        const insert = (list: readonly object[] = [], item: object) =>
          list.toSpliced(position % (list.length + 1), 0, item);
        const denied = inResource
          ? { ...base, resourcePolicy: insert(base.resourcePolicy, { ...deny, Principal: "*" }) }
          : { ...base, identity: insert(base.identity, deny) };
        expect(outcome(decide(denied))).to.match(/-deny$/);
      }),
    );
  });

  it("never grants more because a deny was added", () => {
    fc.assert(
      fc.property(request, statement, resourceStatement, (base, inIdentity, inResource) => {
        if (decide(base).allowed) return;
        const { identity = [], resourcePolicy = [] } = base;
        expect(decide({ ...base, identity: [...identity, { ...inIdentity, Effect: "Deny" }] }).allowed).to.be
          .false;
        expect(
          decide({ ...base, resourcePolicy: [...resourcePolicy, { ...inResource, Effect: "Deny" }] }).allowed,
        ).to.be.false;
      }),
    );
  });

  it("does not depend on the order of statements, as to whether it allows", () => {
    fc.assert(
      fc.property(request, (base) => {
        const { identity = [], resourcePolicy = [] } = base;
        const reversed = {
          ...base,
          identity: identity.toReversed(),
          resourcePolicy: resourcePolicy.toReversed(),
        };
        expect(decide(reversed).allowed).to.equal(decide(base).allowed);
      }),
    );
  });
});
