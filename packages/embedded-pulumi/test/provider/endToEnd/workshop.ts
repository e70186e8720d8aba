import { kind, SteppedClock } from "embedded-aws";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import type { PropertyMap } from "../../../src/engine/values";
import { resourceTypes } from "../../../src/provider/table";
import { providerOf, requestOf } from "./providerOf";

export type Workshop = Awaited<ReturnType<typeof workshop>>;

/** A cloud that forgives, and a way to make resources in it. */
export async function workshop() {
  const clock = new SteppedClock();
  const cloud: TestCloud = await startTestCloud({ clock, conditions: kind });
  cloud.ec2.images.add("ami-0a12023000000865a");
  const provider = providerOf(cloud, clock);
  const make = async (type: string, inputs: PropertyMap) =>
    await provider.create({ ...requestOf(type, inputs), inputs: provider.check(requestOf(type, inputs)) });
  return { cloud, provider, make, close: () => cloud.close() };
}

export function inputsOf(type: string): string[] {
  return Object.keys((resourceTypes.get(type)?.inputs as { entries?: object }).entries ?? {});
}

export function withoutUndefined(
  inputs: Readonly<Record<string, PropertyMap[string] | undefined>>,
): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined)) as PropertyMap;
}
