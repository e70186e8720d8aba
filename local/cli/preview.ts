import { startCloud } from "../cloud/cloud";
import { readProject } from "../engine/projectFile";
import { formatTree, resourceTree } from "../engine/tree";
import { parseCommandLine, stringOption } from "./arguments";
import { DEFAULT_REGION, explain, runInCloud } from "./runInCloud";
import type { Terminal } from "./terminal";

/** `npm run preview -- [--stack NAME] [--json]`: what would be created, without an account and without credentials. */
export async function preview(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseCommandLine(args, { stack: { type: "string" }, json: { type: "boolean" } });
  const stack = stringOption(values, "stack", "dev");
  const { config } = await explain(() => readProject(".", stack));
  // An empty cloud answers what the program looks up; a preview creates nothing in it.
  const cloud = await startCloud({ port: 0, region: config["aws:region"] ?? DEFAULT_REGION });
  try {
    const { resources } = await runInCloud(cloud, {
      projectDirectory: ".",
      stack,
      mode: "preview",
      seed: 1,
      terminal,
    });
    const tree = resourceTree(resources);
    terminal.print(`Previewing (${stack})\n`);
    terminal.print(formatTree(tree));
    terminal.print(`\nResources:\n    + ${resources.length} to create`);
    if (values["json"] === true) terminal.printJson({ stack, resources: tree });
    return 0;
  } finally {
    await cloud.close();
  }
}
