import { createHash, createHmac } from "node:crypto";
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GetEmailIdentityCommand, GetEmailIdentityPoliciesCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import * as fc from "fast-check";
import { lean } from "../../../../../handlers/shared/leanClient";
import { traced } from "../../../../../handlers/shared/tracing";
import { awsServer, credentials, email, event, get, letter, signedAt } from "./awsServer";
import { anyCharacter } from "../../../../../packages/embedded-aws/test/support/anyCharacter";

class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Uint8Array);
  }
  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(data as Uint8Array);
  }
  digest() {
    return Promise.resolve(this.#hash.digest());
  }
  reset() {
    throw new Error("not used");
  }
}

describe("what a lean client sends", () => {
  const aws = awsServer();

  for (const [what, client, command] of [
    ["DynamoDB", () => aws.dynamoDb(), get()],
    ["SES, whose operations have paths", () => new SESv2Client(aws.options()), email],
    ["SQS", () => new SQSClient({ ...aws.options(), md5: false }), letter],
    ["EventBridge, with a time", () => new EventBridgeClient(aws.options()), event],
    [
      "to an endpoint with a path",
      () => new DynamoDBClient({ ...aws.options(), endpoint: `${aws.endpoint}/a%20b/c~(d)*/` }),
      get(),
    ],
    [
      "SES, with a path",
      () => new SESv2Client({ ...aws.options(), endpoint: `${aws.endpoint}/proxy` }),
      email,
    ],
  ] as const) {
    it(`sends what the SDK sends: ${what}`, async () => {
      const ours = client();
      await (lean(ours as DynamoDBClient) as DynamoDBClient).send(command as GetItemCommand);
      await (ours as DynamoDBClient).send(command as GetItemCommand);
      const [own, sdk] = aws.seen;
      expect(own?.method).to.equal(sdk?.method);
      expect(own?.path).to.equal(sdk?.path);
      expect(JSON.parse(own?.body ?? "")).to.deep.equal(JSON.parse(sdk?.body ?? ""));
      for (const name of ["content-type", "content-length", "host", "x-amz-target", "x-amz-security-token"])
        expect(own?.headers[name], name).to.equal(sdk?.headers[name]);
      ours.destroy();
    });
  }

  it("sends any item as the SDK does", async () => {
    const ours = aws.dynamoDb();
    const value = fc.letrec<{ value: AttributeValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: anyCharacter }).map((S) => ({ S: S.toWellFormed() })),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((N) => ({ N: String(N) })),
        fc.uint8Array().map((B) => ({ B })),
        fc.boolean().map((BOOL) => ({ BOOL })),
        fc.array(tie("value"), { maxLength: 3 }).map((L) => ({ L })),
        fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }).map((M) => ({ M })),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), value, { maxKeys: 5 }), async (Item) => {
        aws.seen = [];
        const command = new PutItemCommand({ TableName: "t", Item });
        await lean(ours).send(command);
        await ours.send(command);
        expect(JSON.parse(aws.seen[0]?.body ?? "")).to.deep.equal(JSON.parse(aws.seen[1]?.body ?? ""));
      }),
      { numRuns: 25 },
    );
    ours.destroy();
  });

  it("sends null as the SDK's caller wrote it", async () => {
    const command = new GetItemCommand({ TableName: "t", Key: null as never });
    await lean(aws.dynamoDb()).send(command);
    expect(aws.seen[0]?.body).to.equal('{"TableName":"t","Key":null}');
    // Beside bytes, which have everything written anew.
    const Key = { l: { L: [{ S: "a" }, { B: new Uint8Array([1]) }] }, n: null as never };
    await lean(aws.dynamoDb()).send(new GetItemCommand({ TableName: "t", Key }));
    expect(aws.seen[1]?.body).to.equal(
      '{"TableName":"t","Key":{"l":{"L":[{"S":"a"},{"B":"AQ=="}]},"n":null}}',
    );
  });

  it("signs as AWS's own signer does", async () => {
    const client = lean(new SESv2Client(aws.options()));
    await client.send(email);
    await client.send(email);
    await lean(new SESv2Client({ ...aws.options(), endpoint: `${aws.endpoint}/a%20b/c~(d)*/` })).send(email);
    for (const { method, path, headers, body } of aws.seen) {
      const { authorization = "" } = headers;
      expect(Math.abs(signedAt(headers) - Date.now())).to.be.below(60_000);
      const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [];
      expect(names).to.include.members(["host", "x-amz-date", "x-amz-security-token"]);
      const { sessionToken: _, ...keys } = credentials;
      const signer = new SignatureV4({
        service: "ses",
        region: "eu-central-1",
        credentials: keys,
        sha256: Sha256,
        applyChecksum: false,
      });
      const signed = await signer.sign(
        {
          method,
          path,
          protocol: "http:",
          hostname: "127.0.0.1",
          query: {},
          body,
          headers: Object.fromEntries(
            names.filter((name) => name !== "x-amz-date").map((name) => [name, String(headers[name])]),
          ),
        },
        { signingDate: new Date(signedAt(headers)) },
      );
      expect(authorization).to.equal(signed.headers.authorization);
    }
  });

  it("takes endpoints from where the SDK takes them", async () => {
    const { AWS_ENDPOINT_URL: before } = process.env;
    process.env.AWS_ENDPOINT_URL = aws.endpoint;
    try {
      await lean(new DynamoDBClient({ ...aws.options(), endpoint: undefined as never })).send(get());
      expect(aws.seen).to.have.length(1);
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, "AWS_ENDPOINT_URL");
      else process.env.AWS_ENDPOINT_URL = before;
    }
  });

  it("signs with the credentials that there are at each call", async () => {
    let sessionToken = "one";
    const expiration = () => new Date(Date.now() + 60_000);
    const client = lean(
      new DynamoDBClient({
        ...aws.options(),
        credentials: () => Promise.resolve({ ...credentials, sessionToken, expiration: expiration() }),
      }),
    );
    await client.send(get());
    sessionToken = "two";
    await client.send(get());
    expect(aws.seen.map(({ headers }) => headers["x-amz-security-token"])).to.deep.equal(["one", "two"]);
  });

  it("asks again for what it could not find out, with the next call", async () => {
    let isThere = false;
    const given = () => (isThere ? Promise.resolve(credentials) : Promise.reject(new Error("not yet")));
    const client = lean(new DynamoDBClient({ ...aws.options(), credentials: given }));
    expect((await aws.failureOf(client.send(get()))).message).to.equal("not yet");
    isThere = true;
    expect(await client.send(get())).to.have.nested.property("$metadata.httpStatusCode", 200);
  });

  it("shows its calls in the trace, and passes the trace on", async () => {
    const documents: Record<string, unknown>[] = [];
    const header = "Root=1-6926f3e0-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1";
    process.env._X_AMZN_TRACE_ID = header;
    try {
      const tell = (document: string) => documents.push(JSON.parse(document) as Record<string, unknown>);
      await lean(traced(new SESv2Client(aws.options()), tell)).send(email);
      expect(documents).to.have.length(1);
      expect(documents[0]).to.deep.include({ name: "SES", namespace: "aws" });
      expect(documents[0]).to.have.nested.property("aws.operation", "SendEmail");
      expect(aws.seen[0]?.headers["x-amzn-trace-id"]).to.equal(header);
    } finally {
      Reflect.deleteProperty(process.env, "_X_AMZN_TRACE_ID");
    }
  });

  it("refuses what it was not made for", async () => {
    expect(() => lean(new SNSClient(aws.options()))).to.throw(/SNS: got protocol .*awsQuery; expected/);
    const identity = new GetEmailIdentityCommand({ EmailIdentity: "a" });
    const failure = await aws.failureOf(lean(new SESv2Client(aws.options())).send(identity));
    expect(failure.message).to.match(/GetEmailIdentity: got path .*; expected one without parameters/);
    const policies = new GetEmailIdentityPoliciesCommand({ EmailIdentity: "a" });
    const inside = await aws.failureOf(lean(new SESv2Client(aws.options())).send(policies));
    expect(inside.message).to.match(/expected one without parameters/);
    for (const schema of [undefined, [], [9, "", 7]]) {
      const unmodelled = lean(aws.dynamoDb()).send(Object.assign(get(), { schema }) as never);
      expect((await aws.failureOf(unmodelled)).message).to.match(/got a command without a model/);
    }
    expect(aws.seen).to.be.empty;
  });
});
