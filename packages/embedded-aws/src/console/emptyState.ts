import type { State } from "./protocol";

/** How a cloud stands of which nothing is known yet; the page and the feed both begin with it. */
export const emptyState: State = {
  queues: [],
  functions: [],
  tables: [],
  topics: [],
  buses: [],
  apis: [],
  alarms: [],
  instances: [],
  emails: 0,
  faults: [],
  clock: { speed: 1, paused: false, settable: false },
  conditions: [],
};
