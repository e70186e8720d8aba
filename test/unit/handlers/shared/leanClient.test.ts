import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { buffer } from "node:stream/consumers";
import { createHash, createHmac } from "node:crypto";
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetEmailIdentityCommand, SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { SNSClient } from "@aws-sdk/client-sns";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import * as fc from "fast-check";
import { isPassing } from "../../../../handlers/shared/failure";
import { lean } from "../../../../handlers/shared/leanClient";
import { clientConfig } from "../../../../handlers/shared/retry";
import { traced } from "../../../../handlers/shared/tracing";

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** How the answer goes wrong. */
  readonly fault?: "none comes" | "cut off" | "connection reset";
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+=", sessionToken: "token" };

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

describe("lean", () => {
  let server: Server;
  let endpoint: string;
  let seen: Seen[];
  let answer: Answer;

  before(async () => {
    server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const { method = "", url: path = "", headers } = request;
        seen.push({ method, path, headers, body: body.toString("utf8") });
        if (answer.fault === "none comes") return;
        if (answer.fault === "connection reset") {
          request.socket.resetAndDestroy();
          return;
        }
        const text = answer.body ?? "{}";
        const length = String(Buffer.byteLength(text) + (answer.fault === "cut off" ? 1 : 0));
        response.writeHead(answer.status ?? 200, { "content-length": length, ...answer.headers });
        response.write(text, () => {
          if (answer.fault === "cut off") request.socket.destroy();
          else response.end();
        });
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen = [];
    answer = {};
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const options = () => ({ ...clientConfig, region: "eu-central-1", endpoint, credentials });
  const dynamoDb = () => new DynamoDBClient(options());
  const get = () => new GetItemCommand({ TableName: "t", Key: { orderId: { S: "o" } } });
  const failureOf = async (sending: Promise<unknown>) => {
    const failure: unknown = await sending.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(Error);
    return failure as Error & { readonly $metadata?: object };
  };

  const email = new SendEmailCommand({
    FromEmailAddress: "orders@example.com",
    Destination: { ToAddresses: ["ädä@example.com"] },
    Content: { Simple: { Subject: { Data: "Order – 1" }, Body: { Text: { Data: "Thank you" } } } },
    EmailTags: [{ Name: "orderId", Value: "o" }],
  });
  const event = new PutEventsCommand({
    Entries: [{ Source: "orders", DetailType: "X", Detail: "{}", Time: new Date(1_750_000_000_500) }],
  });

  for (const [what, client, command] of [
    ["DynamoDB", () => dynamoDb(), get()],
    ["SES, whose operations have paths", () => new SESv2Client(options()), email],
    ["EventBridge, with a time", () => new EventBridgeClient(options()), event],
  ] as const) {
    it(`sends what the SDK sends: ${what}`, async () => {
      const ours = client();
      await (lean(ours as DynamoDBClient) as DynamoDBClient).send(command as GetItemCommand);
      await (ours as DynamoDBClient).send(command as GetItemCommand);
      const [own, sdk] = seen;
      expect(own?.method).to.equal(sdk?.method);
      expect(own?.path).to.equal(sdk?.path);
      expect(JSON.parse(own?.body ?? "")).to.deep.equal(JSON.parse(sdk?.body ?? ""));
      for (const name of ["content-type", "content-length", "host", "x-amz-target", "x-amz-security-token"])
        expect(own?.headers[name], name).to.equal(sdk?.headers[name]);
      ours.destroy();
    });
  }

  it("sends any item as the SDK does", async () => {
    const ours = dynamoDb();
    const value = fc.letrec<{ value: AttributeValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: "binary" }).map((S) => ({ S: S.toWellFormed() })),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((N) => ({ N: String(N) })),
        fc.uint8Array().map((B) => ({ B })),
        fc.boolean().map((BOOL) => ({ BOOL })),
        fc.array(tie("value"), { maxLength: 3 }).map((L) => ({ L })),
        fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }).map((M) => ({ M })),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), value, { maxKeys: 5 }), async (Item) => {
        seen = [];
        const command = new PutItemCommand({ TableName: "t", Item });
        await lean(ours).send(command);
        await ours.send(command);
        expect(JSON.parse(seen[0]?.body ?? "")).to.deep.equal(JSON.parse(seen[1]?.body ?? ""));
      }),
      { numRuns: 25 },
    );
    ours.destroy();
  });

  it("signs as AWS's own signer does", async () => {
    const client = lean(new SESv2Client(options()));
    await client.send(email);
    await client.send(email);
    for (const { method, path, headers, body } of seen) {
      const { authorization = "" } = headers;
      const date = String(headers["x-amz-date"]);
      expect(
        Math.abs(Date.parse(date.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5")) - Date.now()),
      ).to.be.below(60_000);
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
        { signingDate: new Date(date.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5")) },
      );
      expect(authorization).to.equal(signed.headers.authorization);
    }
  });

  it("takes endpoints from where the SDK takes them", async () => {
    const { AWS_ENDPOINT_URL: before } = process.env;
    process.env.AWS_ENDPOINT_URL = endpoint;
    try {
      await lean(new DynamoDBClient({ ...options(), endpoint: undefined as never })).send(get());
      expect(seen).to.have.length(1);
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, "AWS_ENDPOINT_URL");
      else process.env.AWS_ENDPOINT_URL = before;
    }
  });

  it("answers with the output and its metadata", async () => {
    answer = { body: '{"Item":{"orderId":{"S":"ö"}}}', headers: { "x-amzn-requestid": "r-1" } };
    expect(await lean(dynamoDb()).send(get())).to.deep.equal({
      Item: { orderId: { S: "ö" } },
      $metadata: { httpStatusCode: 200, requestId: "r-1" },
    });
  });

  it("throws the SDK's errors, with what they carry", async () => {
    const client = lean(dynamoDb(), { ConditionalCheckFailedException, TransactionCanceledException });
    answer = {
      status: 400,
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no","Item":{"a":{"S":"b"}}}',
    };
    const refused = await failureOf(client.send(get()));
    expect(refused).to.be.instanceOf(ConditionalCheckFailedException).and.to.include({
      name: "ConditionalCheckFailedException",
      message: "no",
    });
    expect(refused).to.have.deep.property("Item", { a: { S: "b" } });
    answer = {
      status: 400,
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"no","CancellationReasons":[{"Code":"None"}]}',
    };
    const cancelled = await failureOf(client.send(new TransactWriteItemsCommand({ TransactItems: [] })));
    expect(cancelled).to.be.instanceOf(TransactionCanceledException);
    expect(cancelled).to.have.deep.property("CancellationReasons", [{ Code: "None" }]);
  });

  for (const [what, given, name, passing] of [
    ["an unknown kind", { status: 400, body: '{"__type":"a#FreshException"}' }, "FreshException", false],
    ["a throttle", { status: 400, body: '{"__type":"a#ThrottlingException"}' }, "ThrottlingException", true],
    [
      "one named in a header",
      { status: 404, headers: { "x-amzn-errortype": "NotFoundException:http://a/" } },
      "NotFoundException",
      false,
    ],
    ["a page instead of an answer", { status: 503, body: "<html>" }, "UnknownError", true],
    [
      "one that is named like a member of all objects",
      { status: 400, body: '{"__type":"constructor"}' },
      "constructor",
      false,
    ],
    ["no JSON where there should be", { body: "<html>" }, "Error", false],
    ["a connection that breaks", { fault: "connection reset" }, "Error", true],
    ["an answer that is cut off", { fault: "cut off" }, "Error", true],
  ] as const) {
    it(`tells of ${what} as the SDK would, so that retries know it`, async () => {
      answer = given;
      const failure = await failureOf(lean(dynamoDb()).send(get()));
      expect(failure.name).to.equal(name);
      expect(isPassing(failure)).to.equal(passing);
    });
  }

  it("gives a call up when its signal aborts", async () => {
    answer = { fault: "none comes" };
    const controller = new AbortController();
    const sending = lean(dynamoDb()).send(get(), { abortSignal: controller.signal });
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect((await failureOf(sending)).name).to.equal("AbortError");
    expect((await failureOf(lean(dynamoDb()).send(get(), { abortSignal: controller.signal }))).name).to.equal(
      "AbortError",
    );
    expect(seen).to.have.length(1);
  });

  it("gives a call up that is not answered", async () => {
    answer = { fault: "none comes" };
    const failure = await failureOf(lean(dynamoDb()).send(get()));
    expect(failure.name).to.equal("TimeoutError");
    expect(isPassing(failure)).to.equal(true);
  }).timeout(10_000);

  it("takes an answer that came while the process stood still", async () => {
    // A server in a process of its own answers while this one does nothing.
    const other = spawn(process.execPath, [
      "-e",
      `const server = require("http").createServer((request, response) => {
        request.resume();
        console.log("asked");
        setTimeout(() => response.end("{}"), 300);
      }).listen(0, "127.0.0.1", () => console.log(server.address().port));`,
    ]);
    const lines = createInterface({ input: other.stdout })[Symbol.asyncIterator]();
    try {
      const port = String((await lines.next()).value);
      const client = lean(new DynamoDBClient({ ...options(), endpoint: `http://127.0.0.1:${port}` }));
      const sending = client.send(get());
      expect((await lines.next()).value).to.equal("asked");
      // Nothing runs until the answer has long been there, and its time is over.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_100);
      expect(await sending).to.have.nested.property("$metadata.httpStatusCode", 200);
    } finally {
      other.kill();
    }
  }).timeout(20_000);

  it("shows its calls in the trace, and passes the trace on", async () => {
    const documents: Record<string, unknown>[] = [];
    const header = "Root=1-6926f3e0-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1";
    process.env._X_AMZN_TRACE_ID = header;
    try {
      const tell = (document: string) => documents.push(JSON.parse(document) as Record<string, unknown>);
      await lean(traced(new SESv2Client(options()), tell)).send(email);
      expect(documents).to.have.length(1);
      expect(documents[0]).to.deep.include({ name: "SES", namespace: "aws" });
      expect(documents[0]).to.have.nested.property("aws.operation", "SendEmail");
      expect(seen[0]?.headers["x-amzn-trace-id"]).to.equal(header);
    } finally {
      Reflect.deleteProperty(process.env, "_X_AMZN_TRACE_ID");
    }
  });

  it("refuses what it was not made for", async () => {
    expect(() => lean(new SNSClient(options()))).to.throw(/SNS: got protocol .*awsQuery; expected/);
    const identity = new GetEmailIdentityCommand({ EmailIdentity: "a" });
    const failure = await failureOf(lean(new SESv2Client(options())).send(identity));
    expect(failure.message).to.match(/GetEmailIdentity: got path .*; expected one without parameters/);
    expect(seen).to.be.empty;
  });
});
