import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { batchOperations } from "./batchOperations";
import { Database } from "./database";
import { itemOperations } from "./itemOperations";
import { batchExecuteStatement } from "./partiql/batchExecuteStatement";
import { executeStatement } from "./partiql/executeStatement";
import { settingOperations } from "./settingOperations";
import { streamOperations } from "./streamOperations";
import { tableOperations } from "./tableOperations";
import { transactGetItems } from "./transactGet";
import { transactWriteItems } from "./transactWrite";

/**
 * Amazon DynamoDB and DynamoDB Streams. Tables and streams are ready as soon as they are asked for, reads are
 * always up to date, and throughput is limited as the cloud's conditions say.
 */
export function createDynamoDb(context: CloudContext): Service {
  const database = new Database(context);
  const operations = {
    ...tableOperations(database),
    ...settingOperations(database),
    ...itemOperations(database),
    ...batchOperations(database),
    ...transactGetItems(database),
    ...transactWriteItems(database),
    ...executeStatement(database),
    ...batchExecuteStatement(database),
    ...streamOperations(database),
  };
  return officialService("dynamodb", operations, () => {
    database.timeToLive.close();
    return Promise.resolve();
  });
}
