import type { PropertyMap } from "../engine/values";

/** A text among the outputs of a resource, such as its ARN. */
export function textOutput(outputs: PropertyMap, name: string): string {
  const value = outputs[name];
  if (typeof value === "string") return value;
  throw new TypeError(`the output ${name}: expected a text`);
}
