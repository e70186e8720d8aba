import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import type { CloudEvent } from "../../src/core/eventStream";
import { startTestCloud, type TestCloud } from "../../src/testing/testCloud";
import { findChromium, startChromium } from "./chromium";

/** The requests of the attack: a role, a function with that role, and its invocation. */
const attack: readonly (readonly [string, string, string])[] = [
  [
    "/",
    "application/x-www-form-urlencoded",
    "Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%7D",
  ],
  ["/2015-03-31/functions", "text/plain", '{"FunctionName":"f","Code":{"ZipFile":""}}'],
  ["/2015-03-31/functions/f/invocations", "text/plain", "{}"],
];

const blank = "<!doctype html><title>page</title><body></body>";

describe("a web page in Chromium", function () {
  this.timeout(60_000);

  let browser: Browser;
  let cloud: TestCloud;
  /** What has come in: past the endpoint's door, and to a server that has none. */
  const arrived = { endpoint: new Set<string>(), control: new Set<string>() };
  let events: CloudEvent[];
  let attacker: Server;
  let control: Server;
  const closing: (() => Promise<unknown>)[] = [];

  before(async function () {
    const executable = findChromium();
    if (executable === undefined) return this.skip();
    browser = await startChromium(executable);
    closing.push(() => browser.close());
    cloud = await startTestCloud();
    closing.push(() => cloud.close());
    cloud.context.mount("/_target/", target(arrived.endpoint, {}));
    attacker = await listen((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(blank);
    }, closing);
    control = await listen(
      target(arrived.control, {
        "access-control-allow-origin": "*",
        "access-control-allow-headers": "*, authorization",
        "access-control-allow-methods": "*",
      }),
      closing,
    );
  });

  beforeEach(() => {
    for (const marks of Object.values(arrived)) marks.clear();
    events = [];
    cloud.context.events.subscribe((event) => events.push(event));
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  const endpointAt = (name: string) => `http://${name}:${new URL(cloud.endpoint).port}`;

  async function pageAt(address: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(address);
    return page;
  }

  async function tryAll(page: Page, endpoint: string): Promise<Record<string, string>> {
    await page.addScriptTag({ content: readFileSync(join(__dirname, "attempts.js"), "utf8") });
    const script = `Promise.all(
      Object.entries(attempts(${JSON.stringify(endpoint)})).map(async ([name, run]) => [name, await run()])
    ).then(Object.fromEntries)`;
    return await page.evaluate<Record<string, string>>(script);
  }

  /** The learned of each attempt that learned something. */
  function learned(results: Record<string, string>): Record<string, string> {
    expect(Object.keys(results)).to.have.length.above(20);
    return Object.fromEntries(Object.entries(results).filter(([, text]) => text !== "nothing"));
  }

  it("of another origin reaches a server that has no door, in each of these ways", async () => {
    const page = await pageAt(`http://127.0.0.1:${portOf(attacker)}/`);
    const results = await tryAll(page, `http://127.0.0.1:${portOf(control)}`);
    const names = Object.keys(learned(results));
    for (const name of [
      "fetch of a GET",
      "fetch of JSON, after a preflight",
      "a script",
      "an image",
      "server-sent events",
    ])
      expect(names).to.include(name);
    await page.close();
    // Closing a page lets its beacons go.
    expect([...arrived.control].sort()).to.deep.equal(
      [
        ...[
          "beacon",
          "bytes",
          "credentials",
          "events",
          "form",
          "form-get",
          "form-text",
          "frame",
          "get",
          "image",
        ],
        ...[
          "json",
          "module",
          "multipart",
          "no-cors",
          "no-cors-get",
          "object",
          "put",
          "sandbox",
          "script",
          "signed",
        ],
        ...["socket", "style", "text", "urlencoded", "video", "xhr"],
      ].sort(),
    );
  });

  for (const origin of ["127.0.0.1", "localhost", "app.localhost", "evil.example"]) {
    for (const name of ["127.0.0.1", "localhost"]) {
      it(`of ${origin} at another port gets nothing done at ${name}, and learns nothing`, async () => {
        const page = await pageAt(`http://${origin}:${portOf(attacker)}/`);
        const endpoint = endpointAt(name);
        expect(learned(await tryAll(page, endpoint))).to.deep.equal({});
        for (const [path, type, body] of attack) {
          for (const mode of ["cors", "no-cors"]) {
            const sent = `fetch(${JSON.stringify(endpoint + path)}, {
              method: "POST", mode: ${JSON.stringify(mode)}, body: ${JSON.stringify(body)},
              headers: { "content-type": ${JSON.stringify(type)} },
            }).then((answer) => answer.text(), () => "")`;
            expect(await page.evaluate(sent)).to.equal("");
          }
        }
        await page.close();
        expect([...arrived.endpoint]).to.deep.equal([]);
        expect(events).to.deep.equal([]);
      });
    }
  }

  it("gets nothing done under a name of its own that leads here", async () => {
    const page = await browser.newPage();
    const answer = await page.goto(`${endpointAt("evil.example")}/_target/page`);
    expect(answer?.status()).to.equal(403);
    expect(await answer?.text()).to.match(/^Host: got "evil\.example:\d+"; expected 127\.0\.0\.1/);
    for (const [path, type, body] of [...attack, ["/_target/rebound", "text/plain", ""] as const]) {
      const sent = `fetch(${JSON.stringify(path)}, {
        method: "POST", body: ${JSON.stringify(body)},
        headers: { "content-type": ${JSON.stringify(type)}, "x-amz-target": "AmazonSQS.ListQueues",
          authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sqs/aws4_request" },
      }).then((answer) => answer.status)`;
      expect(await page.evaluate(sent)).to.equal(403);
    }
    await page.close();
    expect([...arrived.endpoint]).to.deep.equal([]);
    expect(events).to.deep.equal([]);
  });

  it("cannot send the user's browser there, by a link or a window", async () => {
    const page = await pageAt(`http://127.0.0.1:${portOf(attacker)}/`);
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate(`void open(${JSON.stringify(`${cloud.endpoint}/_target/window`)})`),
    ]);
    await popup.waitForLoadState();
    await Promise.all([
      page.waitForURL(`${cloud.endpoint}/**`),
      page.evaluate(`location.href = ${JSON.stringify(`${cloud.endpoint}/_target/link`)}`),
    ]);
    await page.close();
    expect([...arrived.endpoint]).to.deep.equal([]);
  });

  it("that the endpoint itself serves may call it, once the user has typed its address", async () => {
    for (const name of ["127.0.0.1", "localhost", "app.localhost"]) {
      arrived.endpoint.clear();
      const page = await pageAt(`${endpointAt(name)}/_target/page`);
      const call = `fetch("/_target/own", { method: "POST", body: "{}" }).then((answer) => answer.text())`;
      expect(await page.evaluate(call)).to.equal(blank);
      await page.close();
      expect([...arrived.endpoint]).to.deep.equal(["page", "own"]);
    }
  });
});

/** Notes the last part of each path, and answers so that any element that asked would be content. */
function target(marks: Set<string>, headers: Record<string, string>): RequestListener {
  const types: Readonly<Record<string, string>> = {
    script: "text/javascript",
    module: "text/javascript",
    style: "text/css",
    image: "image/svg+xml",
    events: "text/event-stream",
  };
  const bodies: Readonly<Record<string, string>> = {
    script: "void 0",
    module: "void 0",
    style: "",
    image: '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    events: "data: x\n\n",
  };
  return (request, response) => {
    const mark = /^\/_target\/([a-z-]+)/.exec(request.url ?? "")?.[1];
    if (mark !== undefined) marks.add(mark);
    const type = types[mark ?? ""] ?? "text/html";
    response.writeHead(200, { ...headers, "content-type": type }).end(bodies[mark ?? ""] ?? blank);
  };
}

/** @param closing told how to end it */
async function listen(handle: RequestListener, closing: (() => Promise<unknown>)[]): Promise<Server> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return server;
}
