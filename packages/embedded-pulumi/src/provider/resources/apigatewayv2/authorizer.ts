import * as v from "valibot";
import { resource, strings, textOf } from "../../schemas";

const authorizerInputs = v.strictObject({
  apiId: v.string(),
  name: v.string(),
  authorizerType: textOf<"JWT" | "REQUEST">(),
  identitySources: v.optional(v.array(v.string()), []),
  jwtConfiguration: v.optional(v.strictObject({ audiences: strings, issuer: v.optional(v.string()) })),
});

function authorizerSettings(inputs: v.InferOutput<typeof authorizerInputs>) {
  return {
    ApiId: inputs.apiId,
    Name: inputs.name,
    AuthorizerType: inputs.authorizerType,
    IdentitySource: inputs.identitySources,
    JwtConfiguration: inputs.jwtConfiguration && {
      Audience: inputs.jwtConfiguration.audiences,
      Issuer: inputs.jwtConfiguration.issuer,
    },
  };
}

export const authorizer = resource({
  type: "aws:apigatewayv2/authorizer:Authorizer",
  inputs: authorizerInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { AuthorizerId = "" } = await context.call(
      "apigateway",
      "CreateAuthorizer",
      authorizerSettings(inputs),
    );
    return { id: AuthorizerId, outputs: {} };
  },
  async update({ id, inputs }, context) {
    await context.call("apigateway", "UpdateAuthorizer", { AuthorizerId: id, ...authorizerSettings(inputs) });
    return undefined;
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteAuthorizer", { ApiId: inputs.apiId, AuthorizerId: id });
  },
});
