import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { OrderApi } from "../../../components/orderApi/orderApi";
import type { OrderApiArgs } from "../../../components/orderApi/arguments";
import { OrderPipeline } from "../../../components/orderPipeline/orderPipeline";
import { promiseOf, recordResources, type Recorder } from "../support/recordResources";

const API = "aws:apigatewayv2/api:Api";
const ROUTE = "aws:apigatewayv2/route:Route";
const STAGE = "aws:apigatewayv2/stage:Stage";
const INTEGRATION = "aws:apigatewayv2/integration:Integration";
const AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";

const arn = (name: string) => `arn:aws:test:us-east-1:123456789012:${name}`;

async function deploy(args: Omit<OrderApiArgs, "orders">) {
  const recorder = recordResources("update");
  const orders = new OrderPipeline("orders");
  const api = new OrderApi("orders-api", { ...args, orders: orders.nodes });
  await promiseOf(api.nodes.stage.id);
  await recorder.settled();
  return { recorder, api };
}

const statementsOf = (recorder: Recorder, policy: string) =>
  (JSON.parse(recorder.find(ROLE_POLICY, policy).inputs.policy as string) as { Statement: object[] })
    .Statement;

describe("OrderApi", () => {
  describe("with its defaults", () => {
    let recorder: Recorder;
    let api: OrderApi;
    before(async () => {
      ({ recorder, api } = await deploy({ tags: { Project: "p" } }));
    });

    it("is an HTTP API that no web page may call", () => {
      expect(recorder.find(API, "orders-api").inputs).to.deep.equal({
        protocolType: "HTTP",
        description: "Places orders and tells what became of them",
        tags: { Project: "p" },
      });
    });

    it("sends orders straight to the queue, answers 202, and refuses what has no order's id", () => {
      const { credentialsArn, requestParameters, ...inputs } = recorder.find(
        INTEGRATION,
        "orders-api-send",
      ).inputs;
      expect(inputs).to.deep.include({
        integrationType: "AWS_PROXY",
        integrationSubtype: "SQS-SendMessage",
        payloadFormatVersion: "1.0",
        responseParameters: [{ statusCode: "200", mappings: { "overwrite:statuscode": "202" } }],
      });
      expect(inputs).not.to.have.any.keys("integrationUri", "integrationMethod");
      expect(credentialsArn).to.equal(arn("orders-api-send-role"));
      expect(requestParameters).to.deep.equal({
        QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/orders-queue",
        MessageBody: "$request.body",
        MessageGroupId: "$request.body.orderId",
      });
    });

    it("lets the integration send to that queue, and do nothing else", () => {
      expect(statementsOf(recorder, "orders-api-send-policy")).to.deep.equal([
        { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-queue") },
      ]);
      const trust = recorder.find("aws:iam/role:Role", "orders-api-send-role").inputs
        .assumeRolePolicy as string;
      expect(JSON.parse(trust)).to.have.nested.property(
        "Statement[0].Principal.Service",
        "apigateway.amazonaws.com",
      );
    });

    it("lets the function read one order, and do nothing else but log and trace", () => {
      expect(statementsOf(recorder, "orders-api-get-policy")[0]).to.deep.equal({
        Effect: "Allow",
        Action: "dynamodb:GetItem",
        Resource: arn("orders-orders"),
      });
      expect(statementsOf(recorder, "orders-api-get-policy")).to.have.length(3);
      expect(
        recorder.find("aws:lambda/permission:Permission", "orders-api-get-permission").inputs,
      ).to.deep.include({
        action: "lambda:InvokeFunction",
        principal: "apigateway.amazonaws.com",
      });
    });

    it("demands signatures on each of its routes", () => {
      const routes = recorder.ofType(ROUTE).map(({ inputs }) => inputs);
      expect(routes.map(({ routeKey }) => routeKey)).to.have.members([
        "POST /orders",
        "GET /orders/{orderId}",
      ]);
      for (const route of routes) {
        expect(route.authorizationType).to.equal("AWS_IAM");
        expect(route).not.to.have.any.keys("authorizerId", "authorizationScopes");
      }
      expect(recorder.ofType(AUTHORIZER)).to.have.length(0);
      expect(api.nodes.authorizer).to.equal(undefined);
    });

    it("is throttled, and logs each request without saying who the customer is", () => {
      const { inputs } = recorder.find(STAGE, "orders-api-stage");
      expect(inputs).to.deep.include({
        name: "$default",
        autoDeploy: true,
        defaultRouteSettings: { throttlingRateLimit: 100, throttlingBurstLimit: 200 },
        tags: { Project: "p" },
      });
      const { destinationArn, format } = inputs.accessLogSettings as {
        destinationArn: string;
        format: string;
      };
      expect(destinationArn).to.equal(arn("orders-api-access"));
      expect(JSON.parse(format)).to.include({ requestId: "$context.requestId", status: "$context.status" });
      expect(format).not.to.match(/sourceIp|userAgent|claims|\$context\.path/);
      expect(recorder.find("aws:cloudwatch/logGroup:LogGroup", "orders-api-access").inputs).to.include({
        retentionInDays: 30,
      });
    });

    it("grants a role its two routes", async () => {
      const role = new aws.iam.Role("caller", { assumeRolePolicy: "{}" });
      await promiseOf(api.grantInvoke(role).id);
      const [statement] = statementsOf(recorder, "orders-api-invoke-shop") as { Resource: string[] }[];
      expect(statement).to.deep.include({ Effect: "Allow", Action: "execute-api:Invoke" });
      expect(
        statement?.Resource.map((resource) => resource.replace(/^.*?\/(?=\$default)/, "")),
      ).to.deep.equal(["$default/POST/orders", "$default/GET/orders/*"]);
    });
  });

  it("takes tokens instead of signatures, for web pages of the origins that are named", async () => {
    const { recorder } = await deploy({
      jwtIssuer: "https://issuer.example.com/pool",
      jwtAudiences: ["shop"],
      corsOrigins: ["https://shop.example.com"],
      rateLimit: 5,
      burstLimit: 7,
      logRetentionDays: 7,
      messageGroup: "$request.body.customerEmail",
    });
    expect(recorder.find(AUTHORIZER, "orders-api-authorizer").inputs).to.deep.include({
      authorizerType: "JWT",
      identitySources: ["$request.header.Authorization"],
      jwtConfiguration: { issuer: "https://issuer.example.com/pool", audiences: ["shop"] },
    });
    for (const { inputs } of recorder.ofType(ROUTE)) {
      expect(inputs.authorizationType).to.equal("JWT");
      expect(inputs.authorizerId).to.be.a("string");
    }
    expect(recorder.find(INTEGRATION, "orders-api-send").inputs.requestParameters).to.include({
      MessageGroupId: "$request.body.customerEmail",
    });
    expect(recorder.find(API, "orders-api").inputs.corsConfiguration).to.deep.equal({
      allowOrigins: ["https://shop.example.com"],
      allowMethods: ["GET", "POST"],
      allowHeaders: ["authorization", "content-type"],
      maxAge: 3600,
    });
    expect(recorder.find(STAGE, "orders-api-stage").inputs.defaultRouteSettings).to.deep.equal({
      throttlingRateLimit: 5,
      throttlingBurstLimit: 7,
    });
  });

  describe("refuses", () => {
    const refused: [args: Omit<OrderApiArgs, "orders">, reason: RegExp][] = [
      [{ jwtIssuer: "https://a.example" }, /jwtAudiences: expected both an issuer and its audiences/],
      [{ jwtAudiences: ["a"] }, /jwtIssuer: expected both an issuer/],
      [
        { jwtIssuer: "http://issuer.example", jwtAudiences: ["a"] },
        /jwtIssuer: got 'http:\/\/issuer\.example'/,
      ],
      [
        { corsOrigins: ["*"] },
        /corsOrigins: got \[ '\*' \]; expected a list of at least 1: an origin such as/,
      ],
      [{ corsOrigins: ["https://shop.example/"] }, /corsOrigins/],
      [{ rateLimit: 0 }, /rateLimit: got 0; expected an integer from 1 to 10,000 requests a second/],
      [{ burstLimit: 5001 }, /burstLimit/],
      [{ logRetentionDays: 2 }, /logRetentionDays/],
    ];
    for (const [args, reason] of refused) {
      it(JSON.stringify(args), async () => {
        const error = await deploy(args).catch((failure: unknown) => failure);
        expect((error as Error).message).to.match(reason);
      });
    }
  });
});
