import { expect } from "chai";
import { matchesArn } from "../../../src/core/iam/pattern";
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

const withSid = (Sid: string) => ({ ...allow, Principal: "*", Sid });
const trust = (change: object) => ({
  Statement: { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole", ...change },
});

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
        principal: {
          kind: "listed",
          not: false,
          aws: ["000000000000"],
          services: ["sqs.amazonaws.com"],
          federated: [],
          canonicalUsers: [],
        },
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
      { Version: "2013-10-17", Statement: allow },
      /Version: got "2013-10-17"; expected one of 2008-10-17, 2012-10-17/,
    ],
    ["no statement", { Version: version, Statement: [] }, /Statement: .*at least one/],
    [
      "an unknown element",
      { Version: version, Statement: allow, Comment: "" },
      /^Malf.*: Syntax errors in policy\. \(The policy: "Comment" is no element/,
    ],
    ["a misspelt field", statement({ Actions: "*" }), /Statement 2 \("Mine"\): "Actions" is no element/],
    ["an unknown effect", statement({ Effect: "allow" }), /Statement 2 \("Mine"\), Effect: got "allow"/],
    ["Action with NotAction", statement({ NotAction: "*" }), /either Action or NotAction/],
    [
      "an action without a service",
      statement({ Action: "SendMessage" }),
      /: Actions\/Conditions must be prefaced by a vendor, e\.g\., iam, sdb, ec2, etc\. .*Action: got "SendMessage"/,
    ],
    ["two colons", statement({ Action: "s3:Get:Object" }), /Actions\/Condition can contain only one colon\./],
    ["a vendor that is none", statement({ Action: "a a:List" }), /Vendor a a is not valid/],
    ["no action", statement({ Action: undefined }), /: Policy statement must contain actions\./],
    ["no actions", statement({ Action: [] }), /: Policy statement must contain actions\./],
    ["no resources", statement({ Resource: [] }), /: Policy statement must contain resources\./],
    [
      "the same Sid twice",
      { Version: version, Statement: [only({}).Statement, only({}).Statement] },
      /: Statement IDs \(SID\) in a single policy must be unique\./,
    ],
    [
      "the same Sid twice, of a role's trust",
      {
        Statement: ["lambda", "ec2"].map((service) => ({
          Sid: "Trust",
          Effect: "Allow",
          Principal: { Service: `${service}.amazonaws.com` },
          Action: "sts:AssumeRole",
        })),
      },
      /: Statement IDs \(SID\) in a single policy must be unique\./,
      "trust",
    ],
    [
      "a Sid with a blank",
      statement({ Sid: "My statement" }),
      /: Statement IDs \(SID\) must be alpha-numeric\./,
    ],
    ["an Id that is no text", { Version: version, Id: {}, Statement: allow }, /Id: got {}; expected a text/],
    ["no resource", statement({ Resource: undefined }), /either Resource or NotResource/],
    [
      "a resource that is no ARN",
      statement({ Resource: ["*", "orders"] }),
      /: Resource orders must be in ARN format or "\*"\./,
    ],
    ["an empty resource", statement({ Resource: "" }), /: Resource {2}must be in ARN format or "\*"\./],
    [
      "another partition",
      statement({ Resource: "arn:error:s3:::bucket" }),
      /: Partition "error" is not valid for resource "arn:error:s3:::bucket"\./,
    ],
    [
      "an ARN without a service",
      statement({ Resource: "arn:aws:*:us-east-1:*:x" }),
      /: Resource vendor must be fully qualified and cannot contain regexes\./,
    ],
    [
      "an ARN with too few parts",
      statement({ Resource: "arn:aws:s3::bucket" }),
      /: The policy failed legacy parsing/,
    ],
    [
      "an account that is none",
      statement({ Resource: "arn:aws:sqs:us-east-1:12:orders" }),
      /: The policy failed legacy parsing/,
    ],
    [
      "a region in a resource of IAM",
      statement({ Resource: "arn:aws:iam:us-east-1:000000000000:role/x" }),
      /: IAM resource arn:\S+ cannot contain region information\./,
    ],
    [
      "a resource that IAM does not have",
      statement({ Resource: "arn:aws:iam::000000000000:rolle/x" }),
      /: IAM resource path must either be "\*" or start with user\/, /,
    ],
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
      "a federated principal that is none",
      only({ Principal: { Federated: "x" } }),
      /: Invalid principal in policy: "FEDERATED":"x"/,
      "resource",
    ],
    [
      "a canonical user that is none",
      only({ Principal: { CanonicalUser: "me" } }),
      /: Invalid principal in policy: "CANONICALUSER":"me"/,
      "resource",
    ],
    [
      "a group as a principal",
      only({ Principal: { AWS: "arn:aws:iam::000000000000:group/x" } }),
      /"AWS":"arn/,
      "resource",
    ],
    [
      "an unknown kind of principal",
      only({ Principal: { Role: "x" } }),
      /Principal: got {"Role":"x"}/,
      "resource",
    ],
    [
      "both kinds of principal",
      only({ Principal: "*", NotPrincipal: "*" }),
      /either Principal or NotPrincipal/,
      "resource",
    ],
    ["NotPrincipal in an identity policy", statement({ NotPrincipal: "*" }), /has no NotPrincipal/],
    [
      "an action of another service in a trust policy",
      only({ Principal: "*", Resource: undefined, Action: "s3:GetObject" }),
      /: AssumeRole policy may only specify STS AssumeRole actions\./,
      "trust",
    ],
    [
      "an action of STS that is no trust",
      only({ Principal: "*", Resource: undefined, Action: ["sts:AssumeRole", "sts:GetCallerIdentity"] }),
      /: AssumeRole policy may only specify STS AssumeRole actions\./,
      "trust",
    ],
    [
      "a wildcard in a principal",
      only({ Principal: { AWS: "arn:aws:iam::000000000000:role/*" } }),
      /Principal\.AWS/,
      "resource",
    ],
    [
      "a resource in a trust policy",
      only({ Principal: "*", Action: "sts:AssumeRole" }),
      /a trust policy has no Resource/,
      "trust",
    ],
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

  const taken: [what: string, document: object, kind: PolicyKind][] = [
    ["the older version", { Version: "2008-10-17", Statement: allow }, "identity"],
    ["no version", { Statement: allow }, "identity"],
    ["a Sid with blanks and repeated, of a resource", { Statement: ["a b", "a b"].map(withSid) }, "resource"],
    [
      "an empty Sid twice",
      {
        Statement: [
          { ...allow, Sid: "" },
          { ...allow, Sid: "" },
        ],
      },
      "identity",
    ],
    ["any STS action for a role", trust({ Action: "sts:Assume*" }), "trust"],
    [
      "a SAML provider",
      trust({ Principal: { Federated: "arn:aws:iam::000000000000:saml-provider/x" } }),
      "trust",
    ],
    ["a well-known provider", trust({ Principal: { Federated: "accounts.google.com" } }), "trust"],
    ["a canonical user", only({ Principal: { CanonicalUser: "0a".repeat(32) } }), "resource"],
    ["NotPrincipal", only({ Effect: "Deny", NotPrincipal: { AWS: "000000000000" } }), "resource"],
    ["wildcards instead of an ARN's last parts", only({ Resource: "arn:aws:sqs:*" }), "identity"],
  ];
  for (const [what, document, kind] of taken) {
    it(`with ${what} are taken`, () => {
      expect(problem(document, kind)).to.equal("none");
    });
  }

  it("of the older version have no variables: what looks like one means itself", () => {
    const document = { Statement: { ...allow, Resource: "arn:aws:sqs:*:*:${aws:userid}" } };
    const resourceOf = (version?: string) =>
      parsePolicyDocument({ Version: version, ...document }, "identity").statements[0]?.resources
        ?.patterns[0];
    const matches = (pattern = "", resource: string) => matchesArn(pattern, resource, () => "me");
    expect(matches(resourceOf("2012-10-17"), "arn:aws:sqs:r:1:me")).to.equal(true);
    expect(matches(resourceOf(), "arn:aws:sqs:r:1:me")).to.equal(false);
    expect(matches(resourceOf(), "arn:aws:sqs:r:1:${aws:userid}")).to.equal(true);
  });
});
