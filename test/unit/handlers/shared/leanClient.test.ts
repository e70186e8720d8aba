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
import { clientConfig, realTiming, retryUntil } from "../../../../handlers/shared/retry";
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
  /** How far AWS's clock is ahead of this machine's. */
  readonly aheadMs?: number;
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+=", sessionToken: "token" };

const OUT_OF_TIME: Answer = {
  status: 400,
  body: '{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"signed at another time"}',
};

/** In milliseconds. */
function signedAt(headers: IncomingHttpHeaders): number {
  return Date.parse(String(headers["x-amz-date"]).replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
}

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
        const now = Date.now() + (answer.aheadMs ?? 0);
        const isInTime = Math.abs(signedAt(headers) - now) < 5 * 60_000;
        const given = isInTime ? answer : { ...answer, ...OUT_OF_TIME };
        if (given.fault === "none comes") return;
        if (given.fault === "connection reset") {
          request.socket.resetAndDestroy();
          return;
        }
        const text = given.body ?? "{}";
        const length = String(Buffer.byteLength(text) + (given.fault === "cut off" ? 1 : 0));
        const date = new Date(now).toUTCString();
        response.writeHead(given.status ?? 200, { "content-length": length, date, ...given.headers });
        response.write(text, () => {
          if (given.fault === "cut off") request.socket.destroy();
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
    [
      "to an endpoint with a path",
      () => new DynamoDBClient({ ...options(), endpoint: `${endpoint}/a%20b/c~(d)*/` }),
      get(),
    ],
    ["SES, with a path", () => new SESv2Client({ ...options(), endpoint: `${endpoint}/proxy` }), email],
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
    await lean(new SESv2Client({ ...options(), endpoint: `${endpoint}/a%20b/c~(d)*/` })).send(email);
    for (const { method, path, headers, body } of seen) {
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

  for (const [protocol, send] of [
    ["RPC", () => lean(dynamoDb()).send(get())],
    ["REST", () => lean(new SESv2Client(options())).send(email)],
  ] as const) {
    it(`names an error as the SDK's ${protocol} does, wherever the name stands and whatever stands around it`, async () => {
      const sdkSend = () =>
        protocol === "RPC" ? dynamoDb().send(get()) : new SESv2Client(options()).send(email);
      const places: readonly Answer[] = [
        "Bad",
        "a.b#Bad",
        "Bad:http://internal.amazon.com/coral/com.amazon.coral.service/#x",
        "a.b#Bad:http://a/#x",
        "Bad,Worse",
        "TooManyRequestsException:",
      ].flatMap((name) => [
        { headers: { "x-amzn-errortype": name } },
        { body: JSON.stringify({ __type: name }) },
        { body: JSON.stringify({ code: name }) },
        { headers: { "x-amzn-errortype": name }, body: '{"__type":"Other","code":"Another"}' },
        { body: JSON.stringify({ code: name, __type: "Other" }) },
      ]);
      for (const place of places) {
        answer = { status: 400, ...place };
        const [own, sdk] = [await failureOf(send()), await failureOf(sdkSend())];
        expect(own.name, JSON.stringify(place)).to.equal(sdk.name);
        expect(isPassing(own)).to.equal(isPassing(sdk));
      }
    });
  }

  for (const [what, aheadMs] of [
    ["slow", 10 * 60_000],
    ["fast", -10 * 60_000],
  ] as const) {
    it(`signs by AWS's time once a refusal has shown that this clock is ${what}, as the SDK does`, async () => {
      answer = { aheadMs };
      const sdk = dynamoDb();
      for (const client of [sdk, lean(dynamoDb())]) {
        const refused = await failureOf(client.send(get()));
        expect(refused.name).to.equal("InvalidSignatureException");
        expect(isPassing(refused)).to.equal(true);
        expect(await client.send(get())).to.have.nested.property("$metadata.httpStatusCode", 200);
        // What it is refused now is no longer for the time's sake.
        answer = { aheadMs, status: 400, body: '{"__type":"a#AccessDeniedException"}' };
        if (client !== sdk) expect(isPassing(await failureOf(client.send(get())))).to.equal(false);
        answer = { aheadMs };
      }
    });
  }

  it("leaves its clock alone where an account says so, and where the date is a cache's", async () => {
    for (const [more, headers] of [
      [{ disableClockSkewCorrection: true }, {}],
      [{}, { age: "600" }],
    ]) {
      answer = { aheadMs: 10 * 60_000, headers: headers as Record<string, string> };
      const client = lean(new DynamoDBClient({ ...options(), ...more }));
      for (const _ of [1, 2]) expect(isPassing(await failureOf(client.send(get())))).to.equal(false);
    }
  });

  it("has a retried call pass that was refused for its clock", async () => {
    answer = { aheadMs: 20 * 60_000 };
    const client = lean(dynamoDb());
    await retryUntil(Date.now() + 5_000, realTiming, (abortSignal) => client.send(get(), { abortSignal }));
    expect(seen).to.have.length(2);
  });

  it("signs with the credentials that there are at each call", async () => {
    let sessionToken = "one";
    const expiration = () => new Date(Date.now() + 60_000);
    const client = lean(
      new DynamoDBClient({
        ...options(),
        credentials: () => Promise.resolve({ ...credentials, sessionToken, expiration: expiration() }),
      }),
    );
    await client.send(get());
    sessionToken = "two";
    await client.send(get());
    expect(seen.map(({ headers }) => headers["x-amz-security-token"])).to.deep.equal(["one", "two"]);
  });

  it("asks again for what it could not find out, with the next call", async () => {
    let isThere = false;
    const given = () => (isThere ? Promise.resolve(credentials) : Promise.reject(new Error("not yet")));
    const client = lean(new DynamoDBClient({ ...options(), credentials: given }));
    expect((await failureOf(client.send(get()))).message).to.equal("not yet");
    isThere = true;
    expect(await client.send(get())).to.have.nested.property("$metadata.httpStatusCode", 200);
  });

  it("gives up earlier or later where it is told to", async () => {
    answer = { fault: "none comes" };
    const failure = await failureOf(lean(dynamoDb(), {}, { requestTimeout: 50 }).send(get()));
    expect(failure).to.include({ name: "TimeoutError", message: "the answer took more than 50 ms" });
  });

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
