import { members } from "../read";
import { findingIf, type Rule } from "../rule";

/** API Gateway's HTTP APIs. */
export const apiGatewayRules: readonly Rule[] = [
  {
    name: "api-route-authorized",
    ids: ["APIGateway.8", "AwsSolutions-APIG4", "CKV_AWS_309"],
    severity: "high",
    description: "Routes of HTTP APIs say who may call them.",
    advice: "Set authorizationType to AWS_IAM, or to JWT or CUSTOM with an authorizerId.",
    types: ["aws:apigatewayv2/route:Route"],
    judges: "resource",
    check: ({ props }) => {
      const { authorizationType: type } = props;
      const asks =
        type === "AWS_IAM" || ((type === "JWT" || type === "CUSTOM") && Boolean(props.authorizerId));
      return findingIf(!asks, "lets anybody in: it has no authorizationType, or no authorizer for it");
    },
  },
  {
    name: "api-access-logged",
    ids: ["APIGateway.9", "AwsSolutions-APIG1", "CKV_AWS_95"],
    severity: "medium",
    description: "Stages of HTTP APIs log each request.",
    advice: "Set accessLogSettings to a log group and a format.",
    types: ["aws:apigatewayv2/stage:Stage"],
    judges: "resource",
    check: ({ props }) => {
      const { destinationArn, format } = members(props.accessLogSettings);
      return findingIf(
        !destinationArn || !format,
        "has no accessLogSettings with a destination and a format",
      );
    },
  },
  {
    name: "api-throttled",
    ids: [],
    severity: "medium",
    description:
      "Stages of HTTP APIs limit the requests of each route: the account's limit is for all of them together.",
    advice: "Set throttlingRateLimit and throttlingBurstLimit in defaultRouteSettings.",
    types: ["aws:apigatewayv2/stage:Stage"],
    judges: "resource",
    check: ({ props }) => {
      const { throttlingRateLimit, throttlingBurstLimit } = members(props.defaultRouteSettings);
      return findingIf(
        !throttlingRateLimit || !throttlingBurstLimit,
        "has no limits in defaultRouteSettings",
      );
    },
  },
];
