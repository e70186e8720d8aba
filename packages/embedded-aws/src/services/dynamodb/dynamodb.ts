import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { batchOperations } from "./batchOperations";
import type { ConsumedCapacity } from "./capacity";
import { Database, type FaultHook } from "./database";
import { itemOperations } from "./itemOperations";
import { settingOperations } from "./settingOperations";
import { streamOperations } from "./streamOperations";
import { tableOperations } from "./tableOperations";
import { transactGetItems } from "./transactGet";
import { transactWriteItems } from "./transactWrite";

export interface DynamoDb extends Service {
  /** Capacity units that the table has consumed since the cloud started, requests that failed included. */
  consumedCapacity(tableName: string): ConsumedCapacity;
  /** Lets `hook` decide which requests fail, until it is taken back with `undefined`. For tests and chaos. */
  setFaults(hook: FaultHook | undefined): void;
}

/**
 * Amazon DynamoDB and DynamoDB Streams. Tables and streams are ready as soon as they are asked for, reads are
 * always up to date, and throughput is limited as the cloud's conditions say.
 */
export function createDynamoDb(context: CloudContext): DynamoDb {
  const database = new Database(context);
  const service = officialService("dynamodb", {
    ...tableOperations(database),
    ...settingOperations(database),
    ...itemOperations(database),
    ...batchOperations(database),
    ...transactGetItems(database),
    ...transactWriteItems(database),
    ...streamOperations(database),
  });
  return {
    ...service,
    consumedCapacity: (tableName) => database.capacity.of(tableName),
    setFaults: (hook) => {
      database.faults = hook;
    },
  };
}
