import type { Topology } from "embedded-aws";
import type { RegisteredResource } from "./state";
import { displayMap } from "./values";

/** What a program registered, as a cloud's console shows it: no inputs and no secrets, only what is made of what. */
export function topologyOf(
  { name: project, stack }: { readonly name: string; readonly stack: string },
  resources: readonly RegisteredResource[],
): Topology {
  return {
    project,
    stack,
    resources: resources.map(({ urn, type, name, parent, custom, id, outputs, propertyDependencies }) => {
      const { arn } = displayMap(outputs);
      return {
        urn,
        type,
        name,
        custom,
        ...(parent !== undefined && { parent }),
        ...(id !== undefined && { id }),
        ...(typeof arn === "string" && { arn }),
        propertyDependencies,
      };
    }),
  };
}
