import type { SteppedClock } from "embedded-aws";
import type { TestCloud } from "embedded-aws/testing";
import type { ResourceRequest } from "../../../src/engine/provider";
import type { PropertyMap } from "../../../src/engine/values";
import { createProvider } from "../../../src/provider/provider";

/** The provider of a test's cloud, for whose waits the clock is stepped. */
export function providerOf(cloud: TestCloud, clock: SteppedClock) {
  return createProvider({
    region: cloud.context.region,
    accountId: cloud.context.accountId,
    programDirectory: ".",
    settleMs: 0,
    wait: (ms) => clock.advance(ms),
    call: cloud.call,
  });
}

/** What an engine asks for of a resource "x". */
export function requestOf(type: string, inputs: PropertyMap): ResourceRequest {
  return { urn: "urn", type, name: "x", inputs, nameSuffix: "0123abc", config: {} };
}

/** Checks a resource's inputs and creates it, as the engine does. */
export async function createIn(cloud: TestCloud, clock: SteppedClock, type: string, given: PropertyMap) {
  const provider = providerOf(cloud, clock);
  const request = requestOf(type, given);
  const inputs = provider.check(request);
  return { type, inputs, ...(await provider.create({ ...request, inputs })) };
}
