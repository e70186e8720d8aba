import * as v from "valibot";
import { resource, textOf } from "../../schemas";
import { emptied, remapped } from "./changes";

const mappings = v.optional(v.record(v.string(), v.string()));

const integrationInputs = v.strictObject({
  apiId: v.string(),
  integrationType: textOf<"AWS_PROXY" | "HTTP_PROXY">(),
  integrationSubtype: v.optional(v.string()),
  integrationUri: v.optional(v.string()),
  integrationMethod: v.optional(v.string()),
  credentialsArn: v.optional(v.string()),
  description: v.optional(v.string()),
  connectionType: v.optional(textOf<"INTERNET" | "VPC_LINK">()),
  payloadFormatVersion: v.optional(v.string()),
  /** Of WebSocket APIs: the provider sends its default for each HTTP API, and AWS does nothing with it. */
  passthroughBehavior: v.optional(v.literal("WHEN_NO_MATCH")),
  timeoutMilliseconds: v.optional(v.number()),
  requestParameters: mappings,
  responseParameters: v.optional(
    v.array(v.strictObject({ statusCode: v.string(), mappings: v.record(v.string(), v.string()) })),
  ),
});
type IntegrationInputs = v.InferOutput<typeof integrationInputs>;

function integrationSettings(inputs: IntegrationInputs) {
  return {
    ApiId: inputs.apiId,
    IntegrationType: inputs.integrationType,
    IntegrationSubtype: inputs.integrationSubtype,
    IntegrationUri: inputs.integrationUri,
    IntegrationMethod: inputs.integrationMethod,
    CredentialsArn: inputs.credentialsArn,
    Description: inputs.description,
    ConnectionType: inputs.connectionType,
    PayloadFormatVersion: inputs.payloadFormatVersion,
    TimeoutInMillis: inputs.timeoutMilliseconds,
    RequestParameters: inputs.requestParameters,
    ResponseParameters: responseParameters(inputs),
  };
}

function responseParameters({ responseParameters: given }: IntegrationInputs) {
  return given && Object.fromEntries(given.map(({ statusCode, mappings }) => [statusCode, mappings]));
}

export const integration = resource({
  type: "aws:apigatewayv2/integration:Integration",
  inputs: integrationInputs,
  async create(inputs, context) {
    const { IntegrationId = "" } = await context.call(
      "apigateway",
      "CreateIntegration",
      integrationSettings(inputs),
    );
    return { id: IntegrationId, outputs: {} };
  },
  async update(change, context) {
    const { id, inputs, old } = change;
    await context.call("apigateway", "UpdateIntegration", {
      IntegrationId: id,
      ...integrationSettings(inputs),
      IntegrationUri: inputs.integrationUri ?? emptied(change, "integrationUri"),
      IntegrationMethod: inputs.integrationMethod ?? emptied(change, "integrationMethod"),
      CredentialsArn: inputs.credentialsArn ?? emptied(change, "credentialsArn"),
      Description: inputs.description ?? emptied(change, "description"),
      PayloadFormatVersion: inputs.payloadFormatVersion ?? "1.0",
      // The most that there is, and AWS's default.
      TimeoutInMillis: inputs.timeoutMilliseconds ?? 30_000,
      RequestParameters: remapped(inputs.requestParameters, old.requestParameters, ""),
      ResponseParameters: remapped(responseParameters(inputs), responseParameters(old), {}),
    });
    return undefined;
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteIntegration", { ApiId: inputs.apiId, IntegrationId: id });
  },
});
