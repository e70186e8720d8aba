import { expect } from "chai";
import { comparedValues } from "../../src/provider/compareValues";
import type { Wire } from "../../src/engine/values";
import { describeStatement } from "../../src/provider/statements";

type Statement = Readonly<Record<string, Wire>>;

const send = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:queue" };
const read = { Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:Query"], Resource: "arn:table" };
const refuse = { Sid: "Tls", Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "arn:queue" };

/** What changes in a policy of these statements, as "label: before → after", by kind of side. */
function compared(before: readonly Statement[], after: readonly Statement[]): readonly string[] {
  const policy = (statements: readonly Statement[]) =>
    JSON.stringify({ Version: "2012-10-17", Statement: statements });
  return comparedValues({ policy: policy(before) }, { policy: policy(after) }).map((change) => {
    const sides = `${change.before === undefined ? "" : "-"}${change.after === undefined ? "" : "+"}`;
    return `${sides} ${change.path.slice(1).join(".")}`;
  });
}

describe("IAM documents", () => {
  for (const [what, before, after, expected] of [
    ["do not mind the order of statements", [send, read], [read, send], []],
    [
      "do not mind the order of actions, nor whether one stands in a list",
      [send, read],
      [
        { ...send, Action: ["sqs:SendMessage"] },
        { ...read, Action: ["dynamodb:Query", "dynamodb:GetItem"] },
      ],
      [],
    ],
    [
      "tell an added statement",
      [send],
      [send, read],
      ["+ Statement[Allow dynamodb:GetItem, dynamodb:Query]"],
    ],
    ["tell a removed statement", [send, refuse], [send], ["- Statement[Tls]"]],
    [
      "pair statements by Sid",
      [refuse],
      [{ ...refuse, Action: "sqs:SendMessage", Resource: "arn:other" }],
      ["-+ Statement[Tls]"],
    ],
    [
      "pair statements on one resource",
      [send, read],
      [send, { ...read, Action: "dynamodb:PutItem" }],
      ["-+ Statement[Allow dynamodb:PutItem]"],
    ],
    [
      "pair statements of the same actions",
      [send],
      [{ ...send, Resource: "*" }],
      ["-+ Statement[Allow sqs:SendMessage]"],
    ],
    [
      "tell a condition that falls away",
      [{ ...send, Condition: { Bool: { "aws:SecureTransport": "true" } } }],
      [send],
      ["-+ Statement[Allow sqs:SendMessage]"],
    ],
    ["tell a doubled statement once", [send], [send, send], ["+ Statement[Allow sqs:SendMessage]"]],
    [
      "keep an allowance and a denial apart",
      [send],
      [{ ...send, Effect: "Deny" }],
      ["+ Statement[Deny sqs:SendMessage]", "- Statement[Allow sqs:SendMessage]"],
    ],
  ] as const) {
    it(what, () => {
      expect(
        compared(structuredClone(before), structuredClone(after) as unknown as Statement[]),
      ).to.deep.equal(expected);
    });
  }

  for (const [statement, words] of [
    [send, "Allow sqs:SendMessage on arn:queue"],
    [refuse, "Deny * sqs:* on arn:queue"],
    [
      {
        ...send,
        Principal: { Service: "events.amazonaws.com" },
        Condition: { Bool: { "aws:SecureTransport": "true" } },
      },
      'Allow {"Service":"events.amazonaws.com"} sqs:SendMessage on arn:queue when {"Bool":{"aws:SecureTransport":"true"}}',
    ],
    [
      { Effect: "Allow", NotAction: "iam:*", NotResource: "arn:queue" },
      "Allow everything but iam:* on everything but arn:queue",
    ],
  ] as const) {
    it(`reads as: ${words}`, () => expect(describeStatement(statement)).to.equal(words));
  }
});
