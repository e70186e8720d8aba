/** `RunInstances` takes 5 calls at once and 2 a second from then on: Amazon EC2 API reference, throttling. */
const CAPACITY = 5;
const REFILL_PER_SECOND = 2;

/** Waits before a call as long as EC2's own bucket of requests would have to be refilled for it. */
export class RequestBucket {
  #tokens = CAPACITY;
  #at: number | undefined;

  constructor(private readonly clock: { now(): number; sleep(ms: number): Promise<void> }) {}

  async take(): Promise<void> {
    const now = this.clock.now();
    const refilled = (Math.max(0, now - (this.#at ?? now)) / 1000) * REFILL_PER_SECOND;
    this.#tokens = Math.min(CAPACITY, this.#tokens + refilled) - 1;
    this.#at = now;
    if (this.#tokens >= 0) return;
    const wait = (-this.#tokens / REFILL_PER_SECOND) * 1000;
    this.#tokens = 0;
    this.#at = now + wait;
    await this.clock.sleep(wait);
  }
}
