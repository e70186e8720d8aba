import { expect } from "chai";
import { parsePolicyDocument, type PolicyKind } from "../../../src/core/iam/policyDocument";

const version = "2012-10-17";
const allow = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" };

function problem(document: unknown, kind: PolicyKind = "identity"): string {
  try {
    parsePolicyDocument(document, kind);
    return "none";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

const only = (change: object) => ({ Version: version, Statement: { Sid: "Mine", ...allow, ...change } });
const statement = (change: object) => ({ Version: version, Statement: [allow, only(change).Statement] });

describe("policy documents", () => {
  it("are read from text, with single values standing for lists", () => {
    const { statements } = parsePolicyDocument(
      JSON.stringify({
        Version: version,
        Id: "policy",
        Statement: {
          Effect: "Deny",
          Principal: { AWS: "000000000000", Service: "sqs.amazonaws.com" },
          NotAction: "sqs:Get*",
          Resource: "arn:aws:sqs:*:*:orders",
          Condition: { Bool: { "aws:SecureTransport": false } },
        },
      }),
      "resource",
    );
    expect(statements).to.deep.equal([
      {
        effect: "Deny",
        principal: { kind: "listed", aws: ["000000000000"], services: ["sqs.amazonaws.com"] },
        actions: { not: true, patterns: ["sqs:get*"] },
        resources: { not: false, patterns: ["arn:aws:sqs:*:*:orders"] },
        conditions: [
          {
            operator: "Bool",
            set: undefined,
            ifExists: false,
            key: "aws:SecureTransport",
            values: ["false"],
          },
        ],
      },
    ]);
  });

  const refused: [what: string, document: unknown, message: RegExp, kind?: PolicyKind][] = [
    ["text that is not JSON", "{", /The policy is not JSON/],
    [
      "another version",
      { Version: "2008-10-17", Statement: allow },
      /Version: got "2008-10-17"; expected "2012-10-17"/,
    ],
    ["no statement", { Version: version, Statement: [] }, /Statement: .*at least one/],
    [
      "an unknown element",
      { Version: version, Statement: allow, Comment: "" },
      /The policy: "Comment" is not supported/,
    ],
    ["a misspelt field", statement({ Actions: "*" }), /Statement 2 \("Mine"\): "Actions" is not supported/],
    ["an unknown effect", statement({ Effect: "allow" }), /Statement 2 \("Mine"\), Effect: got "allow"/],
    ["Action with NotAction", statement({ NotAction: "*" }), /either Action or NotAction/],
    ["an action without a service", statement({ Action: "SendMessage" }), /Action: got "SendMessage"/],
    ["no resource", statement({ Resource: undefined }), /either Resource or NotResource/],
    ["a resource that is no ARN", statement({ Resource: ["*", "orders"] }), /Resource: got "orders"/],
    [
      "a variable in NotResource",
      statement({ Resource: undefined, NotResource: "arn:aws:s3:::${aws:userid}" }),
      /NotResource/,
    ],
    [
      "a principal in an identity policy",
      statement({ Principal: "*" }),
      /an identity policy has no Principal/,
    ],
    ["no principal in a resource policy", only({}), /Principal: got undefined/, "resource"],
    [
      "a federated principal",
      only({ Principal: { Federated: "x" } }),
      /"Federated" is not supported/,
      "resource",
    ],
    [
      "a wildcard in a principal",
      only({ Principal: { AWS: "arn:aws:iam::000000000000:role/*" } }),
      /Principal\.AWS/,
      "resource",
    ],
    ["NotPrincipal", only({ NotPrincipal: "*" }), /"NotPrincipal" is not supported/, "resource"],
    ["a resource in a trust policy", only({ Principal: "*" }), /a trust policy has no Resource/, "trust"],
    [
      "an unknown operator",
      statement({ Condition: { StringMatches: { a: "b" } } }),
      /Condition\.StringMatches: "StringMatches" is not an operator/,
    ],
    [
      "an unknown set operator",
      statement({ Condition: { "ForSome:StringLike": { a: "b" } } }),
      /"ForSome:StringLike" is not an operator/,
    ],
    ["Null with IfExists", statement({ Condition: { NullIfExists: { a: "true" } } }), /Null takes neither/],
    [
      "a number that is none",
      statement({ Condition: { NumericEquals: { a: "many" } } }),
      /a: got "many"; expected a number/,
    ],
    [
      "a date that is none",
      statement({ Condition: { DateLessThan: { a: "soon" } } }),
      /expected an ISO 8601 date/,
    ],
    [
      "a range that is none",
      statement({ Condition: { IpAddress: { a: "10.0.0.0/33" } } }),
      /expected an IP address or a CIDR range/,
    ],
    [
      "a truth value that is none",
      statement({ Condition: { Bool: { a: "yes" } } }),
      /expected "true" or "false"/,
    ],
  ];
  for (const [what, document, message, kind] of refused) {
    it(`with ${what} are refused, naming it`, () => {
      const found = problem(document, kind);
      expect(found).to.match(/^MalformedPolicyDocumentException: /);
      expect(found).to.match(message);
    });
  }
});
