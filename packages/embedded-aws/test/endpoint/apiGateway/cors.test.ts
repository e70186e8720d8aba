import { expect } from "chai";
import { request } from "node:http";
import { createApiGateway } from "../../../src/services/apiGateway/apiGateway";
import { createLogs } from "../../../src/services/logs/logs";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { bodiesIn, createQueueApi } from "./support";

const SHOP = "https://shop.example";
const order = JSON.stringify({ orderId: "A-1" });
const page = (origin: string) => ({ origin, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" });
const asks = { "access-control-request-method": "POST", "access-control-request-headers": "content-type" };

describe("web pages at an HTTP API", () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startTestCloud({
      services: [createLogs, createSqs, createApiGateway],
      conditions: { iamPropagationMs: 0 },
    });
  });
  afterEach(() => cloud.close());

  /** Browsers set these headers, and `fetch` does not let a program do it. */
  function send(method: string, url: string, headers: Record<string, string>, body = "") {
    return new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
      const outgoing = request(url, { method, headers }, (answer) => {
        answer.resume().on("end", () => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
        });
      });
      outgoing.on("error", reject).end(body);
    });
  }

  const open = { authorization: { AuthorizationType: "NONE" } };
  const cors = { AllowOrigins: [SHOP], AllowMethods: ["POST"], AllowHeaders: ["content-type"], MaxAge: 60 };

  it("are kept out where the API says nothing of them", async () => {
    const { url, queue } = await createQueueApi(cloud, open);
    expect((await send("POST", `${url}/orders`, page(SHOP), order)).status).to.equal(403);
    expect((await send("OPTIONS", `${url}/orders`, { ...page(SHOP), ...asks })).status).to.equal(403);
    expect(await bodiesIn(cloud, queue)).to.deep.equal([]);
  });

  it("come in from an origin that its CORS configuration names", async () => {
    const { url, queue } = await createQueueApi(cloud, { ...open, cors });
    const preflight = await send("OPTIONS", `${url}/orders`, { ...page(SHOP), ...asks });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers).to.include({
      "access-control-allow-origin": SHOP,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "content-type",
      "access-control-max-age": "60",
    });
    const answer = await send("POST", `${url}/orders`, page(SHOP), order);
    expect([answer.status, answer.headers["access-control-allow-origin"]]).to.deep.equal([202, SHOP]);
    expect(await bodiesIn(cloud, queue)).to.deep.equal([order]);
  });

  it("come in nowhere else by it", async () => {
    const { url, apiId } = await createQueueApi(cloud, { ...open, cors });
    await cloud.call("apigateway", "CreateApi", { Name: "other", ProtocolType: "HTTP" });
    const status = async (target: string, headers: Record<string, string>, method = "POST") =>
      (await send(method, target, headers, order)).status;
    for (const origin of [
      "https://evil.example",
      "null",
      `${SHOP}.evil.example`,
      SHOP.toUpperCase(),
      `${SHOP}/`,
    ])
      expect(await status(`${url}/orders`, page(origin)), origin).to.equal(403);
    for (const target of [
      cloud.endpoint,
      `${cloud.endpoint}/v2/apis`,
      `${cloud.endpoint}/v2/apis/${apiId}`,
      `${cloud.endpoint}/_execute-api/other/orders`,
      `${cloud.endpoint}/_execute-api/`,
      `${cloud.endpoint}/x/_execute-api/${apiId}/orders`,
    ]) {
      expect(await status(target, page(SHOP)), target).to.equal(403);
      expect(await status(target, { ...page(SHOP), ...asks }, "OPTIONS"), target).to.equal(403);
    }
    const rebound = { ...page(SHOP), host: "shop.example" };
    expect(await status(`${url}/orders`, rebound)).to.equal(403);
    expect(await status(`${url}/orders`, { ...rebound, ...asks }, "OPTIONS")).to.equal(403);
  });

  for (const everything of ["*", "https://*", "null"]) {
    it(`do not come in by "${everything}"`, async () => {
      const { url } = await createQueueApi(cloud, { ...open, cors: { ...cors, AllowOrigins: [everything] } });
      for (const origin of [SHOP, "null", everything])
        expect((await send("POST", `${url}/orders`, page(origin), order)).status, origin).to.equal(403);
    });
  }

  it("are told nothing where a program asks", async () => {
    const { url } = await createQueueApi(cloud, { ...open, cors });
    const { status, headers } = await send("POST", `${url}/orders`, {}, order);
    expect(status).to.equal(202);
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).to.deep.equal([]);
  });
});
