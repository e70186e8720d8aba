import { kind } from "embedded-aws";
import { defaultStack } from "embedded-pulumi";
import { parseCommandLine, type CommandLine, type Terminal } from "embedded-pulumi/cli";
import { deployLocally } from "./deployLocally";

export const prepareLine: CommandLine = {
  usage: "node tools/run.cjs prepare",
  about:
    "Makes what the first start would make, handlers' bundles and compiled code; npm does so once it has installed.",
  options: {},
};

/** Deploys the stack once, and lets it go: what every start makes of the same sources is then kept in `.local`. */
export async function prepare(args: readonly string[], { signal }: Terminal): Promise<number> {
  parseCommandLine(args, prepareLine);
  const deployment = await deployLocally({
    stack: defaultStack("."),
    config: new Map(),
    port: 0,
    seed: 1,
    conditions: kind,
    terminal: { print: () => undefined, printJson: () => undefined, signal, interactive: false },
  });
  try {
    await deployment.programEnded;
  } finally {
    await deployment.close();
  }
  return 0;
}
