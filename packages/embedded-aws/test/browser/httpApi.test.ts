import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { startTestCloud, type TestCloud } from "../../src/testing/testCloud";
import { bodiesIn, createQueueApi } from "../endpoint/apiGateway/support";
import { findChromium, startChromium } from "./chromium";

describe("a web page in Chromium, at an HTTP API that names its origin", function () {
  this.timeout(60_000);

  let browser: Browser;
  let cloud: TestCloud;
  let shop: Server;
  const closing: (() => Promise<unknown>)[] = [];

  before(async function () {
    const executable = findChromium();
    if (executable === undefined) return this.skip();
    browser = await startChromium(executable);
    closing.push(() => browser.close());
    cloud = await startTestCloud({ conditions: { iamPropagationMs: 0 } });
    closing.push(() => cloud.close());
    shop = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>shop</title>");
    });
    await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => shop.close(resolve)));
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  const originAt = (name: string) => `http://${name}:${(shop.address() as AddressInfo).port}`;

  /** The status that the page's script gets to see, or that it sees nothing. */
  const post = (page: Page, target: string) =>
    page.evaluate<string>(
      `fetch(${JSON.stringify(target)}, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"orderId":"A-1"}',
      }).then(({ status }) => String(status), () => "nothing")`,
    );

  it("reaches that API, after a preflight, and neither another one nor the cloud itself", async () => {
    const own = originAt("localhost");
    const { url, queue } = await createQueueApi(cloud, {
      authorization: { AuthorizationType: "NONE" },
      cors: { AllowOrigins: [own], AllowMethods: ["POST"], AllowHeaders: ["content-type"] },
    });
    const { ApiEndpoint } = await cloud.call("apigateway", "CreateApi", {
      Name: "other",
      ProtocolType: "HTTP",
      CorsConfiguration: { AllowOrigins: ["*"], AllowMethods: ["*"], AllowHeaders: ["*"] },
    });

    const page = await browser.newPage();
    await page.goto(own);
    expect(await post(page, `${url}/orders`)).to.equal("202");
    expect(await bodiesIn(cloud, queue)).to.deep.equal(['{"orderId":"A-1"}']);
    for (const target of [`${ApiEndpoint!}/orders`, `${cloud.endpoint}/v2/apis`, `${cloud.endpoint}/`])
      expect(await post(page, target), target).to.equal("nothing");

    const foreign = await browser.newPage();
    await foreign.goto(originAt("127.0.0.1"));
    expect(await post(foreign, `${url}/orders`)).to.equal("nothing");
    expect(await bodiesIn(cloud, queue)).to.deep.equal([]);
  });
});
