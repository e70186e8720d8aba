import { createHash } from "node:crypto";
import type { RunResult } from "../engine/run";
import type { RegisteredResource } from "../engine/state";
import { Archive, display, type PropertyValue, type Wire } from "../engine/values";
import { archiveFiles } from "../provider/package";
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

/**
 * A package in short: equal for equal code. A revision's folder borrows the project's packages, and bundlers write
 * a package's path into the code: what is only that does not count, nor do source maps, which follow from the code.
 */
async function describePackage(archive: Archive, directory: string): Promise<string> {
  const files = [...(await archiveFiles(archive, directory))]
    .filter(([name]) => !name.endsWith(".map"))
    .map(([name, content]) => ({ name, content: withoutPaths(content) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const hash = createHash("sha256");
  for (const { name, content } of files) hash.update(`${name}\0${content.length}\0`).update(content);
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  return `package ${hash.digest("hex").slice(0, 12)} (${(bytes / 1024).toFixed(1)} KB of code)`;
}

/** "../../../node_modules/name" as "node_modules/name". */
function withoutPaths(content: Uint8Array): Buffer {
  // Latin-1 gives every byte back as it was.
  const text = Buffer.from(content).toString("latin1");
  return Buffer.from(text.replace(/(\.\.\/)+node_modules\//g, "node_modules/"), "latin1");
}
