import {} from "../resources";
import { ARN, one, type RuleCases } from "./ruleCases";

const ROUTE = "aws:apigatewayv2/route:Route";
const STAGE = "aws:apigatewayv2/stage:Stage";

export const apiGatewayCases: Readonly<Record<string, RuleCases>> = {
  "api-route-authorized": {
    passes: {
      IAM: one(ROUTE, { authorizationType: "AWS_IAM" }),
      "a token": one(ROUTE, { authorizationType: "JWT", authorizerId: "abc123" }),
    },
    fails: {
      "nothing said": one(ROUTE),
      anybody: one(ROUTE, { authorizationType: "NONE" }),
      "a token that nobody checks": one(ROUTE, { authorizationType: "JWT" }),
    },
  },
  "api-access-logged": {
    passes: {
      both: one(STAGE, { accessLogSettings: { destinationArn: ARN, format: "$context.requestId" } }),
    },
    fails: { none: one(STAGE), half: one(STAGE, { accessLogSettings: { destinationArn: ARN } }) },
  },
  "api-throttled": {
    passes: {
      both: one(STAGE, { defaultRouteSettings: { throttlingRateLimit: 10, throttlingBurstLimit: 20 } }),
    },
    fails: { none: one(STAGE), half: one(STAGE, { defaultRouteSettings: { throttlingRateLimit: 10 } }) },
  },
};
