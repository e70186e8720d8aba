import { api } from "./api";
import { authorizer } from "./authorizer";
import { integration } from "./integration";
import { route } from "./route";
import { stage } from "./stage";

export const apigatewayv2 = [api, integration, authorizer, route, stage];
