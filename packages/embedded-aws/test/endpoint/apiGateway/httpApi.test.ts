import { expect } from "chai";
import fc from "fast-check";
import { SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import { createApiGateway } from "../../../src/services/apiGateway/apiGateway";
import { createLambda } from "../../../src/services/lambda/lambda";
import { createLogs } from "../../../src/services/logs/logs";
import { createMonitoring } from "../../../src/services/cloudWatch/cloudWatch";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createFunction, createRole } from "../lambda/support";
import { bodiesIn, createQueueApi, signedFetch } from "./support";

const order = (more: object = {}) => JSON.stringify({ orderId: "A-1", customerName: "Ann", ...more });
const post = (body: string) => ({ method: "POST", body });

describe("an HTTP API", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;
  let events: CloudEvent[];

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createLogs, createSqs, createLambda, createMonitoring, createApiGateway],
      conditions: { iamPropagationMs: 0 },
    });
    events = [];
    cloud.context.events.subscribe((event) => events.push(event));
  });
  afterEach(() => cloud.close());

  describe("to a queue", () => {
    it("sends the body as it came, and answers with SQS's words and the status that the mapping names", async () => {
      const { url, queue } = await createQueueApi(cloud);
      const answer = await signedFetch(`${url}/orders`, post(order()));
      expect(answer.status).to.equal(202);
      expect(answer.headers.get("content-type")).to.equal("text/xml");
      expect(answer.headers.get("apigw-requestid")).to.match(/^[\w-]{15}=$/);
      expect(await answer.text()).to.match(
        /^<\?xml version="1\.0"\?><SendMessageResponse xmlns="http:\/\/queue\.amazonaws\.com\/doc\/2012-11-05\/"><SendMessageResult><MessageId>[\w-]+<\/MessageId><MD5OfMessageBody>[0-9a-f]{32}</,
      );
      expect(await bodiesIn(cloud, queue)).to.deep.equal([order()]);
    });

    for (const [what, body] of [
      ["no JSON", "{orderId"],
      ["nothing", ""],
      ["a list", "[1]"],
      ["a text", '"A-1"'],
      ["an object without what the mapping asks for", "{}"],
      ["null there", '{"orderId":null}'],
      ["a member of the prototype", '{"a":1}'],
      ["more than 100 KB, which are cut off", order({ note: "x".repeat(110_000) })],
    ] as const) {
      it(`answers 400 to ${what}, and sends nothing`, async () => {
        const { url, queue } = await createQueueApi(cloud);
        const answer = await signedFetch(`${url}/orders`, post(body));
        expect(answer.status).to.equal(400);
        expect(await answer.json()).to.deep.equal({ message: "Bad Request" });
        expect(await bodiesIn(cloud, queue)).to.deep.equal([]);
        expect(events.find(({ type }) => type === "api-requested")).to.include({
          status: 400,
          routeKey: "POST /orders",
        });
      });
    }

    it("answers 413 to more than 10 MB", async () => {
      const { url, queue } = await createQueueApi(cloud);
      const answer = await signedFetch(`${url}/orders`, post(order({ note: "x".repeat(10_485_761) })));
      expect([answer.status, await answer.json()]).to.deep.equal([
        413,
        { message: "Request Entity Too Large" },
      ]);
      expect(await bodiesIn(cloud, queue)).to.deep.equal([]);
    });

    it("passes on what SQS refuses", async () => {
      const { url, queue } = await createQueueApi(cloud);
      const answer = await signedFetch(`${url}/orders`, post(order({ orderId: "white space" })));
      expect(answer.status).to.equal(400);
      expect(await answer.text()).to.contain("<Type>Sender</Type><Code>InvalidParameterValue</Code>");
      expect(await bodiesIn(cloud, queue)).to.deep.equal([]);
    });

    it("sends as its role, which must allow it and trust API Gateway", async () => {
      const { url, apiId } = await createQueueApi(cloud);
      const { Items = [] } = await cloud.call("apigateway", "GetIntegrations", { ApiId: apiId });
      const integration = { ApiId: apiId, IntegrationId: Items[0]!.IntegrationId! };
      const status = async (CredentialsArn: string) => {
        await cloud.call("apigateway", "UpdateIntegration", { ...integration, CredentialsArn });
        return (await signedFetch(`${url}/orders`, post(order()))).status;
      };
      const powerless = await createRole(cloud, "powerless", [], "apigateway.amazonaws.com");
      expect(await status(powerless)).to.equal(403);
      const all = [{ Action: "sqs:*", Resource: "*" }];
      expect(await status(await createRole(cloud, "untrusting", all, "lambda.amazonaws.com"))).to.equal(500);
      expect(await status(await createRole(cloud, "right", all, "apigateway.amazonaws.com"))).to.equal(202);
    });
  });

  describe("with IAM", () => {
    it("takes who may invoke it, and no one else, without saying why", async () => {
      const { url, apiId } = await createQueueApi(cloud);
      const forbidden = async (answer: Response) => {
        expect([answer.status, await answer.json()]).to.deep.equal([403, { message: "Forbidden" }]);
      };
      await forbidden(await fetch(`${url}/orders`, post(order())));
      await forbidden(await signedFetch(`${url}/orders`, post(order()), undefined, "sqs"));

      await createRole(cloud, "shop", [
        {
          Action: "execute-api:Invoke",
          Resource: `arn:aws:execute-api:us-east-1:000000000000:${apiId}/*/POST/orders`,
        },
      ]);
      await createRole(cloud, "other", [
        {
          Action: "execute-api:Invoke",
          Resource: `arn:aws:execute-api:us-east-1:000000000000:${apiId}/*/GET/*`,
        },
      ]);
      const shop = cloud.context.issueCredentials("shop", "s");
      await forbidden(
        await signedFetch(`${url}/orders`, post(order()), cloud.context.issueCredentials("other", "s")),
      );
      await forbidden(
        await signedFetch(`${url}/orders`, post(order()), { ...shop, secretAccessKey: "wrong" }),
      );
      expect((await signedFetch(`${url}/orders`, post(order()), shop)).status).to.equal(202);
    });
  });

  it("answers 404 where no route fits, or no such API is", async () => {
    const { url } = await createQueueApi(cloud);
    for (const other of [`${url}/other`, `${url}/orders/1`, `${url}x/orders`])
      expect((await signedFetch(other, post(order()))).status).to.equal(404);
    expect((await signedFetch(`${url}/orders`, { method: "GET" })).status).to.equal(404);
  });

  it("answers whatever is asked of it, and never with a failure of its own", async () => {
    const { url, apiId } = await createQueueApi(cloud, { authorization: { AuthorizationType: "NONE" } });
    const path = fc.oneof(
      fc.webPath(),
      fc.constantFrom("/orders", "/orders/", "//orders", "/%E0%A4%A", "/%2e%2e/orders"),
    );
    const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    await fc.assert(
      fc.asyncProperty(
        method,
        path,
        fc.webQueryParameters(),
        fc.string(),
        async (verb, where, query, body) => {
          const answer = await fetch(`${url}${where}?${query}`, {
            method: verb,
            ...(verb === "GET" || verb === "HEAD" ? {} : { body }),
          });
          await answer.arrayBuffer();
          expect(answer.status).to.be.below(500);
        },
      ),
      { numRuns: 100 },
    );
    const { Items } = await cloud.call("apigateway", "GetRoutes", { ApiId: apiId });
    expect(Items).to.have.length(1);
  });

  it("throttles each route", async () => {
    const { url, queue } = await createQueueApi(cloud, {
      stage: { DefaultRouteSettings: { ThrottlingBurstLimit: 2, ThrottlingRateLimit: 1 } },
    });
    const status = async () => (await signedFetch(`${url}/orders`, post(order()))).status;
    expect([await status(), await status(), await status()]).to.deep.equal([202, 202, 429]);
    await clock.advance(1000);
    expect([await status(), await status()]).to.deep.equal([202, 429]);
    expect(await bodiesIn(cloud, queue)).to.have.length(3);
  });

  it("writes a line of its access log for each request, and counts them", async () => {
    await cloud.call("logs", "CreateLogGroup", { logGroupName: "/api/access" });
    const { url, apiId } = await createQueueApi(cloud, {
      stage: {
        AccessLogSettings: {
          DestinationArn: "arn:aws:logs:us-east-1:000000000000:log-group:/api/access",
          Format:
            '{"id":"$context.requestId","at":"$context.requestTime","route":"$context.routeKey","status":"$context.status","agent":"$context.identity.userAgent","who":"$context.identity.userArn","error":"$context.integrationErrorMessage"}',
        },
      },
    });
    const agent = 'a "quoted"\tagent';
    const answers = [
      await signedFetch(`${url}/orders`, { ...post(order()), headers: { "user-agent": agent } }),
      await signedFetch(`${url}/orders`, post("none")),
    ];
    const lines = events.flatMap((event) =>
      event.type === "log" ? [JSON.parse(event.message) as object] : [],
    );
    const written = lines.length === 2 ? lines : await linesOf("/api/access");
    expect(written).to.have.length(2);
    expect(written[0]).to.deep.equal({
      id: answers[0]!.headers.get("apigw-requestid"),
      at: (written[0] as { at: string }).at,
      route: "POST /orders",
      status: "202",
      agent,
      who: "arn:aws:iam::000000000000:root",
      error: "-",
    });
    expect((written[0] as { at: string }).at).to.match(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect((written[1] as { error: string }).error).to.contain("$request.body.orderId");

    const sum = async (MetricName: string) => {
      const { Datapoints = [] } = await cloud.call("monitoring", "GetMetricStatistics", {
        Namespace: "AWS/ApiGateway",
        MetricName,
        Dimensions: [{ Name: "ApiId", Value: apiId }],
        StartTime: new Date(clock.now() - 3_600_000),
        EndTime: new Date(clock.now() + 3_600_000),
        Period: 86_400,
        Statistics: ["Sum"],
      });
      return Datapoints[0]?.Sum;
    };
    expect([await sum("Count"), await sum("4xx"), await sum("5xx")]).to.deep.equal([2, 1, 0]);
    expect(await sum("Latency")).to.be.greaterThan(0);
  });

  async function linesOf(logGroupName: string): Promise<object[]> {
    for (;;) {
      const { events: found = [] } = await cloud.call("logs", "FilterLogEvents", { logGroupName });
      if (found.length >= 2) return found.map(({ message = "" }) => JSON.parse(message) as object);
      await new Promise(setImmediate);
    }
  }

  describe("to a function", () => {
    async function createFunctionApi(
      source: string,
      routeKey = "GET /orders/{id}",
      permit = true,
    ): Promise<string> {
      await createFunction(cloud, "get", source);
      const { ApiId = "", ApiEndpoint: url = "" } = await cloud.call("apigateway", "CreateApi", {
        Name: "f",
        ProtocolType: "HTTP",
      });
      const { IntegrationId } = await cloud.call("apigateway", "CreateIntegration", {
        ApiId,
        IntegrationType: "AWS_PROXY",
        IntegrationUri: "arn:aws:lambda:us-east-1:000000000000:function:get",
        PayloadFormatVersion: "2.0",
      });
      const Target = `integrations/${IntegrationId!}`;
      await cloud.call("apigateway", "CreateRoute", { ApiId, RouteKey: routeKey, Target });
      await cloud.call("apigateway", "CreateStage", { ApiId, StageName: "$default", AutoDeploy: true });
      if (permit)
        await cloud.call("lambda", "AddPermission", {
          FunctionName: "get",
          StatementId: "api",
          Action: "lambda:InvokeFunction",
          Principal: "apigateway.amazonaws.com",
          SourceArn: `arn:aws:execute-api:us-east-1:000000000000:${ApiId}/*/GET/orders/{id}`,
        });
      return url;
    }

    it("hands it payload format 2.0, and reads what it answers", async () => {
      const url = await createFunctionApi(
        'exports.handler = async (event) => ({ statusCode: 203, headers: { "X-Own": "1" }, cookies: ["a=1", "b=2"], body: JSON.stringify(event) });',
      );
      const answer = await fetch(`${url}/orders/A%201?x=1&x=2&y=`, {
        headers: { "x-a": "b", cookie: "c=1; d=2" },
      });
      expect(answer.status).to.equal(203);
      expect(answer.headers.get("x-own")).to.equal("1");
      expect(answer.headers.getSetCookie()).to.deep.equal(["a=1", "b=2"]);
      const event = (await answer.json()) as Record<string, unknown> & {
        headers: object;
        requestContext: Record<string, unknown>;
      };
      expect(event).to.deep.include({
        version: "2.0",
        routeKey: "GET /orders/{id}",
        rawPath: "/orders/A 1",
        rawQueryString: "x=1&x=2&y=",
        queryStringParameters: { x: "1,2", y: "" },
        pathParameters: { id: "A 1" },
        cookies: ["c=1", "d=2"],
        isBase64Encoded: false,
      });
      expect(event.headers).to.include({ "x-a": "b" });
      expect(event).not.to.have.any.keys("body", "stageVariables");
      expect(event.requestContext).to.include({ stage: "$default", accountId: "000000000000" });
      expect(event.requestContext).not.to.have.any.keys("authorizer");
    });

    it("answers 200 with whatever else it returns, and 500 when it fails", async () => {
      const url = await createFunctionApi(
        'exports.handler = async (event) => { if (event.pathParameters.id === "bad") throw new Error("secret"); return { found: true }; };',
      );
      const answer = await fetch(`${url}/orders/1`);
      expect([answer.status, answer.headers.get("content-type"), await answer.json()]).to.deep.equal([
        200,
        "application/json",
        { found: true },
      ]);
      const failed = await fetch(`${url}/orders/bad`);
      expect([failed.status, await failed.json()]).to.deep.equal([500, { message: "Internal Server Error" }]);
    });

    it("answers 500 while its policy does not let API Gateway in", async () => {
      const url = await createFunctionApi("exports.handler = async () => 1;", undefined, false);
      expect((await fetch(`${url}/orders/1`)).status).to.equal(500);
    });
  });
});
