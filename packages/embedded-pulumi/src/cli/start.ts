import path from "node:path";
import { cloudOptionsOf, deploy } from "../deploy";
import { readCheckedProject } from "../engine/checkConfiguration";
import { localDirectory } from "../engine/localDirectory";
import { defaultStack } from "../engine/projectFile";
import {
  type CommandLine,
  configOverrides,
  DEFAULT_PORT,
  givenConditions,
  parseCommandLine,
  sharedOptions,
} from "./arguments";
import { explain } from "./explain";
import { offerConsole } from "./openConsole";
import { showDeployment, showProgress, untilInterrupted } from "./showDeployment";
import { startOwnCloud } from "./startOwnCloud";
import { tellTrouble } from "./tellTrouble";
import type { Terminal } from "./terminal";

export const startLine: CommandLine = {
  usage: "npx embedded-pulumi start [options]",
  about:
    "Deploys the Pulumi project in this folder into a cloud inside this process, and stays up until Ctrl-C.",
  options: {
    once: { kind: "flag", about: "end as soon as everything stands; status 0 only if it does" },
    seed: sharedOptions.seed,
    port: { ...sharedOptions.port, about: `port on 127.0.0.1, 0 for any free one; default ${DEFAULT_PORT}` },
    stack: sharedOptions.stack,
    config: sharedOptions.config,
    kind: sharedOptions.kind,
    "new-account": sharedOptions["new-account"],
    json: sharedOptions.json,
    detached: sharedOptions.detached,
  },
};

/** Deploys any Pulumi project: no demonstration, no rules. With `--json`, one line tells its resources and outputs. */
export async function start(args: readonly string[], terminal: Terminal): Promise<number> {
  const given = parseCommandLine(args, startLine);
  const started = performance.now();
  const seed = given.integer("seed") ?? 1;
  const port = given.integer("port") ?? DEFAULT_PORT;
  const cacheDirectory = path.join(localDirectory(), "cache");
  const project = await explain(() =>
    readCheckedProject(
      ".",
      given.text("stack") ?? defaultStack("."),
      configOverrides(given),
      cacheDirectory,
      terminal.signal,
    ),
  );
  const cloud = await startOwnCloud(".", {
    port,
    seed,
    conditions: givenConditions(given),
    ...cloudOptionsOf(project),
  });
  const endOfTrouble = tellTrouble(cloud.context.events, terminal);
  const { region } = cloud.context;
  terminal.print(`Updating (${project.stack}) on the embedded cloud at ${cloud.endpoint}\n`);
  const deployment = await explain(() =>
    deploy(cloud, {
      project,
      seed,
      cacheDirectory,
      signal: terminal.signal,
      onEvent: showProgress(terminal),
    }),
  );
  try {
    showDeployment(deployment, performance.now() - started, terminal);
    await explain(() => deployment.programEnded);
    if (given.has("json"))
      terminal.printJson({ resources: deployment.resources.length, outputs: deployment.shownOutputs });
    if (given.has("once") || terminal.signal.aborted) return 0;
    terminal.print(
      `\nThe cloud stays up at ${cloud.endpoint} until Ctrl-C. In another terminal, with any credentials:`,
    );
    terminal.print(`  aws --endpoint-url ${cloud.endpoint} --region ${region} sts get-caller-identity`);
    const endOfKeys = offerConsole(cloud.console.address, terminal);
    await untilInterrupted(terminal);
    endOfKeys();
    terminal.print("\nStopping.");
    return 0;
  } finally {
    endOfTrouble();
    await deployment.close();
  }
}
