import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { PropertyMap } from "../../src/engine/values";
import { createProvider } from "../../src/provider/provider";
import { resourceTypes } from "../../src/provider/table";
import { recordingContext } from "./recordingContext";

interface Case {
  readonly type: string;
  readonly inputs: PropertyMap;
  readonly answers?: Readonly<Record<string, object>>;
  readonly calls: readonly [operation: string, input: object][];
  readonly id: string;
  readonly outputs?: object;
}

/** One table, type by type: what each creation says to the cloud. */
const cases: Case[] = [
  {
    type: "aws:apigatewayv2/api:Api",
    inputs: { protocolType: "HTTP", corsConfiguration: { allowOrigins: ["https://a.example"], maxAge: 5 } },
    answers: { "apigateway:CreateApi": { ApiId: "a1", ApiEndpoint: "http://127.0.0.1/a1" } },
    calls: [
      [
        "apigateway:CreateApi",
        {
          Name: "x-0123abc",
          ProtocolType: "HTTP",
          CorsConfiguration: { AllowOrigins: ["https://a.example"], MaxAge: 5 },
          Tags: {},
        },
      ],
    ],
    id: "a1",
    outputs: {
      apiEndpoint: "http://127.0.0.1/a1",
      arn: "arn:aws:apigateway:eu-west-1::/apis/a1",
      executionArn: "arn:aws:execute-api:eu-west-1:000000000000:a1",
    },
  },
  {
    type: "aws:apigatewayv2/authorizer:Authorizer",
    inputs: {
      apiId: "a1",
      authorizerType: "JWT",
      identitySources: ["$request.header.Authorization"],
      jwtConfiguration: { issuer: "https://issuer.example", audiences: ["shop"] },
    },
    answers: { "apigateway:CreateAuthorizer": { AuthorizerId: "z1" } },
    calls: [
      [
        "apigateway:CreateAuthorizer",
        {
          ApiId: "a1",
          Name: "x-0123abc",
          AuthorizerType: "JWT",
          IdentitySource: ["$request.header.Authorization"],
          JwtConfiguration: { Issuer: "https://issuer.example", Audience: ["shop"] },
        },
      ],
    ],
    id: "z1",
  },
  {
    type: "aws:apigatewayv2/integration:Integration",
    inputs: {
      apiId: "a1",
      integrationType: "AWS_PROXY",
      integrationSubtype: "SQS-SendMessage",
      credentialsArn: "arn:role",
      timeoutMilliseconds: 500,
      requestParameters: { QueueUrl: "q", MessageBody: "$request.body" },
      responseParameters: [{ statusCode: "200", mappings: { "overwrite:statuscode": "202" } }],
    },
    answers: { "apigateway:CreateIntegration": { IntegrationId: "i1" } },
    calls: [
      [
        "apigateway:CreateIntegration",
        {
          ApiId: "a1",
          IntegrationType: "AWS_PROXY",
          IntegrationSubtype: "SQS-SendMessage",
          CredentialsArn: "arn:role",
          TimeoutInMillis: 500,
          RequestParameters: { QueueUrl: "q", MessageBody: "$request.body" },
          ResponseParameters: { "200": { "overwrite:statuscode": "202" } },
        },
      ],
    ],
    id: "i1",
  },
  {
    type: "aws:apigatewayv2/stage:Stage",
    inputs: {
      apiId: "a1",
      name: "$default",
      autoDeploy: true,
      accessLogSettings: { destinationArn: "arn:g", format: "$context.requestId" },
      defaultRouteSettings: { throttlingRateLimit: 5 },
      routeSettings: [{ routeKey: "GET /a", throttlingBurstLimit: 1 }],
    },
    answers: { "apigateway:GetApi": { ApiEndpoint: "http://127.0.0.1/a1" } },
    calls: [
      [
        "apigateway:CreateStage",
        {
          ApiId: "a1",
          StageName: "$default",
          AutoDeploy: true,
          AccessLogSettings: { DestinationArn: "arn:g", Format: "$context.requestId" },
          DefaultRouteSettings: { ThrottlingRateLimit: 5 },
          RouteSettings: { "GET /a": { ThrottlingBurstLimit: 1 } },
          Tags: {},
        },
      ],
      ["apigateway:GetApi", { ApiId: "a1" }],
    ],
    id: "$default",
    outputs: {
      arn: "arn:aws:apigateway:eu-west-1::/apis/a1/stages/$default",
      executionArn: "arn:aws:execute-api:eu-west-1:000000000000:a1/$default",
      invokeUrl: "http://127.0.0.1/a1/",
    },
  },
  {
    type: "aws:dynamodb/tableItem:TableItem",
    inputs: { tableName: "t", hashKey: "sku", item: '{"sku":{"S":"a"},"stock":{"N":"5"}}' },
    calls: [
      [
        "dynamodb:PutItem",
        {
          TableName: "t",
          Item: { sku: { S: "a" }, stock: { N: "5" } },
          ConditionExpression: "attribute_not_exists(#key)",
          ExpressionAttributeNames: { "#key": "sku" },
        },
      ],
    ],
    id: "t|sku|a",
  },
  {
    type: "aws:iam/policy:Policy",
    inputs: { policy: "{}" },
    answers: { "iam:CreatePolicy": { Policy: { Arn: "arn:p", PolicyId: "ANPA" } } },
    calls: [["iam:CreatePolicy", { PolicyName: "x-0123abc", PolicyDocument: "{}", Path: "/", Tags: [] }]],
    id: "arn:p",
    outputs: { arn: "arn:p", policyId: "ANPA" },
  },
  {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    inputs: { role: "r", policyArn: "arn:p" },
    calls: [["iam:AttachRolePolicy", { RoleName: "r", PolicyArn: "arn:p" }]],
    id: "r/arn:p",
  },
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    inputs: { role: "r", policy: "{}" },
    calls: [["iam:PutRolePolicy", { RoleName: "r", PolicyName: "x-0123abc", PolicyDocument: "{}" }]],
    id: "r:x-0123abc",
  },
  {
    type: "aws:iam/instanceProfile:InstanceProfile",
    inputs: { role: "r" },
    answers: {
      "iam:CreateInstanceProfile": { InstanceProfile: { Arn: "arn:i", InstanceProfileId: "AIPA" } },
    },
    calls: [
      ["iam:CreateInstanceProfile", { InstanceProfileName: "x-0123abc", Path: "/", Tags: [] }],
      ["iam:AddRoleToInstanceProfile", { InstanceProfileName: "x-0123abc", RoleName: "r" }],
    ],
    id: "x-0123abc",
    outputs: { arn: "arn:i", uniqueId: "AIPA" },
  },
  {
    type: "aws:lambda/permission:Permission",
    inputs: {
      function: "f",
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: "arn:e",
    },
    calls: [
      [
        "lambda:AddPermission",
        {
          FunctionName: "f",
          StatementId: "x-0123abc",
          Action: "lambda:InvokeFunction",
          Principal: "events.amazonaws.com",
          SourceArn: "arn:e",
        },
      ],
    ],
    id: "x-0123abc",
  },
  {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    inputs: {
      functionName: "f",
      maximumRetryAttempts: 1,
      destinationConfig: { onFailure: { destination: "arn:q" } },
    },
    calls: [
      [
        "lambda:PutFunctionEventInvokeConfig",
        {
          FunctionName: "f",
          MaximumRetryAttempts: 1,
          DestinationConfig: { OnFailure: { Destination: "arn:q" } },
        },
      ],
    ],
    id: "f",
  },
  {
    type: "aws:cloudwatch/eventRule:EventRule",
    inputs: { eventPattern: { source: ["aws.cloudwatch"] } },
    answers: { "events:PutRule": { RuleArn: "arn:e" } },
    calls: [
      [
        "events:PutRule",
        {
          Name: "x-0123abc",
          EventPattern: '{"source":["aws.cloudwatch"]}',
          State: "ENABLED",
          Tags: [],
          EventBusName: "default",
        },
      ],
    ],
    id: "x-0123abc",
    outputs: { arn: "arn:e", state: "ENABLED" },
  },
  {
    type: "aws:cloudwatch/dashboard:Dashboard",
    inputs: { dashboardName: "d", dashboardBody: '{"widgets":[]}' },
    calls: [["monitoring:PutDashboard", { DashboardName: "d", DashboardBody: '{"widgets":[]}' }]],
    id: "d",
    outputs: { dashboardArn: "arn:aws:cloudwatch::000000000000:dashboard/d" },
  },
  {
    type: "aws:ec2/securityGroup:SecurityGroup",
    inputs: { egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }] },
    answers: { "ec2:CreateSecurityGroup": { GroupId: "sg-1", SecurityGroupArn: "arn:sg" } },
    calls: [
      ["ec2:CreateSecurityGroup", { GroupName: "x-0123abc", Description: "Managed by Pulumi" }],
      [
        "ec2:RevokeSecurityGroupEgress",
        { GroupId: "sg-1", IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }] },
      ],
      [
        "ec2:AuthorizeSecurityGroupEgress",
        {
          GroupId: "sg-1",
          IpPermissions: [
            {
              IpProtocol: "tcp",
              FromPort: 443,
              ToPort: 443,
              IpRanges: [{ CidrIp: "0.0.0.0/0" }],
              UserIdGroupPairs: [],
            },
          ],
        },
      ],
      ["ec2:DescribeSecurityGroups", { GroupIds: ["sg-1"] }],
    ],
    id: "sg-1",
    outputs: { arn: "arn:sg" },
  },
  {
    type: "aws:sns/topic:Topic",
    inputs: { kmsMasterKeyId: "alias/aws/sns" },
    answers: { "sns:CreateTopic": { TopicArn: "arn:t" } },
    calls: [
      ["sns:CreateTopic", { Name: "x-0123abc", Attributes: { KmsMasterKeyId: "alias/aws/sns" }, Tags: [] }],
    ],
    id: "arn:t",
    outputs: { arn: "arn:t" },
  },
  {
    type: "aws:sns/topicPolicy:TopicPolicy",
    inputs: { arn: "arn:t", policy: "{}" },
    calls: [["sns:SetTopicAttributes", { TopicArn: "arn:t", AttributeName: "Policy", AttributeValue: "{}" }]],
    id: "arn:t",
  },
  {
    type: "aws:sns/topicSubscription:TopicSubscription",
    inputs: { topic: "arn:t", protocol: "email", endpoint: "a@example.com" },
    answers: { "sns:Subscribe": { SubscriptionArn: "arn:s" } },
    calls: [
      [
        "sns:Subscribe",
        { TopicArn: "arn:t", Protocol: "email", Endpoint: "a@example.com", ReturnSubscriptionArn: true },
      ],
    ],
    id: "arn:s",
  },
  {
    type: "aws:sesv2/emailIdentity:EmailIdentity",
    inputs: { emailIdentity: "a@example.com" },
    answers: { "ses:CreateEmailIdentity": { IdentityType: "EMAIL_ADDRESS", VerifiedForSendingStatus: true } },
    calls: [["ses:CreateEmailIdentity", { EmailIdentity: "a@example.com" }]],
    id: "a@example.com",
    outputs: {
      arn: "arn:aws:ses:eu-west-1:000000000000:identity/a@example.com",
      verifiedForSendingStatus: true,
    },
  },
  {
    type: "aws:sesv2/configurationSet:ConfigurationSet",
    inputs: { configurationSetName: "orders", tags: { Stack: "dev" } },
    calls: [
      [
        "ses:CreateConfigurationSet",
        { ConfigurationSetName: "orders", Tags: [{ Key: "Stack", Value: "dev" }] },
      ],
    ],
    id: "orders",
    outputs: { arn: "arn:aws:ses:eu-west-1:000000000000:configuration-set/orders" },
  },
  {
    type: "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
    inputs: {
      configurationSetName: "orders",
      eventDestinationName: "feedback",
      eventDestination: {
        enabled: true,
        matchingEventTypes: ["BOUNCE"],
        eventBridgeDestination: { eventBusArn: "arn:bus" },
      },
    },
    calls: [
      [
        "ses:CreateConfigurationSetEventDestination",
        {
          ConfigurationSetName: "orders",
          EventDestinationName: "feedback",
          EventDestination: {
            Enabled: true,
            MatchingEventTypes: ["BOUNCE"],
            EventBridgeDestination: { EventBusArn: "arn:bus" },
          },
        },
      ],
    ],
    id: "orders|feedback",
  },
  {
    type: "aws:ses/emailIdentity:EmailIdentity",
    inputs: { email: "a@example.com" },
    calls: [["ses:CreateEmailIdentity", { EmailIdentity: "a@example.com" }]],
    id: "a@example.com",
  },
  {
    type: "aws:kms/key:Key",
    inputs: { policy: "{}", enableKeyRotation: true, deletionWindowInDays: 7, tags: { Stack: "dev" } },
    answers: { "kms:CreateKey": { KeyMetadata: { KeyId: "k", Arn: "arn:k" } } },
    calls: [
      ["kms:CreateKey", { Policy: "{}", Tags: [{ TagKey: "Stack", TagValue: "dev" }] }],
      ["kms:EnableKeyRotation", { KeyId: "k" }],
    ],
    id: "k",
    outputs: { arn: "arn:k", keyId: "k" },
  },
  {
    type: "aws:kms/alias:Alias",
    inputs: { name: "alias/alarms", targetKeyId: "k" },
    answers: { "kms:DescribeKey": { KeyMetadata: { KeyId: "k", Arn: "arn:k" } } },
    calls: [
      ["kms:CreateAlias", { AliasName: "alias/alarms", TargetKeyId: "k" }],
      ["kms:DescribeKey", { KeyId: "alias/alarms" }],
    ],
    id: "alias/alarms",
    outputs: { arn: "arn:aws:kms:eu-west-1:000000000000:alias/alarms", targetKeyArn: "arn:k" },
  },
  {
    type: "aws:ssm/parameter:Parameter",
    inputs: { name: "/shop/ami", type: "String", value: "ami-1" },
    answers: { "ssm:PutParameter": { Version: 1 } },
    calls: [["ssm:PutParameter", { Name: "/shop/ami", Type: "String", Value: "ami-1" }]],
    id: "/shop/ami",
    outputs: { arn: "arn:aws:ssm:eu-west-1:000000000000:parameter/shop/ami", version: 1 },
  },
];

describe("resource types of the embedded cloud", () => {
  for (const { type, inputs, answers = {}, calls: expected, id, outputs = {} } of cases) {
    it(`${type} is created by ${expected.map(([operation]) => operation).join(", ")}`, async () => {
      const { context, calls } = recordingContext(answers);
      const provider = createProvider(context);
      const request = { urn: "urn", type, name: "x", inputs, nameSuffix: "0123abc", config: {} };
      const created = await provider.create({ ...request, inputs: provider.check(request) });
      expect(calls).to.deep.equal(expected.map(([operation, input]) => ({ operation, input })));
      expect(created.id).to.equal(id);
      expect(created.outputs).to.include(outputs);
    });
  }

  it("have the names and inputs of the installed SDK", () => {
    for (const [token, type] of resourceTypes) {
      const module = token.split(":")[1] ?? "";
      const source = readFileSync(require.resolve(`@pulumi/aws/${module}.js`), "utf8");
      expect(source).to.include(`'${token}'`);
      const { entries } = type.inputs as unknown as { entries: object };
      for (const property of Object.keys(entries)) {
        expect(source, `${token}: ${property}`).to.match(
          new RegExp(`resourceInputs\\["${property}"\\] = \\(?args`),
        );
      }
    }
  });
});
