import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { AsyncInvocations } from "./asyncInvocations";
import { aliasOperations } from "./aliasOperations";
import { asyncOperations } from "./asyncOperations";
import { concurrencyOperations } from "./concurrencyOperations";
import { functionOperations, type FunctionParts } from "./functionOperations";
import { FunctionStore } from "./functionStore";
import { invokeOperation } from "./invokeOperation";
import { Invoker } from "./invoker";
import { mappingOperations } from "./mappings/mappingOperations";
import { Mappings } from "./mappings/mappings";
import { policyOperations } from "./policyOperations";
import { tagOperations } from "./tagOperations";
import { versionOperations } from "./versionOperations";

/** AWS Lambda: functions of zip archives for Node.js, and event source mappings of SQS and DynamoDB streams. */
export function createLambda(context: CloudContext): Service {
  const store = new FunctionStore(`arn:aws:lambda:${context.region}:${context.accountId}:function:`);
  const invoker = new Invoker(context, store);
  const asyncInvocations = new AsyncInvocations(context, store, invoker);
  const mappings = new Mappings(context, invoker);
  const parts: FunctionParts = {
    context,
    store,
    invoker,
    onCreate: (fn) => mappings.adopt(fn),
    onDelete: (fn) => {
      mappings.orphan(fn);
    },
  };
  return officialService(
    "lambda",
    {
      ...functionOperations(parts),
      ...versionOperations(parts),
      ...aliasOperations(parts),
      ...policyOperations(parts),
      ...concurrencyOperations(parts),
      ...asyncOperations(parts),
      ...mappingOperations(parts, mappings),
      ...tagOperations(parts, mappings),
      ...invokeOperation(parts, asyncInvocations),
    },
    async () => {
      asyncInvocations.close();
      mappings.close();
      await invoker.close();
    },
  );
}
