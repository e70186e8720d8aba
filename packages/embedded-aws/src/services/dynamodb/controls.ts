import type { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { CapacityLedger } from "./capacity";

/** How DynamoDB behaves and what it has counted, for tests and the bench to set and read. */
export interface DynamoDbControls {
  /**
   * Decides whether the next touch of `tableName` by `operation` fails, and how. A transaction and a batch ask
   * once for each of their items. In a transaction, throttles and conflicts become cancellation reasons; in a
   * batch, a throttled item is left unprocessed. Default: none does.
   */
  faults: ((operation: string, tableName: string) => AwsError | undefined) | undefined;
  /** `capacity.of(tableName)`: units consumed since the cloud started, by requests that failed as well. */
  readonly capacity: CapacityLedger;
}

const controls = new WeakMap<CloudContext, DynamoDbControls>();

/** The controls of one cloud's DynamoDB. */
export function dynamoDbControlsOf(context: CloudContext): DynamoDbControls {
  const known = controls.get(context);
  if (known !== undefined) return known;
  const created = { faults: undefined, capacity: new CapacityLedger() };
  controls.set(context, created);
  return created;
}
