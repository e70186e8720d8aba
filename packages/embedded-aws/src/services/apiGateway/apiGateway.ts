import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { apiOperations } from "./apiOperations";
import { Apis } from "./apis";
import { Gateway } from "./gateway";
import { partOperations } from "./partOperations";
import { stageOperations } from "./stageOperations";
import { tagOperations, Tags } from "./tags";

/** API Gateway's HTTP APIs: what is set up by `apigatewayv2`, and the endpoint at which they answer. */
export function createApiGateway(context: CloudContext): Service {
  const apis = new Apis(context);
  const tags = new Tags();
  const gateway = new Gateway(context, apis);
  return officialService(
    "apigateway",
    {
      ...apiOperations(context, apis, tags),
      ...partOperations(context, apis),
      ...stageOperations(context, apis, tags),
      ...tagOperations(context, apis, tags),
    },
    () => gateway.close(),
  );
}
