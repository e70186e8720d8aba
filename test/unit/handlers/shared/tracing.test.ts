import { createSocket } from "node:dgram";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import path from "node:path";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetAccountCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import { traced, tracingOf } from "../../../../handlers/shared/tracing";
import { clientConfig } from "../../../../handlers/shared/retry";

const HEADER = "Root=1-6926f3e0-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1";

/** Answers of a service, in turn. */
const answers = [
  [200, "{}"],
  [400, '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"ada@example.com"}'],
  [400, '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"x"}'],
  [500, '{"__type":"InternalServerError","message":"x"}'],
] as const;

describe("traced", () => {
  const variables = { ...process.env };
  let calls = 0;
  const server = createServer((_request, response) => {
    const [status, body] = answers[calls++ % answers.length] ?? [200, "{}"];
    response.writeHead(status, { "x-amzn-requestid": `r-${calls}` }).end(body);
  });
  let endpoint = "";
  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    calls = 0;
    process.env._X_AMZN_TRACE_ID = HEADER;
    process.env.AWS_REGION = "us-east-1";
  });
  afterEach(() => {
    for (const name of ["_X_AMZN_TRACE_ID", "AWS_REGION", "AWS_XRAY_DAEMON_ADDRESS"]) {
      if (variables[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = variables[name];
    }
  });
  const options = () => ({
    ...clientConfig,
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
  });
  const get = new GetItemCommand({ TableName: "orders", Key: { orderId: { S: "secret" } } });

  it("shows each call of a client: service, operation, table, time, and how it ended", async () => {
    const documents: Record<string, unknown>[] = [];
    const client = traced(new DynamoDBClient(options()), (document) => {
      documents.push(JSON.parse(document) as Record<string, unknown>);
    });
    const began = Date.now() / 1000;
    await client.send(get);
    for (let call = 0; call < 3; call++) {
      const put = new PutItemCommand({ TableName: "orders", Item: { orderId: { S: "secret" } } });
      expect(await client.send(put).catch((error: unknown) => error)).to.be.instanceOf(Error);
    }
    expect(documents).to.have.length(4);
    for (const { id, start_time: start, end_time: end, ...rest } of documents) {
      expect(id).to.match(/^[0-9a-f]{16}$/);
      expect(start).to.be.within(began, Date.now() / 1000);
      expect(end).to.be.within(start as number, Date.now() / 1000);
      expect(rest).to.deep.include({
        trace_id: "1-6926f3e0-0123456789abcdef01234567",
        parent_id: "0123456789abcdef",
        type: "subsegment",
        namespace: "aws",
        name: "DynamoDB",
      });
    }
    expect(new Set(documents.map(({ id }) => id)).size).to.equal(4);
    const [well, throttled, wrong, broken] = documents;
    expect(well?.aws).to.deep.equal({
      operation: "GetItem",
      region: "us-east-1",
      request_id: "r-1",
      table_name: "orders",
    });
    expect(well?.http).to.deep.equal({ response: { status: 200 } });
    expect(well).not.to.have.any.keys("error", "fault", "throttle", "cause");
    expect(throttled).to.include({ error: true, throttle: true }).and.not.to.have.property("fault");
    expect(throttled?.cause).to.have.nested.property("exceptions[0].type", "ThrottlingException");
    expect(wrong).to.include({ error: true }).and.not.to.have.any.keys("fault", "throttle");
    expect(broken).to.include({ fault: true }).and.not.to.have.property("error");
    expect(JSON.stringify(documents)).not.to.match(/secret|ada@/);
    client.destroy();
  });

  it("calls a connection that fails a fault", async () => {
    const documents: string[] = [];
    const client = traced(new SESv2Client({ ...options(), endpoint: "http://127.0.0.1:1" }), (document) =>
      documents.push(document),
    );
    expect(await client.send(new GetAccountCommand({})).catch((error: unknown) => error)).to.be.instanceOf(
      Error,
    );
    const document = JSON.parse(documents[0] ?? "{}") as { readonly aws: object };
    expect(document).to.deep.include({ name: "SES", fault: true });
    expect(document).not.to.have.any.keys("http", "error");
    expect(document.aws).to.deep.equal({ operation: "GetAccount", region: "us-east-1" });
    client.destroy();
  });

  it("takes the words for client and command off the end of a name alone, and knows a throttle by its status", async () => {
    const documents: Record<string, unknown>[] = [];
    const client = { middlewareStack: { add: () => undefined } };
    traced(client, (document) => documents.push(JSON.parse(document) as Record<string, unknown>));
    const slow = Object.assign(new Error("m"), { name: "Slow", $metadata: { httpStatusCode: 429 } });
    const call = tracingOf(client)?.(() => Promise.reject(slow), {
      clientName: "ClientVpnClient",
      commandName: "GetCommandInvocationCommand",
    });
    expect(await call?.({ input: {} }).catch((error: unknown) => error)).to.equal(slow);
    expect(documents[0]).to.include({ name: "ClientVpn", throttle: true, error: true });
    expect(documents[0]).to.have.nested.property("aws.operation", "GetCommandInvocation");
  });

  for (const header of [
    undefined,
    "",
    HEADER.replace("Sampled=1", "Sampled=0"),
    "Root=1;Sampled=1",
    "Parent=1;Sampled=1",
    "nonsense",
  ]) {
    it(`shows nothing outside of a sampled invocation (${header ?? "no variable"})`, async () => {
      if (header === undefined) Reflect.deleteProperty(process.env, "_X_AMZN_TRACE_ID");
      else process.env._X_AMZN_TRACE_ID = header;
      const documents: string[] = [];
      const client = traced(new DynamoDBClient(options()), (document) => documents.push(document));
      await client.send(get);
      expect(documents).to.deep.equal([]);
      client.destroy();
    });
  }

  it("sends to the daemon that Lambda names, in its form", async () => {
    const daemon = createSocket("udp4");
    await once(daemon.bind(0, "127.0.0.1"), "listening");
    process.env.AWS_XRAY_DAEMON_ADDRESS = `127.0.0.1:${daemon.address().port}`;
    const client = traced(new DynamoDBClient(options()));
    const received = once(daemon, "message") as Promise<[Buffer, { readonly port: number }]>;
    await client.send(get);
    const [header = "", document = ""] = (await received)[0].toString("utf8").split("\n");
    expect(JSON.parse(header)).to.deep.equal({ format: "json", version: 1 });
    expect(JSON.parse(document)).to.include({ name: "DynamoDB", type: "subsegment" });
    const again = once(daemon, "message") as Promise<[Buffer, { readonly port: number }]>;
    calls = 0;
    await client.send(get);
    const [, { port }] = await again;
    expect(port, "one socket for all").to.equal((await received)[1].port);
    client.destroy();
    daemon.close();
  });

  it("does without a daemon", async () => {
    const client = traced(new DynamoDBClient(options()));
    for (const address of [undefined, "", "127.0.0.1", ":2000"]) {
      if (address === undefined) Reflect.deleteProperty(process.env, "AWS_XRAY_DAEMON_ADDRESS");
      else process.env.AWS_XRAY_DAEMON_ADDRESS = address;
      await client.send(get);
      calls = 0;
    }
    client.destroy();
  });
});

describe("the functions' calls to AWS", () => {
  it("are traced, each client's", () => {
    const untraced: string[] = [];
    let clients = 0;
    for (const name of readdirSync("handlers", { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".ts")) continue;
      const source = readFileSync(path.join("handlers", name), "utf8");
      for (const [made = ""] of source.matchAll(/(?:traced\()?new [A-Za-z0-9]+Client\(/g)) {
        clients++;
        if (!made.startsWith("traced(")) untraced.push(`${name}: ${made}`);
      }
    }
    expect(untraced).to.deep.equal([]);
    expect(clients).to.be.at.least(10);
  });
});
