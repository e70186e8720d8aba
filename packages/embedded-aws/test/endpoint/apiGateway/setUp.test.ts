import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  GetApiCommand,
  GetApisCommand,
  GetRoutesCommand,
  GetStageCommand,
  GetTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApiCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-apigatewayv2";
import { expect } from "chai";
import { createApiGateway } from "../../../src/services/apiGateway/apiGateway";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const integration = {
  IntegrationType: "AWS_PROXY",
  IntegrationSubtype: "SQS-SendMessage",
  CredentialsArn: "arn:aws:iam::000000000000:role/api",
  RequestParameters: { QueueUrl: "q", MessageBody: "$request.body" },
} as const;

describe("API Gateway's own operations", () => {
  let cloud: TestCloud;
  let client: ApiGatewayV2Client;
  let ApiId: string;

  beforeEach(async () => {
    cloud = await startTestCloud({ services: [createApiGateway] });
    client = new ApiGatewayV2Client({ ...cloud.client, maxAttempts: 1 });
    const created = await client.send(
      new CreateApiCommand({ Name: "orders", ProtocolType: "HTTP", Tags: { a: "1" } }),
    );
    ApiId = created.ApiId!;
  });
  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );

  it("keep an API, and say where it answers", async () => {
    expect(await client.send(new GetApiCommand({ ApiId }))).to.deep.include({
      ApiId,
      Name: "orders",
      ProtocolType: "HTTP",
      ApiEndpoint: `${cloud.endpoint}/_execute-api/${ApiId}`,
      RouteSelectionExpression: "$request.method $request.path",
      Tags: { a: "1" },
    });
    await client.send(new UpdateApiCommand({ ApiId, Description: "new" }));
    expect(await client.send(new GetApiCommand({ ApiId }))).to.include({
      Name: "orders",
      Description: "new",
    });
    expect((await client.send(new GetApisCommand({}))).Items).to.have.length(1);
    await client.send(new DeleteApiCommand({ ApiId }));
    expect(await refusal(client.send(new GetApiCommand({ ApiId })))).to.match(/^NotFoundException: /);
  });

  it("keep its routes, integrations and stages", async () => {
    const { IntegrationId } = await client.send(new CreateIntegrationCommand({ ApiId, ...integration }));
    const Target = `integrations/${IntegrationId!}`;
    const route = { ApiId, RouteKey: "POST /orders", Target, AuthorizationType: "AWS_IAM" } as const;
    const { RouteId } = await client.send(new CreateRouteCommand(route));
    expect(await refusal(client.send(new CreateRouteCommand(route)))).to.match(/^ConflictException: /);
    expect(await refusal(client.send(new DeleteIntegrationCommand({ ApiId, IntegrationId })))).to.match(
      /^ConflictException: .*POST \/orders/,
    );
    await client.send(new UpdateRouteCommand({ ApiId, RouteId, OperationName: "place" }));
    expect((await client.send(new GetRoutesCommand({ ApiId }))).Items).to.deep.equal(
      [{ ...route, ApiId: undefined, RouteId, OperationName: "place", ApiKeyRequired: false }].map(
        ({ ApiId: _id, ...rest }) => rest,
      ),
    );
    await client.send(new DeleteRouteCommand({ ApiId, RouteId }));
    await client.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));

    const stage = { ApiId, StageName: "$default" };
    await client.send(new CreateStageCommand({ ...stage, AutoDeploy: true }));
    await client.send(new UpdateStageCommand({ ...stage, DefaultRouteSettings: { ThrottlingRateLimit: 5 } }));
    expect(await client.send(new GetStageCommand(stage))).to.deep.include({
      StageName: "$default",
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 5 },
    });
  });

  it("keep tags by ARN", async () => {
    const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
    await client.send(new TagResourceCommand({ ResourceArn, Tags: { b: "2" } }));
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ["a"] }));
    expect((await client.send(new GetTagsCommand({ ResourceArn }))).Tags).to.deep.equal({ b: "2" });
    expect(await refusal(client.send(new GetTagsCommand({ ResourceArn: `${ResourceArn}x` })))).to.match(
      /^NotFoundException/,
    );
  });

  describe("refuse", () => {
    const create = (changes: object) =>
      refusal(client.send(new CreateIntegrationCommand({ ApiId, ...integration, ...changes })));

    it("integrations that cannot work", async () => {
      expect(await create({})).to.equal("none");
      expect(await create({ CredentialsArn: undefined })).to.match(/^BadRequestException: Credentials/);
      expect(await create({ RequestParameters: { QueueUrl: "q" } })).to.match(
        /^BadRequestException: Parameter: MessageBody is required/,
      );
      for (const MessageBody of ["$request.other", "$request.body..a", "$response.body", "$", "${context}"])
        expect(await create({ RequestParameters: { QueueUrl: "q", MessageBody } }), MessageBody).to.match(
          /^BadRequestException: Invalid selection expression specified/,
        );
      expect(await create({ RequestParameters: { ...integration.RequestParameters, Other: "1" } })).to.match(
        /^BadRequestException: Unsupported parameter/,
      );
      expect(await create({ ResponseParameters: { "200": { "append:header.x-amz-a": "1" } } })).to.match(
        /^BadRequestException: Operations on header x-amz-a are restricted/,
      );
      expect(
        await create({ ResponseParameters: { "200": { "append:header.a": "$request.body.a" } } }),
      ).to.match(/^BadRequestException: Invalid selection expression/);
    });

    it("by name what is not there", async () => {
      expect(await create({ IntegrationType: "HTTP_PROXY" })).to.match(
        /^NotSupportedByEmbeddedCloud: .*HTTP_PROXY/,
      );
      expect(await create({ IntegrationSubtype: "EventBridge-PutEvents" })).to.match(
        /^NotSupportedByEmbeddedCloud: .*EventBridge-PutEvents/,
      );
      const api = { Name: "w", ProtocolType: "WEBSOCKET" } as const;
      expect(await refusal(client.send(new CreateApiCommand(api)))).to.match(
        /^NotSupportedByEmbeddedCloud: .*WEBSOCKET/,
      );
      expect(await refusal(client.send(new CreateStageCommand({ ApiId, StageName: "s" })))).to.match(
        /^NotSupportedByEmbeddedCloud: .*AutoDeploy/,
      );
    });

    it("routes that are none", async () => {
      for (const RouteKey of ["orders", "POST orders", "BREW /orders", "GET /{a+}/b", "GET  /a"])
        expect(await refusal(client.send(new CreateRouteCommand({ ApiId, RouteKey }))), RouteKey).to.match(
          /^BadRequestException: The provided route key/,
        );
      for (const RouteKey of ["$default", "ANY /{proxy+}", "GET /", "GET /a/{b}/c", "PUT /a/{b+}"])
        expect(await refusal(client.send(new CreateRouteCommand({ ApiId, RouteKey }))), RouteKey).to.equal(
          "none",
        );
    });
  });
});
