import { createHash } from "node:crypto";
import type { RunResult } from "../engine/run";
import type { RegisteredResource } from "../engine/state";
import { Archive, display, type PropertyValue, type Wire } from "../engine/values";
import { packageArchive } from "../provider/package";
import { maskGenerated } from "./maskGenerated";
import type { PreviewedResource, Snapshot } from "./snapshot";

/**
 * Makes plain data of a finished run in the cloud at `endpoint`. Reads the files of packages: call it while the
 * program's folder is there.
 */
export async function takeSnapshot({ project, resources }: RunResult, endpoint: string): Promise<Snapshot> {
  const mask = maskGenerated(resources, endpoint);
  const config = Object.entries(project.config).map(([key, value]): [string, string] => [
    key,
    project.secretKeys.includes(key) ? "[secret]" : value,
  ]);
  return {
    stack: project.stack,
    config: Object.fromEntries(config),
    resources: await Promise.all(
      resources.map(async (resource): Promise<PreviewedResource> => {
        const { urn, type, name, protect } = resource;
        return {
          urn,
          type,
          name,
          protect,
          properties: await properties(resource, project.programDirectory, mask),
        };
      }),
    ),
  };
}

async function properties(
  resource: RegisteredResource,
  directory: string,
  mask: (value: Wire) => Wire,
): Promise<Readonly<Record<string, Wire>>> {
  const { region } = resource.outputs;
  // The region comes from the provider, but a resource cannot move to another.
  const inputs: [string, PropertyValue][] = Object.entries({
    ...resource.inputs,
    ...(region === undefined ? {} : { region }),
  });
  const shown = inputs.map(async ([property, value]): Promise<[string, Wire]> => [
    property,
    value instanceof Archive ? await describePackage(value, directory) : mask(display(value)),
  ]);
  return Object.fromEntries(await Promise.all(shown));
}

async function describePackage(archive: Archive, directory: string): Promise<string> {
  const zip = await packageArchive(archive, directory);
  const hash = createHash("sha256").update(zip).digest("hex").slice(0, 12);
  return `package ${hash} (${(zip.length / 1024).toFixed(1)} KB zipped)`;
}
