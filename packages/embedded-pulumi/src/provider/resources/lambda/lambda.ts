import { alias } from "./alias";
import { eventSourceMapping } from "./eventSourceMapping";
import { lambdaFunction } from "./function";
import { functionEventInvokeConfig } from "./functionEventInvokeConfig";
import { invocation } from "./invocation";
import { permission } from "./permission";

export const lambda = [
  alias,
  lambdaFunction,
  permission,
  eventSourceMapping,
  functionEventInvokeConfig,
  invocation,
];
