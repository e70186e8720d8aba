import path from "node:path";
import { kind, startCloud, type Cloud } from "embedded-aws";
import { deploy, readProject, type CloudDeployment } from "embedded-pulumi";
import { stringOutput } from "../../tools/target";
import { watchProject } from "../../tools/watchProject";
import { ProjectCopy } from "./projectCopy";

const EDITED = path.join("handlers", "orders", "processBatch.ts");
const MARK = /\nconsole\.log\("edit \d+"\);\n$/;

type Terminal = Parameters<typeof watchProject>[1];

/** A copy of this project, deployed and watched as by `npm start`, whose handler of orders is edited. */
export class EditedProject {
  readonly #copy: ProjectCopy;
  readonly #cloud: Cloud;
  readonly #deployment: CloudDeployment;
  readonly #ending = new AbortController();
  readonly #watch: ReturnType<typeof watchProject>;
  #edits = 0;
  #onUpdated: () => void = () => undefined;
  #onRefused: (reason: Error) => void = () => undefined;

  private constructor(copy: ProjectCopy, cloud: Cloud, deployment: CloudDeployment) {
    this.#copy = copy;
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
      { deployment, readProject: () => Promise.resolve(readProject(copy.directory, "dev")) },
      terminal,
      () => this.#onUpdated(),
    );
  }

  static async open(): Promise<EditedProject> {
    const copy = new ProjectCopy("edited");
    try {
      const cloud = await startCloud({ port: 0, conditions: kind });
      const deployment = await deploy(cloud, {
        directory: copy.directory,
        stack: "dev",
        cacheDirectory: path.resolve(".local", "cache"),
      });
      await deployment.programEnded;
      return new EditedProject(copy, cloud, deployment);
    } catch (error) {
      copy.remove();
      throw error;
    }
  }

  /**
   * Saves the handler with other code. Resolves with the milliseconds until that code, and no older one, has begun to handle
   * an order that was sent as soon as it was told to be live. Rejects when it is not.
   */
  async edit(): Promise<number> {
    const mark = `edit ${++this.#edits}`;
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
    this.#copy.edit(EDITED, (text) => `${text.replace(MARK, "")}\nconsole.log("${mark}");\n`);
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
    this.#copy.remove();
  }
}
