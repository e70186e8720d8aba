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
  givenInspection,
  parseCommandLine,
  sharedOptions,
} from "./arguments";
import { explain } from "./explain";
import { demandFunction, describeInspection, isNamed } from "./inspection";
import { describeKept, givenKeeping, openKept } from "./keeping";
import { offerConsole } from "./openConsole";
import { showDeployment, showProgress, untilInterrupted } from "./showDeployment";
import { startOwnCloud } from "./startOwnCloud";
import { tellTrouble } from "./tellTrouble";
import type { Terminal } from "./terminal";
import { watchProgram } from "./watch/watchProgram";

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
    keep: sharedOptions.keep,
    fresh: sharedOptions.fresh,
    kind: sharedOptions.kind,
    "new-account": sharedOptions["new-account"],
    inspect: sharedOptions.inspect,
    "inspect-port": sharedOptions["inspect-port"],
    "no-watch": sharedOptions["no-watch"],
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
  const inspection = givenInspection(given);
  const stack = given.text("stack") ?? defaultStack(".");
  const overrides = configOverrides(given);
  const readProject = () =>
    explain(() => readCheckedProject(".", stack, overrides, cacheDirectory, terminal.signal));
  const project = await readProject();
  const kept = openKept(givenKeeping(given), project, terminal);
  const goingOn = kept && describeKept(kept);
  if (goingOn !== undefined) terminal.print(`${goingOn}\n`);
  const cloud = await startOwnCloud(".", {
    port,
    seed,
    ...(kept && { keep: kept }),
    conditions: givenConditions(given),
    ...(inspection && { inspect: (fn) => (isNamed(inspection.name, fn) ? inspection.port : undefined) }),
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
    for (const note of kept?.notes ?? []) terminal.print(`  ! ${note}`);
    if (inspection !== undefined) {
      demandFunction(inspection.name, deployment);
      terminal.print(`\n${describeInspection(inspection)}`);
    }
    if (given.has("json"))
      terminal.printJson({ resources: deployment.resources.length, outputs: deployment.shownOutputs });
    if (given.has("once") || terminal.signal.aborted) return 0;
    terminal.print(
      `\nThe cloud stays up at ${cloud.endpoint} until Ctrl-C. In another terminal, with any credentials:`,
    );
    terminal.print(`  aws --endpoint-url ${cloud.endpoint} --region ${region} sts get-caller-identity`);
    const watch = given.has("no-watch") ? undefined : watchProgram({ deployment, terminal, readProject });
    if (watch !== undefined) terminal.print("Saved files are applied to it.");
    const endOfKeys = offerConsole(cloud.console.address, terminal);
    await untilInterrupted(terminal);
    endOfKeys();
    terminal.print("\nStopping.");
    await watch?.close();
    return 0;
  } finally {
    endOfTrouble();
    await deployment.close();
  }
}
