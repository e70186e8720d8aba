import type { Route } from "../../core/service";
import { invokeHeaders } from "./invokeOperation";

const FUNCTIONS = "/2015-03-31/functions";
const FUNCTION = `${FUNCTIONS}/{FunctionName}`;
const MAPPINGS = "/2015-03-31/event-source-mappings";

/** Lambda's REST paths; the dates are those of the API versions that brought each of them. */
export const routes: readonly Route[] = [
  { method: "POST", path: FUNCTIONS, operation: "CreateFunction", status: 201 },
  { method: "GET", path: FUNCTIONS, operation: "ListFunctions" },
  { method: "GET", path: FUNCTION, operation: "GetFunction" },
  { method: "DELETE", path: FUNCTION, operation: "DeleteFunction", status: 204 },
  { method: "GET", path: `${FUNCTION}/configuration`, operation: "GetFunctionConfiguration" },
  { method: "PUT", path: `${FUNCTION}/configuration`, operation: "UpdateFunctionConfiguration" },
  { method: "PUT", path: `${FUNCTION}/code`, operation: "UpdateFunctionCode" },
  {
    method: "POST",
    path: `${FUNCTION}/invocations`,
    operation: "Invoke",
    rawBody: true,
    headers: invokeHeaders,
  },
  { method: "POST", path: `${FUNCTION}/policy`, operation: "AddPermission", status: 201 },
  { method: "GET", path: `${FUNCTION}/policy`, operation: "GetPolicy" },
  { method: "DELETE", path: `${FUNCTION}/policy/{StatementId}`, operation: "RemovePermission", status: 204 },
  {
    method: "PUT",
    path: "/2017-10-31/functions/{FunctionName}/concurrency",
    operation: "PutFunctionConcurrency",
  },
  {
    method: "DELETE",
    path: "/2017-10-31/functions/{FunctionName}/concurrency",
    operation: "DeleteFunctionConcurrency",
    status: 204,
  },
  {
    method: "GET",
    path: "/2019-09-30/functions/{FunctionName}/concurrency",
    operation: "GetFunctionConcurrency",
  },
  {
    method: "PUT",
    path: "/2019-09-25/functions/{FunctionName}/event-invoke-config",
    operation: "PutFunctionEventInvokeConfig",
  },
  {
    method: "GET",
    path: "/2019-09-25/functions/{FunctionName}/event-invoke-config",
    operation: "GetFunctionEventInvokeConfig",
  },
  {
    method: "DELETE",
    path: "/2019-09-25/functions/{FunctionName}/event-invoke-config",
    operation: "DeleteFunctionEventInvokeConfig",
    status: 204,
  },
  { method: "POST", path: MAPPINGS, operation: "CreateEventSourceMapping", status: 202 },
  { method: "GET", path: MAPPINGS, operation: "ListEventSourceMappings" },
  { method: "GET", path: `${MAPPINGS}/{UUID}`, operation: "GetEventSourceMapping" },
  { method: "PUT", path: `${MAPPINGS}/{UUID}`, operation: "UpdateEventSourceMapping", status: 202 },
  { method: "DELETE", path: `${MAPPINGS}/{UUID}`, operation: "DeleteEventSourceMapping", status: 202 },
  { method: "POST", path: "/2017-03-31/tags/{Resource}", operation: "TagResource", status: 204 },
  { method: "GET", path: "/2017-03-31/tags/{Resource}", operation: "ListTags" },
];
