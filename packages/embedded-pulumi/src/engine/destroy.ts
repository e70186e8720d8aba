import { type Checkpoint, deletionOrder, standing } from "./checkpoint";
import { DeploymentFailure } from "./deployment";
import { describeFailure, type Provider } from "./provider";

/**
 * Deletes all that stands, one resource after the other: each after everything that depends on it, as
 * `pulumi destroy` does. Neither `protect`, nor `retainOnDelete`, nor AWS's own protection hinders it: the cloud goes whichever way.
 *
 * @throws DeploymentFailure that names the resource that could not be deleted; those before it are gone.
 */
export async function destroyAll(checkpoint: Checkpoint, provider: Provider): Promise<void> {
  for (const record of deletionOrder(checkpoint.all())) {
    const { urn, type, name, custom } = record.resource;
    try {
      if (custom) await provider.delete(standing(record), true);
      checkpoint.remove(record);
    } catch (error) {
      throw new DeploymentFailure(`${type} "${name}" could not be deleted: ${describeFailure(error)}`, urn);
    }
  }
}
