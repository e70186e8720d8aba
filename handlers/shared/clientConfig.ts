/**
 * How every AWS client here waits. A call that hangs is given up after seconds, not after the SDK's default of
 * never, and retries are left to `retryUntil`, which knows the function's deadline: the SDK alone may sleep 7
 * seconds for a throttled call.
 */
export const clientConfig = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;

/** What the SDK keeps open at once, and so how many records are worth starting together. */
export const SOCKETS = 50;
