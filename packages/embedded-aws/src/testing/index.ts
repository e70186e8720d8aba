/** What tests against the embedded cloud need beside it. */
export { EventLog } from "./eventLog";
export { startTestCloud, type TestCloud } from "./testCloud";
