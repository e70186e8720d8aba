import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkOrderApiArgs, type OrderApiArgs } from "./arguments";
import { LambdaFunction } from "../parts/lambdaFunction";
import { policyDocument, transformed } from "../parts/resources";

type GetOrder = typeof import("../../handlers/getOrder");

const ASSUMED_BY_API_GATEWAY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

/** Short: an HTTP API answers 503 after 30 seconds, and a customer gives up before. */
const GET_ORDER_TIMEOUT_SECONDS = 10;
const GET_ORDER_MEMORY_MEGABYTES = 256;

/** One line of JSON for each request: enough to follow it, and nothing of the person behind it. */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  route: "$context.routeKey",
  status: "$context.status",
  caller: "$context.identity.userArn",
  responseLength: "$context.responseLength",
  latencyMs: "$context.responseLatency",
  integrationLatencyMs: "$context.integrationLatency",
  integrationStatus: "$context.integration.status",
  integrationError: "$context.integrationErrorMessage",
  authorizerError: "$context.authorizer.error",
});

const PLACE_ORDER = "POST /orders";
const GET_ORDER = "GET /orders/{orderId}";

/**
 * The shop's orders over HTTP: `POST /orders` puts an order into the pipeline's queue, with no function between, and
 * answers 202; `GET /orders/{orderId}` tells what became of it. Callers sign with AWS keys, or bear a JSON Web Token of
 * the issuer that is given; nobody else comes in.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export class OrderApi extends pulumi.ComponentResource {
  /** "https://abc123.execute-api.eu-central-1.amazonaws.com"; the routes are below it. */
  readonly url: pulumi.Output<string>;
  /** The resources themselves, for whatever this component does not offer. */
  readonly nodes: {
    readonly api: aws.apigatewayv2.Api;
    readonly stage: aws.apigatewayv2.Stage;
    readonly accessLog: aws.cloudwatch.LogGroup;
    readonly sendRole: aws.iam.Role;
    readonly getOrder: LambdaFunction<GetOrder>;
    /** Undefined where callers sign with AWS keys. */
    readonly authorizer: aws.apigatewayv2.Authorizer | undefined;
  };

  readonly #name: string;

  constructor(name: string, args: OrderApiArgs, opts?: pulumi.ComponentResourceOptions) {
    // Before anything is registered, this component included.
    const checked = checkOrderApiArgs(`OrderApi "${name}"`, args);
    super("event-driven-aws:components:OrderApi", name, {}, opts);
    const { transform = {} } = args;
    const { queue, ordersTable } = args.orders;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };

    const api = new aws.apigatewayv2.Api(
      name,
      ...transformed(
        transform.api,
        {
          protocolType: "HTTP",
          description: "Places orders and tells what became of them",
          ...(checked.corsOrigins === undefined
            ? {}
            : {
                corsConfiguration: {
                  allowOrigins: [...checked.corsOrigins],
                  allowMethods: ["GET", "POST"],
                  allowHeaders: ["authorization", "content-type"],
                  maxAge: 3_600,
                },
              }),
          ...tags,
        },
        child,
      ),
    );
    const authorizer =
      checked.jwtIssuer === undefined
        ? undefined
        : new aws.apigatewayv2.Authorizer(
            `${name}-authorizer`,
            ...transformed(
              transform.authorizer,
              {
                apiId: api.id,
                authorizerType: "JWT",
                identitySources: ["$request.header.Authorization"],
                jwtConfiguration: { issuer: checked.jwtIssuer, audiences: [...(checked.jwtAudiences ?? [])] },
              },
              child,
            ),
          );
    const authorization =
      authorizer === undefined
        ? { authorizationType: "AWS_IAM" }
        : { authorizationType: "JWT", authorizerId: authorizer.id };

    const sendRole = new aws.iam.Role(
      `${name}-send-role`,
      ...transformed(
        transform.sendRole,
        { description: `Sends the orders of ${name}`, assumeRolePolicy: ASSUMED_BY_API_GATEWAY, ...tags },
        child,
      ),
    );
    const sendPolicy = new aws.iam.RolePolicy(
      `${name}-send-policy`,
      {
        role: sendRole.name,
        policy: policyDocument([{ Effect: "Allow", Action: "sqs:SendMessage", Resource: queue.arn }]),
      },
      child,
    );
    const send = new aws.apigatewayv2.Integration(
      `${name}-send`,
      {
        apiId: api.id,
        description: "The order, as it came, into the order queue",
        integrationType: "AWS_PROXY",
        integrationSubtype: "SQS-SendMessage",
        payloadFormatVersion: "1.0",
        // The policy's id makes the integration wait until its permission is attached.
        credentialsArn: pulumi.all([sendRole.arn, sendPolicy.id]).apply(([arn]) => arn),
        requestParameters: {
          QueueUrl: queue.url,
          MessageBody: "$request.body",
          // An HTTP API cannot validate a body; but what it cannot read the order's id from, it refuses with 400.
          MessageGroupId: args.messageGroup ?? "$request.body.orderId",
        },
        responseParameters: [{ statusCode: "200", mappings: { "overwrite:statuscode": "202" } }],
      },
      child,
    );

    const getOrder = new LambdaFunction<GetOrder>(
      `${name}-get`,
      {
        handler: "getOrder",
        description: "Tells a customer what became of an order",
        statements: [{ Effect: "Allow", Action: "dynamodb:GetItem", Resource: ordersTable.arn }],
        environment: { ORDERS_TABLE_NAME: ordersTable.name },
        timeoutSeconds: GET_ORDER_TIMEOUT_SECONDS,
        memoryMegabytes: GET_ORDER_MEMORY_MEGABYTES,
        logRetentionDays: checked.logRetentionDays,
        transform: transform.getOrder,
        ...tags,
      },
      { parent: this },
    );
    const invoked = new aws.lambda.Permission(
      `${name}-get-permission`,
      {
        action: "lambda:InvokeFunction",
        function: getOrder.function.name,
        principal: "apigateway.amazonaws.com",
        sourceArn: pulumi.interpolate`${api.executionArn}/*/GET/orders/{orderId}`,
      },
      child,
    );
    const get = new aws.apigatewayv2.Integration(
      `${name}-get-integration`,
      {
        apiId: api.id,
        description: "What became of an order",
        integrationType: "AWS_PROXY",
        integrationUri: getOrder.function.invokeArn,
        payloadFormatVersion: "2.0",
      },
      { ...child, dependsOn: [invoked] },
    );

    const routes = [
      new aws.apigatewayv2.Route(
        `${name}-place-route`,
        ...transformed(
          transform.placeOrder,
          { apiId: api.id, routeKey: PLACE_ORDER, target: targetOf(send), ...authorization },
          child,
        ),
      ),
      new aws.apigatewayv2.Route(
        `${name}-get-route`,
        ...transformed(
          transform.getOrderRoute,
          { apiId: api.id, routeKey: GET_ORDER, target: targetOf(get), ...authorization },
          child,
        ),
      ),
    ];

    const accessLog = new aws.cloudwatch.LogGroup(
      `${name}-access`,
      ...transformed(transform.accessLog, { retentionInDays: checked.logRetentionDays, ...tags }, child),
    );
    const stage = new aws.apigatewayv2.Stage(
      `${name}-stage`,
      ...transformed(
        transform.stage,
        {
          apiId: api.id,
          name: "$default",
          autoDeploy: true,
          accessLogSettings: { destinationArn: accessLog.arn, format: ACCESS_LOG_FORMAT },
          defaultRouteSettings: {
            throttlingRateLimit: checked.rateLimit,
            throttlingBurstLimit: checked.burstLimit,
          },
          ...tags,
        },
        { ...child, dependsOn: routes },
      ),
    );

    // Nothing answers there before the stage.
    this.url = pulumi.all([api.apiEndpoint, stage.id]).apply(([endpoint]) => endpoint);
    this.nodes = { api, stage, accessLog, sendRole, getOrder, authorizer };
    this.registerOutputs({ url: this.url });
    this.#name = name;
  }

  /**
   * Lets a role place orders and ask for them, where callers sign with AWS keys.
   *
   * @param grantee names the grant; give each role its own when there are several.
   */
  grantInvoke(role: aws.iam.Role, grantee = "shop"): aws.iam.RolePolicy {
    const { executionArn } = this.nodes.api;
    return new aws.iam.RolePolicy(
      `${this.#name}-invoke-${grantee}`,
      {
        role: role.name,
        policy: policyDocument([
          {
            Effect: "Allow",
            Action: "execute-api:Invoke",
            Resource: [
              pulumi.interpolate`${executionArn}/$default/POST/orders`,
              pulumi.interpolate`${executionArn}/$default/GET/orders/*`,
            ],
          },
        ]),
      },
      { parent: this },
    );
  }
}

function targetOf(integration: aws.apigatewayv2.Integration): pulumi.Output<string> {
  return pulumi.interpolate`integrations/${integration.id}`;
}
