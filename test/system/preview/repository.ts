import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Terminal } from "embedded-pulumi/cli";

const LOCAL = path.resolve(__dirname, "../../../.local");

/** The files of a Pulumi project with one stack, `dev`. */
export interface ProjectFiles {
  /** JavaScript; `aws`, `pulumi` and `config` are there. */
  readonly program: string;
  readonly config?: Readonly<Record<string, string>>;
}

/** A git repository that holds a small Pulumi project; it lies in this project, whose packages it uses. */
export class Repository {
  readonly directory: string;

  constructor() {
    mkdirSync(LOCAL, { recursive: true });
    this.directory = mkdtempSync(path.join(LOCAL, "preview-"));
    this.#git("init", "--quiet");
    this.#write(".gitignore", ".local/\n");
    this.#write(
      "Pulumi.yaml",
      "name: shop\nmain: program.cjs\nruntime: { name: nodejs, options: { typescript: false } }\n",
    );
  }

  write({ program, config = {} }: ProjectFiles): void {
    this.#write("Pulumi.dev.yaml", JSON.stringify({ config }));
    this.#write(
      "program.cjs",
      [
        'const pulumi = require("@pulumi/pulumi");',
        'const aws = require("@pulumi/aws");',
        "const config = new pulumi.Config();",
        program,
      ].join("\n"),
    );
  }

  commit(): void {
    this.#git("add", "--all");
    this.#git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "test");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #write(name: string, content: string): void {
    writeFileSync(path.join(this.directory, name), content);
  }

  #git(...args: readonly string[]): void {
    execFileSync("git", args, { cwd: this.directory });
  }
}

/** A terminal that keeps what a command writes. */
export function recordingTerminal(signal = new AbortController().signal) {
  const lines: string[] = [];
  const json: unknown[] = [];
  const terminal: Terminal = {
    print: (line = "") => lines.push(line),
    printJson: (value) => json.push(value),
    signal,
    interactive: false,
  };
  return { terminal, lines, json };
}
