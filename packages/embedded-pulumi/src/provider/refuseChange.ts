import { ResourceFailure } from "../engine/provider";

/** Throws `ResourceFailure` when one of `properties`, which the embedded cloud cannot change in place, is to change. */
export function refuseChange(changed: ReadonlySet<string>, ...properties: readonly string[]): void {
  const property = properties.find((name) => changed.has(name));
  if (property === undefined) return;
  throw new ResourceFailure(
    "the embedded cloud cannot change it in place; start anew, or replace the resource with replaceOnChanges",
    property,
  );
}
