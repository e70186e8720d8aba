import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { kind, startCloud, type Cloud } from "embedded-aws";
import { deploy, readProject, type CloudDeployment } from "embedded-pulumi";
import { stringOutput } from "../../tools/target";
import { watchProject } from "../../tools/watchProject";

/** What the program is made of. */
const COPIED = [
  "index.ts",
  "config.ts",
  "components",
  "handlers",
  "package.json",
  "tsconfig.json",
  "Pulumi.yaml",
  "Pulumi.dev.yaml",
];
const EDITED = path.join("handlers", "orders", "processBatch.ts");
const MARK = /\nconsole\.log\("edit \d+"\);\n$/;

type Terminal = Parameters<typeof watchProject>[1];

/** A copy of this project, deployed and watched as by `npm start`, whose handler of orders is edited. */
export class EditedProject {
  readonly #directory: string;
  readonly #cloud: Cloud;
  readonly #deployment: CloudDeployment;
  readonly #ending = new AbortController();
  readonly #watch: ReturnType<typeof watchProject>;
  #edits = 0;
  #onUpdated: () => void = () => undefined;
  #onRefused: (reason: Error) => void = () => undefined;

  private constructor(directory: string, cloud: Cloud, deployment: CloudDeployment) {
    this.#directory = directory;
    this.#cloud = cloud;
    this.#deployment = deployment;
    const terminal: Terminal = {
      print: (line = "") => {
        if (line.includes("What runs goes on as it was")) this.#onRefused(new Error(line.trim()));
      },
      printJson: () => undefined,
      signal: this.#ending.signal,
      interactive: false,
    };
    this.#watch = watchProject(
      { deployment, readProject: () => Promise.resolve(readProject(directory, "dev")) },
      terminal,
      () => this.#onUpdated(),
    );
  }

  static async open(): Promise<EditedProject> {
    mkdirSync(".local", { recursive: true });
    const directory = mkdtempSync(path.resolve(".local", "edited-"));
    try {
      for (const name of COPIED) cpSync(name, path.join(directory, name), { recursive: true });
      symlinkSync(path.resolve("node_modules"), path.join(directory, "node_modules"));
      const cloud = await startCloud({ port: 0, conditions: kind });
      const deployment = await deploy(cloud, {
        directory,
        stack: "dev",
        cacheDirectory: path.resolve(".local", "cache"),
      });
      await deployment.programEnded;
      return new EditedProject(directory, cloud, deployment);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Saves the handler with other code. Resolves with the milliseconds until that code, and no older one, has begun to handle
   * an order that was sent as soon as it was told to be live. Rejects when it is not.
   */
  async edit(): Promise<number> {
    const mark = `edit ${++this.#edits}`;
    const file = path.join(this.#directory, EDITED);
    const text = `${readFileSync(file, "utf8").replace(MARK, "")}\nconsole.log("${mark}");\n`;
    const updated = new Promise<void>((resolve, reject) => {
      this.#onUpdated = resolve;
      this.#onRefused = reject;
    });
    const shown = new Promise<void>((resolve) => {
      const end = this.#cloud.context.events.subscribe((event) => {
        if (event.type !== "log" || !event.message.includes(mark)) return;
        end();
        resolve();
      });
    });
    const started = performance.now();
    writeFileSync(file, text);
    await updated;
    await this.#cloud.call("sqs", "SendMessage", {
      QueueUrl: stringOutput({ outputs: this.#deployment.outputs }, "orderQueueUrl"),
      MessageBody: JSON.stringify({ orderId: mark, customerName: "Customer 1", totalAmount: 12.5 }),
    });
    await shown;
    return performance.now() - started;
  }

  async close(): Promise<void> {
    this.#ending.abort(new Error("the bench has ended"));
    await this.#watch.close();
    await this.#deployment.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
