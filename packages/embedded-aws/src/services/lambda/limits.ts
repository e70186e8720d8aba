import { availableParallelism } from "node:os";
import { bodyTooLarge, LAMBDA_BODY_BYTES } from "../../core/bodyLimit";

/** Lambda's quotas, as its developer guide lists them, and the few of this machine's. */
const MEGABYTE = 1024 * 1024;

/** A request's or a response's payload in a synchronous invocation; bytes. */
export const MAX_SYNC_PAYLOAD_BYTES = 6 * MEGABYTE;
/** An event of an asynchronous invocation; bytes. */
export const MAX_ASYNC_PAYLOAD_BYTES = MEGABYTE;
/** An archive that is sent with the request; bytes. */
export const MAX_ZIPPED_BYTES = 50 * MEGABYTE;
export const MAX_UNZIPPED_BYTES = 250 * MEGABYTE;
/** For an archive in a call of this process, which no request's limit has stopped. */
export const requestTooLarge = () => bodyTooLarge(LAMBDA_BODY_BYTES);
/** All environment variables of a function together, names and values; bytes. */
export const MAX_ENVIRONMENT_BYTES = 4 * 1024;
/** Of the account's concurrency, what reservations must leave to the other functions: 100, or all of less. */
export const minUnreserved = (accountConcurrency: number) => Math.min(100, accountConcurrency);
/** How long a function's code may take to load. */
export const INIT_TIMEOUT_MS = 10_000;
/** Tail logs of an invocation; bytes. */
export const TAIL_LOG_BYTES = 4096;

/** An environment without work for this long stops. AWS promises no figure; it is minutes. */
export const IDLE_ENVIRONMENT_MS = 10 * 60_000;
/**
 * Processes of one function at one time: twice the processors, at least 4, at most 8. AWS would start hundreds;
 * on one machine more processes than it can run only slow each other down. What is above this waits its turn.
 */
export const MAX_LOCAL_ENVIRONMENTS = Math.min(8, Math.max(4, 2 * availableParallelism()));
