import { connect } from "node:net";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { Watcher } from "../../support/shop";

describe("who may use the console", () => {
  let cloud: TestCloud;
  let secret: string;
  let page: Watcher;

  before(async () => {
    cloud = await startTestCloud({ conditions: { iamPropagationMs: 0 } });
    page = new Watcher(cloud.console.address);
    ({ secret } = await page.hello());
  });
  after(async () => {
    page.close();
    await cloud.close();
  });

  const ask = (headers: Record<string, string>, body = '{"ask":"inbox","question":{}}') =>
    fetch(`${cloud.console.address}/ask`, { method: "POST", headers, body });
  const json = { "content-type": "application/json" };

  it("the page asks with the secret that its own stream has told it", async () => {
    const answer = await ask({ ...json, "x-console-secret": secret });
    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.deep.equal({ total: 0, emails: [] });
  });

  for (const [who, headers, status] of [
    ["without the secret", {}, 403],
    ["with another secret", { "x-console-secret": "0".repeat(64) }, 403],
    ["from another origin", { origin: "http://localhost:1" }, 403],
    ["from nowhere, as a sandboxed frame", { origin: "null" }, 403],
    ["from another site", { "sec-fetch-site": "cross-site" }, 403],
    ["from another port of this machine", { "sec-fetch-site": "same-site" }, 403],
  ] as const)
    it(`nobody asks ${who}`, async () => {
      const { endpoint } = cloud;
      const given = { "x-console-secret": secret, ...headers };
      const sent = who === "without the secret" ? {} : given;
      for (const place of ["ask", "feed", ""]) {
        if (place !== "ask" && who.includes("secret")) continue;
        const answer = await raw(endpoint, place === "ask" ? "POST" : "GET", `/_console/${place}`, {
          ...json,
          ...sent,
        });
        expect(answer).to.match(new RegExp(`^HTTP/1.1 ${status} `));
        expect(answer).not.to.include(secret);
      }
    });

  it("nobody comes under a name that only leads here", async () => {
    const answer = await raw(cloud.endpoint, "GET", "/_console/feed", { host: "evil.example" });
    expect(answer).to.match(/^HTTP\/1.1 403 /);
  });

  it("nothing but a question that is known, as JSON, is carried out", async () => {
    const known = { "x-console-secret": secret };
    expect((await ask({ ...known, "content-type": "text/plain" })).status).to.equal(415);
    expect((await ask({ ...known, ...json }, "{")).status).to.equal(400);
    expect((await ask({ ...known, ...json }, '{"ask":"constructor","question":{}}')).status).to.equal(400);
    expect((await ask({ ...known, ...json }, '{"ask":"inbox","question":{"__proto__":1}}')).status).to.equal(
      400,
    );
    const method = await fetch(`${cloud.console.address}/`, { method: "DELETE" });
    expect(method.status).to.equal(405);
    expect((await fetch(`${cloud.console.address}/../secrets`)).status).not.to.equal(200);
    expect((await fetch(`${cloud.console.address}/package.json`)).status).to.equal(404);
  });

  it("the page takes nothing from elsewhere, and runs nothing but its own file", async () => {
    const answer = await fetch(cloud.console.address);
    expect(answer.url).to.equal(`${cloud.console.address}/`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy)
      .to.include("default-src 'none'")
      .and.to.include("script-src 'self'")
      .and.to.include("style-src 'self'");
    expect(policy).to.include("frame-ancestors 'none'").and.not.to.include("unsafe");
    expect(answer.headers.get("x-content-type-options")).to.equal("nosniff");
    const html = await answer.text();
    expect(html).not.to.match(/<script(?![^>]*src=)|<style|style=|https?:/);
    for (const [name, type] of [
      ["console.js", "text/javascript"],
      ["console.css", "text/css"],
    ] as const) {
      const file = await fetch(`${cloud.console.address}/${name}`);
      expect(file.headers.get("content-type")).to.include(type);
      const etag = file.headers.get("etag") ?? "";
      const again = await fetch(`${cloud.console.address}/${name}`, { headers: { "if-none-match": etag } });
      expect(again.status).to.equal(304);
    }
  });

  it("weighs at most 120 KB, packed, in all", async () => {
    let bytes = 0;
    for (const name of ["", "console.js", "console.css"]) {
      const answer = await raw(cloud.endpoint, "GET", `/_console/${name}`, { "accept-encoding": "gzip" });
      expect(answer).to.match(/content-encoding: gzip/i);
      bytes += Number(/content-length: (\d+)/i.exec(answer)?.[1]);
    }
    expect(bytes).to.be.within(10_000, 120 * 1024);
  });

  it("an e-mail is shown without its scripts, and without this origin", async () => {
    await cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: "a@example.com" });
    const { MessageId = "" } = await cloud.call("ses", "SendEmail", {
      FromEmailAddress: "a@example.com",
      Destination: { ToAddresses: ["b@example.com"] },
      Content: { Simple: { Subject: { Data: "s" }, Body: { Html: { Data: "<script>1</script>" } } } },
    });
    const answer = await fetch(`${cloud.console.address}/mail/${MessageId}`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).to.include.members(["sandbox", "default-src 'none'"]);
    expect(policy).not.to.include("script-src").and.not.to.include("allow-");
    expect(await answer.text()).to.equal("<script>1</script>");
  });
});

/** An answer as it stands on the wire; `fetch` sets what a browser would. */
function raw(
  endpoint: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { hostname, port, host } = new URL(endpoint);
  const all = { host, "content-length": "0", connection: "close", ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => {
      socket.end(`${method} ${path} HTTP/1.1\r\n${head.join("")}\r\n`);
    });
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => (answer += text));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}
