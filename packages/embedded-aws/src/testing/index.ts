/** What tests against the embedded cloud need beside it. */
export { EventLog } from "./eventLog";
export { matchesPattern } from "../core/iam/pattern";
export { startTestCloud, type TestCloud } from "./testCloud";
