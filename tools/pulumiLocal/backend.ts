import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { localDirectory, type Project } from "embedded-pulumi";
import { CommandError } from "embedded-pulumi/cli";

/** What Pulumi keeps of stacks in the embedded cloud: all below `.local/pulumi`, nothing in the project's own files. */
export interface Backend {
  /** Variables by which the CLI keeps to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The stack's configuration, as the CLI may write to it. */
  readonly configFile: string;
  /** Makes the stack, unless it is there already. */
  prepareStack(cli: string): Promise<void>;
}

/** Encrypts secrets in states that only ever tell of a cloud on this machine. */
const PASSPHRASE = "local";

/**
 * The file backend for stacks in one cloud. A cloud that was started anew is another, and has its own: what a state
 * told of the one before stands nowhere any more.
 */
export function openBackend(project: Project, stackFile: string, cloudId: string): Backend {
  const folder = path.join(localDirectory(project.directory), "pulumi");
  const states = path.join(folder, "clouds", cloudId);
  const scratch = path.join(folder, "stacks", cloudId);
  const configFile = path.join(scratch, `Pulumi.${project.stack}.yaml`);
  const home = path.join(folder, "home");
  for (const each of [states, scratch, home]) mkdirSync(each, { recursive: true, mode: 0o700 });
  // The name is all that the CLI asks of a project to make a stack of it.
  writeFileSync(path.join(scratch, "Pulumi.yaml"), `name: ${project.name}\nruntime: nodejs\n`);
  const salt = existsSync(configFile) ? saltIn(readFileSync(configFile, "utf8")) : undefined;
  const given = existsSync(stackFile) ? readFileSync(stackFile, "utf8") : "";
  const withSalt = salt === undefined || saltIn(given) !== undefined ? given : `${salt}\n${given}`;
  const own = process.env.PULUMI_CONFIG_PASSPHRASE ?? process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
  const environment = {
    PULUMI_BACKEND_URL: pathToFileURL(states).href,
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Secrets in the project's own files need the passphrase that they were written with.
    ...(own === undefined ? { PULUMI_CONFIG_PASSPHRASE: PASSPHRASE } : {}),
  };
  return {
    environment,
    configFile,
    prepareStack: async (cli) => {
      const state = path.join(states, ".pulumi", "stacks", project.name, `${project.stack}.json`);
      if (!existsSync(state)) {
        const args = ["stack", "init", project.stack, "--no-select", "--non-interactive"];
        try {
          await promisify(execFile)(cli, args, { cwd: scratch, env: { ...process.env, ...environment } });
        } catch (error) {
          const { stderr = String(error) } = error as { readonly stderr?: string };
          throw new CommandError(`stack ${project.stack} could not be made: ${stderr.trim()}`);
        }
        const made = existsSync(configFile) ? saltIn(readFileSync(configFile, "utf8")) : undefined;
        writeFileSync(
          configFile,
          made === undefined || saltIn(given) !== undefined ? given : `${made}\n${given}`,
        );
        return;
      }
      writeFileSync(configFile, withSalt);
    },
  };
}

function saltIn(yaml: string): string | undefined {
  return /^encryptionsalt:.*$/m.exec(yaml)?.[0];
}
