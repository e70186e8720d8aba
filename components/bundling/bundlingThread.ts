import { workerData, type MessagePort } from "node:worker_threads";
import type { BundlingOutcome } from "./bundle";
import { bundleHandlers } from "./bundling";
import { describeBundlingFailure } from "./bundlingFailure";

/** The thread that bundles: says its outcome, then wakes whoever waits for it. */
const { done, port } = workerData as { done: Int32Array; port: MessagePort };
void tellOutcome();

async function tellOutcome(): Promise<void> {
  port.postMessage(await outcome());
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}

async function outcome(): Promise<BundlingOutcome> {
  try {
    return { bundles: await bundleHandlers() };
  } catch (error) {
    return { error: describeBundlingFailure(error) };
  }
}
