import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteAccessLogSettingsCommand,
  DeleteRouteSettingsCommand,
  GetIntegrationCommand,
  GetRouteCommand,
  GetStageCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-apigatewayv2";
import { expect } from "chai";
import { createApiGateway } from "../../../src/services/apiGateway/apiGateway";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

describe("an update of API Gateway", () => {
  let cloud: TestCloud;
  let client: ApiGatewayV2Client;
  let ApiId: string;

  beforeEach(async () => {
    cloud = await startTestCloud({ services: [createApiGateway] });
    client = new ApiGatewayV2Client({ ...cloud.client, maxAttempts: 1 });
    const created = await client.send(new CreateApiCommand({ Name: "orders", ProtocolType: "HTTP" }));
    ApiId = created.ApiId!;
  });
  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  it("takes away the members and entries that it empties, and leaves the others", async () => {
    const { IntegrationId = "" } = await client.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: "AWS_PROXY",
        IntegrationSubtype: "SQS-SendMessage",
        CredentialsArn: "arn:aws:iam::000000000000:role/api",
        Description: "d",
        RequestParameters: { QueueUrl: "q", MessageBody: "$request.body", DelaySeconds: "3" },
        ResponseParameters: {
          400: { "overwrite:statuscode": "422" },
          500: { "overwrite:statuscode": "503" },
        },
      }),
    );
    const integration = { ApiId, IntegrationId };
    await client.send(
      new UpdateIntegrationCommand({
        ...integration,
        Description: "",
        RequestParameters: { DelaySeconds: "", QueueUrl: "other" },
        ResponseParameters: { 400: {} },
      }),
    );
    const shown = await client.send(new GetIntegrationCommand(integration));
    expect(shown).to.deep.include({
      RequestParameters: { QueueUrl: "other", MessageBody: "$request.body" },
      ResponseParameters: { 500: { "overwrite:statuscode": "503" } },
    });
    expect(shown.Description).to.equal(undefined);

    const { RouteId = "" } = await client.send(
      new CreateRouteCommand({ ApiId, RouteKey: "GET /", Target: `integrations/${IntegrationId}` }),
    );
    await client.send(new UpdateRouteCommand({ ApiId, RouteId, Target: "" }));
    expect((await client.send(new GetRouteCommand({ ApiId, RouteId }))).Target).to.equal(undefined);
  });

  it("leaves a stage's settings to operations of their own", async () => {
    const stage = { ApiId, StageName: "s" };
    await client.send(
      new CreateStageCommand({
        ...stage,
        AutoDeploy: true,
        StageVariables: { a: "1", b: "2" },
        RouteSettings: { "GET /": { ThrottlingRateLimit: 1 }, "PUT /": { ThrottlingRateLimit: 2 } },
        AccessLogSettings: {
          DestinationArn: "arn:aws:logs:us-east-1:000000000000:log-group:api",
          Format: "$context.requestId",
        },
      }),
    );
    await client.send(new UpdateStageCommand({ ...stage, StageVariables: { a: "" } }));
    await client.send(new DeleteRouteSettingsCommand({ ...stage, RouteKey: "GET /" }));
    await client.send(new DeleteAccessLogSettingsCommand(stage));
    const shown = await client.send(new GetStageCommand(stage));
    expect(shown).to.deep.include({
      StageVariables: { b: "2" },
      RouteSettings: { "PUT /": { ThrottlingRateLimit: 2 } },
    });
    expect(shown.AccessLogSettings).to.equal(undefined);
    const again = await client.send(new DeleteRouteSettingsCommand({ ...stage, RouteKey: "GET /" })).then(
      () => "none",
      (error: unknown) => (error as Error).name,
    );
    expect(again).to.equal("NotFoundException");
  });
});
