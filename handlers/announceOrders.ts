import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { createAnnounceOrders } from "./orders/announceBatch";
import { entryOfOrder } from "./orders/orderEvents";
import { createEventBus } from "./shared/eventBus";
import { lean } from "./shared/leanClient";
import { clientConfig, realTiming } from "./shared/retry";
import { readEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { traced } from "./shared/tracing";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("EVENT_BUS_NAME");

const bus = createEventBus({
  client: lean(traced(new EventBridgeClient(clientConfig))),
  busName: environment.EVENT_BUS_NAME,
  timing: realTiming,
  entryOf: entryOfOrder,
});

/** Follows the orders' stream: what became of each order is told to whoever subscribes to the bus. */
export const handler = createAnnounceOrders({
  sendEvents: bus.sendAll,
  telemetry: createTelemetry(),
  timing: realTiming,
});
