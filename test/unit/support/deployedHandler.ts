import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { promiseOf } from "./recordResources";

/** A function's package, unpacked as Lambda would unpack it. */
export interface DeployedHandler {
  /** Relative paths of everything in the package. */
  readonly files: readonly string[];
  /** Invokes the handler in a process of its own, with Lambda's environment. */
  invoke(event: unknown, environment: Readonly<Record<string, string>>): Promise<Invocation>;
  remove(): void;
}

export interface Invocation {
  /** What the handler answered, or the error that it threw. */
  readonly answer: { readonly result: unknown } | { readonly error: string };
  /** What it logged, by lines. */
  readonly output: readonly string[];
}

/** Unpacks the archive that a function would be deployed with. */
export async function unpack(
  code: pulumi.Output<pulumi.asset.Archive | undefined>,
): Promise<DeployedHandler> {
  const archive = await promiseOf(code);
  if (!(archive instanceof pulumi.asset.AssetArchive)) throw new Error("expected an archive of assets");
  const directory = mkdtempSync(path.join(tmpdir(), "deployed-handler-"));
  const assets = await archive.assets;
  for (const [name, asset] of Object.entries(assets)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (asset instanceof pulumi.asset.StringAsset) writeFileSync(file, await asset.text);
    else if (asset instanceof pulumi.asset.FileAsset) copyFileSync(await asset.path, file);
    else throw new Error(`${name}: expected a string or a file`);
  }
  return {
    files: Object.keys(assets).sort(),
    invoke: (event, environment) => invoke(directory, event, environment),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

const ANSWER = "answer: ";

const RUNNER = `
  const { handler } = require("./__index.js");
  handler(JSON.parse(process.argv[1]), { getRemainingTimeInMillis: () => 30000 }).then(
    (result) => process.stdout.write("${ANSWER}" + JSON.stringify({ result }) + "\\n"),
    (error) => process.stdout.write("${ANSWER}" + JSON.stringify({ error: error.stack }) + "\\n"),
  );
`;

function invoke(
  directory: string,
  event: unknown,
  environment: Readonly<Record<string, string>>,
): Promise<Invocation> {
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_SESSION_TOKEN: "test",
    NODE_OPTIONS: "--enable-source-maps",
    ...environment,
  };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ["-e", RUNNER, JSON.stringify(event)],
      { cwd: directory, env },
      (error, stdout, stderr) => {
        const lines = stdout.split("\n").filter((line) => line !== "");
        const answer = lines.find((line) => line.startsWith(ANSWER));
        if (answer === undefined) {
          reject(new Error(`the handler gave no answer: ${error?.message ?? ""}\n${stderr}`));
          return;
        }
        resolve({
          answer: JSON.parse(answer.slice(ANSWER.length)) as Invocation["answer"],
          output: [
            ...lines.filter((line) => line !== answer),
            ...stderr.split("\n").filter((line) => line !== ""),
          ],
        });
      },
    );
  });
}
