import { messageOf } from "embedded-aws/support";
import { DeploymentFailure } from "./deployment";
import type { Provider } from "./provider";
import type { RegisteredResource } from "./state";
import { plainMap } from "./values";

/**
 * Deletes what a run has created, one resource after the other: each after everything that depends on it, as
 * `pulumi destroy` does. `protect` does not hinder it: the cloud goes whichever way.
 *
 * @param resources in the order in which they were created, which puts each behind what it depends on.
 * @throws DeploymentFailure that names the resource that could not be deleted; those before it are gone.
 */
export async function destroyResources(
  resources: readonly RegisteredResource[],
  provider: Provider,
): Promise<void> {
  for (const { urn, type, name, custom, id, inputs } of resources.toReversed()) {
    if (!custom || id === undefined) continue;
    try {
      await provider.delete?.({ type, inputs: plainMap(inputs), config: {} }, id);
    } catch (error) {
      const code = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
      throw new DeploymentFailure(`${type} "${name}" could not be deleted: ${code}${messageOf(error)}`, urn);
    }
  }
}
