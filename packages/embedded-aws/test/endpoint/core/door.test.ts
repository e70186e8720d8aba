import { connect, type Socket } from "node:net";
import type { IncomingMessage, ServerResponse } from "node:http";
import { expect } from "chai";
import type { CloudEvent } from "../../../src/core/eventStream";
import { startServer, type CloudServer, type ServerLimits } from "../../../src/core/server";
import { asAdministrator } from "../../support/asAdministrator";
import { sendRaw } from "../../support/rawHttp";
import { RecordingService } from "../../support/recordingService";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

/** What a browser sends with a request of a page at http://evil.example. */
const page = {
  Origin: "http://evil.example",
  "Sec-Fetch-Site": "cross-site",
  Referer: "http://evil.example/",
};
const form = { ...page, "Content-Type": "application/x-www-form-urlencoded" };
const createRole = "Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%7D";

describe("a web page at the endpoint's door", () => {
  let cloud: TestCloud;
  let events: CloudEvent[];
  let mounted: string[];
  const sqs = new RecordingService("sqs", {
    SendMessage: () => ({ MessageId: "1", MD5OfMessageBody: "" }),
  });
  const lambda = new RecordingService("lambda", {
    CreateFunction: () => ({}),
    Invoke: () => ({ StatusCode: 200 }),
    ListFunctions: () => ({ NextMarker: "secret" }),
  });

  beforeEach(async () => {
    cloud = await startTestCloud({ services: [sqs.create, lambda.create] });
    events = [];
    mounted = [];
    cloud.context.events.subscribe((event) => events.push(event));
    cloud.context.mount("/_page/", (request, response) => {
      mounted.push(request.url ?? "");
      response.writeHead(200, { "content-type": "application/json" }).end('{"secret":1}');
    });
  });

  afterEach(() => cloud.close());

  const authority = () => new URL(cloud.endpoint).host;

  function send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body = "",
    version = "1.1",
  ): Promise<string> {
    const all = {
      Host: authority(),
      Connection: "close",
      ...(body === "" ? {} : { "Content-Length": String(body.length) }),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return sendRaw(cloud.endpoint, `${method} ${path} HTTP/${version}\r\n${lines.join("")}\r\n${body}`);
  }

  /** Refused, nothing done, nothing told, and no origin allowed. */
  function expectRefused(answer: string, status = "403 Forbidden"): void {
    expect(answer).to.match(new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
    expect(answer).not.to.match(/access-control-/i);
    expect(answer).to.match(/\r\ncross-origin-resource-policy: same-origin\r\n/i);
    expect(answer).to.match(/\r\nx-content-type-options: nosniff\r\n/i);
    expect(answer).not.to.include("secret");
    expect([events, mounted, sqs.inputs, lambda.inputs]).to.deep.equal([[], [], [], []]);
  }

  const navigation = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" };
  const plainText = { ...page, "Content-Type": "text/plain;charset=UTF-8" };
  const multipart = { ...page, "Content-Type": "multipart/form-data; boundary=x" };
  const attempts: readonly (readonly [string, () => Promise<string>])[] = [
    ["a form", () => send("POST", "/", form, createRole)],
    ["a form of a page in a sandbox", () => send("POST", "/", { ...form, Origin: "null" }, createRole)],
    ["a multipart form", () => send("POST", "/", multipart, "--x--")],
    ["plain text", () => send("POST", "/2015-03-31/functions", plainText, "{}")],
    ["a body without a type", () => send("POST", "/2015-03-31/functions/f/invocations", page, "{}")],
    ["an image", () => send("GET", "/_page/", { "Sec-Fetch-Site": "cross-site" })],
    ["a script of another port", () => send("GET", "/_page/", { "Sec-Fetch-Site": "same-site" })],
    ["a link", () => send("GET", "/?Action=ListRoles", navigation)],
    ["a HEAD", () => send("HEAD", "/_page/", { "Sec-Fetch-Site": "cross-site" })],
    ["events", () => send("GET", "/_page/", { ...page, Accept: "text/event-stream" })],
    [
      "a preflight",
      () =>
        send("OPTIONS", "/", {
          ...page,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "authorization,x-amz-target",
          "Access-Control-Request-Private-Network": "true",
        }),
    ],
    ["a preflight of its own origin", () => send("OPTIONS", "/", { Origin: cloud.endpoint })],
    [
      "signed, after a preflight that was never granted",
      () => send("POST", "/", { ...page, Authorization: asAdministrator("iam") }, createRole),
    ],
    ["a link that is presigned", () => send("GET", `/?${presigned}&Action=ListRoles`, navigation)],
    ["a rebound name", () => send("POST", "/", { Host: "evil.example:4566", ...form }, createRole)],
    [
      "a rebound name with this port, same-origin in the browser's eyes",
      () =>
        send("GET", "/_page/", {
          Host: `evil.example:${new URL(cloud.endpoint).port}`,
          "Sec-Fetch-Site": "same-origin",
        }),
    ],
    [
      "a name with a trailing dot",
      () => send("GET", "/_page/", { Host: authority().replace("127.0.0.1", "localhost.") }),
    ],
    ["another target than its Host", () => send("GET", "http://evil.example/_page/", {})],
    ["HTTP/1.0 without a Host", () => sendRaw(cloud.endpoint, "GET /_page/ HTTP/1.0\r\n\r\n")],
    [
      "two Hosts",
      () =>
        sendRaw(cloud.endpoint, `GET /_page/ HTTP/1.1\r\nHost: ${authority()}\r\nHost: evil.example\r\n\r\n`),
    ],
    [
      "a WebSocket",
      () =>
        send("GET", "/_page/", {
          ...page,
          Connection: "Upgrade",
          Upgrade: "websocket",
          "Sec-WebSocket-Version": "13",
        }),
    ],
    ["any other upgrade", () => send("GET", "/_page/", { Connection: "Upgrade", Upgrade: "h2c" })],
    ["a tunnel", () => send("CONNECT", "evil.example:80", {})],
    ["a body that asks first", () => send("POST", "/", { ...form, Expect: "100-continue" }, createRole)],
  ];
  const presigned =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fiam%2Faws4_request&X-Amz-Signature=0";

  for (const [what, attempt] of attempts) {
    it(`is refused with ${what}`, async () => {
      expectRefused(await attempt());
    });
  }

  it("is refused before its body is sent, however long that is said to be", async () => {
    const head = `POST / HTTP/1.1\r\nHost: ${authority()}\r\nOrigin: http://evil.example\r\nContent-Length: 1000000\r\n\r\n`;
    expectRefused(await sendRaw(cloud.endpoint, head));
    expectRefused(
      await sendRaw(cloud.endpoint, head.replace("Content-Length: 1000000", "Transfer-Encoding: chunked")),
    );
  });

  describe("that hides what it is", () => {
    it("gets nowhere unsigned, in any protocol", async () => {
      const json = await send("POST", "/", { "X-Amz-Target": "AmazonSQS.SendMessage" }, "{}");
      expectRefused(json);
      expect(json).to.include('"__type":"MissingAuthenticationToken"');
      const query = await send("POST", "/", { "Content-Type": form["Content-Type"] }, createRole);
      expectRefused(query);
      expect(query).to.include("<Code>MissingAuthenticationToken</Code>");
      const rest = await send("POST", "/2015-03-31/functions/f/invocations", {}, "{}");
      expectRefused(rest);
      expect(rest).to.match(/x-amzn-errortype: MissingAuthenticationToken/i);
      expectRefused(await send("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {}));
      const cbor = { "Smithy-Protocol": "rpc-v2-cbor" };
      expectRefused(await send("POST", "/service/AmazonSQS/operation/SendMessage", cbor, "{}"));
      // All that a page can make a browser put there: http://user:password@127.0.0.1/
      const basic = await send("GET", "/2015-03-31/functions", { Authorization: "Basic dXNlcjpwYXNz" });
      expectRefused(basic);
      expect(basic).to.match(/x-amzn-errortype: IncompleteSignature/i);
      const link = await send("GET", `/2015-03-31/functions?${presigned.replace("iam", "lambda")}`, {});
      expectRefused(link);
      expect(link).to.match(/x-amzn-errortype: UnrecognizedClientException/i);
    });

    it("is not told to send the body of an unsigned request that it would not read", async () => {
      const head = `POST / HTTP/1.1\r\nHost: ${authority()}\r\nContent-Length: 1000000\r\n\r\n`;
      expectRefused(await sendRaw(cloud.endpoint, head));
    });
  });

  it("opens to programs, by each name of this machine", async () => {
    const port = new URL(cloud.endpoint).port;
    for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "queue.localhost", "[::1]"]) {
      const answer = await send("GET", "/_page/", { Host: `${name}:${port}` });
      expect(answer).to.match(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).to.match(/\r\ncross-origin-resource-policy: same-origin\r\n/i);
      expect(answer).not.to.match(/access-control-/i);
    }
    const own = { Origin: cloud.endpoint, "Sec-Fetch-Site": "same-origin" };
    expect(await send("POST", "/_page/", own, "{}")).to.match(/^HTTP\/1\.1 200 OK\r\n/);
    const asking = {
      Expect: "100-continue",
      Authorization: asAdministrator("sqs"),
      "X-Amz-Target": "AmazonSQS.SendMessage",
    };
    const message = { QueueUrl: "q", MessageBody: "b" };
    expect(await send("POST", "/", asking, JSON.stringify(message))).to.match(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
    expect(sqs.inputs.splice(0)).to.deep.equal([message]);
  });

  it("answers what is no HTTP with an error, and goes on", async () => {
    expect(await sendRaw(cloud.endpoint, "\x16\x03\x01\x02\x00\x01\r\n\r\n")).to.match(
      /^HTTP\/1\.1 400 Bad Request\r\n/,
    );
    expect(await sendRaw(cloud.endpoint, `GET / HTTP/1.1\r\nHost: ${"a".repeat(40_000)}\r\n\r\n`)).to.match(
      /^HTTP\/1\.1 431 /,
    );
    expect(await send("GET", "/_page/", {})).to.match(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

describe("the endpoint's limits", () => {
  let server: CloudServer | undefined;
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server?.close();
    server = undefined;
  });

  const limits: ServerLimits = {
    headersTimeoutMs: 100,
    requestTimeoutMs: 200,
    checkIntervalMs: 20,
    maxConnections: 100,
  };

  async function start(
    handle: (request: IncomingMessage, response: ServerResponse) => void = (request, response) => {
      request.resume().on("end", () => response.end("done"));
    },
    changes: Partial<ServerLimits> = {},
  ): Promise<string> {
    server = await startServer(0, handle, { ...limits, ...changes });
    return server.endpoint;
  }

  const host = (endpoint: string) => `Host: ${new URL(endpoint).host}\r\n`;

  it("end connections that never send a head, nor half a one, nor half a body", async () => {
    const endpoint = await start();
    const answers = await Promise.all([
      sendRaw(endpoint, ""),
      sendRaw(endpoint, "POST / HT"),
      sendRaw(endpoint, `POST / HTTP/1.1\r\n${host(endpoint)}`),
      sendRaw(endpoint, `POST / HTTP/1.1\r\n${host(endpoint)}Content-Length: 10\r\n\r\nhalf`),
      sendRaw(
        endpoint,
        `POST / HTTP/1.1\r\n${host(endpoint)}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`,
      ),
    ]);
    for (const answer of answers) expect(answer).to.match(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  });

  it("end eight hundred half-sent requests", async () => {
    const endpoint = await start(undefined, { maxConnections: 1_000 });
    const half = `POST / HTTP/1.1\r\n${host(endpoint)}Content-Length: 10\r\n\r\nhalf`;
    const answers = await Promise.all(Array.from({ length: 800 }, () => sendRaw(endpoint, half)));
    expect(answers.every((answer) => answer.startsWith("HTTP/1.1 408 "))).to.be.true;
  });

  it("let an answer take as long as it likes, once the request is there", async () => {
    const waiting: ServerResponse[] = [];
    const endpoint = await start((request, response) => {
      request.resume().on("end", () => waiting.push(response));
    });
    const poll = sendRaw(endpoint, pollOf(endpoint));
    // A request that began no earlier and has been given up tells that the poll's time is over as well.
    await sendRaw(endpoint, `POST / HTTP/1.1\r\n${host(endpoint)}Content-Length: 10\r\n\r\nhalf`);
    expect(waiting).to.have.lengthOf(1);
    waiting[0]?.end("at last");
    expect(await poll).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*at last$/);
  });

  function pollOf(endpoint: string): string {
    return `POST / HTTP/1.1\r\n${host(endpoint)}Connection: close\r\nContent-Length: 2\r\n\r\n{}`;
  }

  it("close connections beyond the cap at once, and take others when there is room", async () => {
    const endpoint = await start(undefined, {
      maxConnections: 2,
      headersTimeoutMs: 60_000,
      requestTimeoutMs: 60_000,
    });
    const open = () =>
      new Promise<Socket>((resolve) => {
        const socket = connect(Number(new URL(endpoint).port), "127.0.0.1", () => resolve(socket));
        sockets.push(socket);
      });
    const [first] = [await open(), await open()];
    expect(await sendRaw(endpoint, pollOf(endpoint))).to.equal("");
    const gone = new Promise((resolve) => first.once("close", resolve));
    first.end();
    first.resume();
    await gone;
    expect(await sendRaw(endpoint, pollOf(endpoint))).to.match(/^HTTP\/1\.1 200 OK\r\n/);
  });
});
