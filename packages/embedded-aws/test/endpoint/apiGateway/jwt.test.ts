import { expect } from "chai";
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApiGateway } from "../../../src/services/apiGateway/apiGateway";
import { createLogs } from "../../../src/services/logs/logs";
import { createSqs } from "../../../src/services/sqs/sqs";
import { SteppedClock } from "../../../src/core/clock";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { bodiesIn, createQueueApi, type QueueApi } from "./support";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
const order = JSON.stringify({ orderId: "A-1" });

describe("a JWT authorizer", () => {
  let cloud: TestCloud;
  let issuerServer: Server;
  let issuer: string;
  let asked: string[];
  let api: QueueApi;
  let now: number;

  beforeEach(async () => {
    asked = [];
    issuerServer = createServer((request, response) => {
      asked.push(request.url ?? "");
      const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", use: "sig", alg: "RS256" };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify(request.url === "/keys" ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }),
      );
    });
    await new Promise<void>((resolve) => issuerServer.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
    const clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createLogs, createSqs, createApiGateway],
      conditions: { iamPropagationMs: 0 },
    });
    now = clock.now() / 1000;
    api = await createQueueApi(cloud, { authorization: {} });
    await useIssuer(issuer);
  });
  afterEach(async () => {
    await cloud.close();
    issuerServer.closeAllConnections();
    await new Promise((resolve) => issuerServer.close(resolve));
  });

  async function useIssuer(Issuer: string, AuthorizationScopes: string[] = []): Promise<void> {
    const ApiId = api.apiId;
    const { AuthorizerId } = await cloud.call("apigateway", "CreateAuthorizer", {
      ApiId,
      Name: "customers",
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
      JwtConfiguration: { Issuer, Audience: ["shop"] },
    });
    const { Items = [] } = await cloud.call("apigateway", "GetRoutes", { ApiId });
    await cloud.call("apigateway", "UpdateRoute", {
      ApiId,
      RouteId: Items[0]!.RouteId!,
      AuthorizationType: "JWT",
      AuthorizerId: AuthorizerId!,
      AuthorizationScopes,
    });
  }

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  function token(claims: object = {}, header: object = {}, key = privateKey): string {
    const text = `${part({ alg: "RS256", kid: "k1", ...header })}.${part({ iss: issuer, aud: "shop", exp: now + 60, ...claims })}`;
    return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
  }
  const send = (authorization?: string) =>
    fetch(`${api.url}/orders`, {
      method: "POST",
      body: order,
      ...(authorization !== undefined && { headers: { authorization } }),
    });

  it("lets in who bears a token of the issuer for the audience, and asks for the keys once", async () => {
    expect((await send(`Bearer ${token()}`)).status).to.equal(202);
    expect((await send(`Bearer ${token({ aud: ["a", "shop"] })}`)).status).to.equal(202);
    expect((await send(`Bearer ${token({ aud: undefined, client_id: "shop" })}`)).status).to.equal(202);
    expect(await bodiesIn(cloud, api.queue)).to.have.length(3);
    expect(asked).to.deep.equal(["/.well-known/openid-configuration", "/keys"]);
  });

  const bad: Record<string, [() => string, RegExp]> = {
    "a token that has expired": [() => token({ exp: now }), /the token has expired/],
    "one without an end": [() => token({ exp: undefined }), /the token has expired/],
    "one that is not valid yet": [() => token({ nbf: now + 10 }), /not valid yet/],
    "another audience": [() => token({ aud: "others" }), /invalid audience/],
    "another issuer, which is not asked": [() => token({ iss: "http://127.0.0.1:9" }), /invalid issuer/],
    "another's signature": [() => token({}, {}, other.privateKey), /signature is invalid/],
    "a key that the issuer does not have": [() => token({}, { kid: "k2" }), /kid/],
    "no key's name": [() => token({}, { kid: undefined }), /kid/],
    "no signature": [
      () => `${part({ alg: "none" })}.${part({ iss: issuer, aud: "shop", exp: now + 60 })}.`,
      /signature method/,
    ],
    "a symmetric signature": [() => token({}, { alg: "HS256" }), /signature method/],
    "claims changed afterwards": [
      () => {
        const [head = "", , signature = ""] = token().split(".");
        return `${head}.${part({ iss: issuer, aud: "shop", exp: now + 6000 })}.${signature}`;
      },
      /signature is invalid/,
    ],
    "no token at all": [() => "x", /malformed/],
  };
  for (const [what, [made, why]] of Object.entries(bad)) {
    it(`refuses ${what}`, async () => {
      const answer = await send(`Bearer ${made()}`);
      expect([answer.status, await answer.json()]).to.deep.equal([401, { message: "Unauthorized" }]);
      expect(answer.headers.get("www-authenticate"))
        .to.match(/^Bearer .*error="invalid_token"/)
        .and.match(why);
      expect(await bodiesIn(cloud, api.queue)).to.deep.equal([]);
    });
  }

  it("asks for a token where there is none, and takes no signature for one", async () => {
    expect((await send()).headers.get("www-authenticate")).to.equal("Bearer");
    expect(
      (await send("AWS4-HMAC-SHA256 Credential=me/20260101/us-east-1/execute-api/aws4_request")).status,
    ).to.equal(401);
  });

  it("demands a scope where the route does", async () => {
    await useIssuer(issuer, ["orders/place"]);
    expect((await send(`Bearer ${token({ scope: "orders/read" })}`)).status).to.equal(403);
    expect((await send(`Bearer ${token({ scope: "orders/read orders/place" })}`)).status).to.equal(202);
  });

  it("asks no issuer beyond this machine, and says so", async () => {
    await useIssuer("https://issuer.example");
    const answer = await send(`Bearer ${token({ iss: "https://issuer.example" })}`);
    expect(answer.status).to.equal(401);
    expect(answer.headers.get("www-authenticate")).to.contain("on this machine only");
  });
});
