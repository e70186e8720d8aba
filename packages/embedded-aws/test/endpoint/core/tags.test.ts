import { expect } from "chai";
import type { ServiceName } from "../../../src/core/service";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** How each service names what is tagged, and writes tags. */
interface Tagged {
  readonly what: string;
  readonly service: ServiceName;
  /** Makes it, with the tag Team=a, and gives its ARN. */
  readonly make: (call: Call) => Promise<string>;
  readonly by: string;
  readonly tags: "map" | "pairs";
  readonly read: string;
}

type Call = ReturnType<typeof untyped<[signal?: AbortSignal]>>;

const pairs = [{ Key: "Team", Value: "a" }];
const tagged: readonly Tagged[] = [
  {
    what: "an SES identity",
    service: "ses",
    make: async (call) => {
      await call("ses", "CreateEmailIdentity", { EmailIdentity: "example.com", Tags: pairs });
      return "arn:aws:ses:us-east-1:000000000000:identity/example.com";
    },
    ...{ by: "ResourceArn", tags: "pairs", read: "ListTagsForResource" },
  },
  {
    what: "an SES configuration set",
    service: "ses",
    make: async (call) => {
      await call("ses", "CreateConfigurationSet", { ConfigurationSetName: "mails", Tags: pairs });
      return "arn:aws:ses:us-east-1:000000000000:configuration-set/mails";
    },
    ...{ by: "ResourceArn", tags: "pairs", read: "ListTagsForResource" },
  },
  {
    what: "an event source mapping",
    service: "lambda",
    make: async (call) => {
      await call("iam", "CreateRole", { RoleName: "worker", AssumeRolePolicyDocument: trust });
      const policy = { Effect: "Allow", Action: "sqs:*", Resource: "*" };
      await call("iam", "PutRolePolicy", {
        ...{ RoleName: "worker", PolicyName: "p" },
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [policy] }),
      });
      await call("sqs", "CreateQueue", { QueueName: "q" });
      const { zipSync } = await import("fflate");
      await call("lambda", "CreateFunction", {
        ...{ FunctionName: "fn", Runtime: "nodejs22.x", Handler: "index.handler" },
        Role: "arn:aws:iam::000000000000:role/worker",
        Code: { ZipFile: zipSync({ "index.js": Buffer.from("exports.handler = () => {}") }) },
      });
      const mapping = (await call("lambda", "CreateEventSourceMapping", {
        ...{ FunctionName: "fn", EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:q" },
        Tags: { Team: "a" },
      })) as { EventSourceMappingArn: string };
      return mapping.EventSourceMappingArn;
    },
    ...{ by: "Resource", tags: "map", read: "ListTags" },
  },
];

describe("tags of what an ARN names", () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startTestCloud({ conditions: { iamPropagationMs: 0 } });
  });
  afterEach(() => cloud.close());

  for (const { what, service, make, by, tags, read } of tagged) {
    const written = (map: Readonly<Record<string, string>>) =>
      tags === "map" ? map : Object.entries(map).map(([Key, Value]) => ({ Key, Value }));
    it(`are given with ${what}, changed and taken away`, async () => {
      const call = untyped(cloud.call);
      const named = { [by]: await make(call) };
      const shown = async () => ((await call(service, read, named)) as { Tags: object }).Tags;
      expect(await shown()).to.deep.equal(written({ Team: "a" }));
      await call(service, "TagResource", { ...named, Tags: written({ Team: "b", Cost: "" }) });
      expect(await shown()).to.deep.equal(written({ Team: "b", Cost: "" }));
      await call(service, "UntagResource", { ...named, TagKeys: ["Team", "none"] });
      expect(await shown()).to.deep.equal(written({ Cost: "" }));
    });

    it(`are refused for ${what} that is not there`, async () => {
      const call = untyped(cloud.call);
      const arn = await make(call);
      const named = { [by]: `${arn.slice(0, -3)}zzz` };
      for (const [operation, more] of [
        ["TagResource", { Tags: written({ Team: "b" }) }],
        ["UntagResource", { TagKeys: ["Team"] }],
        [read, {}],
      ] as const) {
        const error = await call(service, operation, { ...named, ...more }).then(
          () => "none",
          (cause: unknown) => (cause as Error).name,
        );
        expect(error, operation).to.match(/NotFound/);
      }
    });
  }
});
