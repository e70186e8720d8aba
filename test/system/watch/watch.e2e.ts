import { execFileSync } from "node:child_process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { EventLog } from "embedded-aws/testing";
import { type WatchedProject, watchedProject } from "./watchedProject";

/** How many edits must leave no trace; `RUNS=100` tries as many as the promise speaks of. */
const RUNS = Number(process.env.RUNS ?? 20);
/** Those before them fill what fills once. */
const WARM_UP = 10;

/** Edits of this project's own files, applied to what runs. */
describe("a project that is watched", function () {
  this.timeout(900_000);
  let project: WatchedProject;
  let log: EventLog;

  before(async () => {
    project = await watchedProject();
    log = new EventLog(project.cloud.context.events);
  });
  after(() => project.close());

  const send = async (orderId: string) => {
    const { MessageId } = await project.cloud.call("sqs", "SendMessage", {
      QueueUrl: String(project.deployment.outputs.orderQueueUrl),
      MessageBody: JSON.stringify({ orderId, customerName: "Customer", totalAmount: 1 }),
    });
    await log.first("message-deleted", ({ messageId }) => messageId === MessageId);
  };
  const stored = async (orderId: string) =>
    (
      await project.cloud.call("dynamodb", "GetItem", {
        TableName: String(project.deployment.outputs.ordersTableName),
        Key: { orderId: { S: orderId } },
      })
    ).Item;
  const HANDLER = "handlers/orders/orderItem.ts";

  it("swaps a handler's code, and leaves queues and tables untouched", async () => {
    await send("before");
    const from = project.shown.length;
    const started = performance.now();
    project.edit("handlers/orders/processBatch.ts", (text) => `${text}\nconsole.log("the new code");\n`);
    const [line] = await project.shows(/processOrders updated in [\d.]+ s/, from);
    await send("after");
    console.log(
      `      ${line}; the first message was handled after ${Math.round(performance.now() - started)} ms`,
    );
    expect(project.shown.slice(from).join("\n").trim()).to.equal(line);
    expect(await stored("before")).not.to.equal(undefined);
    expect(await stored("after")).not.to.equal(undefined);
    const { logGroups = [] } = await project.cloud.call("logs", "DescribeLogGroups", {});
    const texts = await Promise.all(
      logGroups.map(
        async ({ logGroupName }) =>
          (
            await project.cloud.call("logs", "FilterLogEvents", {
              logGroupName,
              filterPattern: '"the new code"',
            })
          ).events,
      ),
    );
    expect(texts.flat()).not.to.deep.equal([]);
  });

  it("tells where a handler is wrong, and goes on when it is right again", async () => {
    const from = project.shown.length;
    project.edit(HANDLER, (text) => `${text}\nconst = 1;\n`);
    await project.shows(
      /orderItem\.ts:\d+:7: Expected identifier but found "="\n\s+const = 1;\nWhat runs goes on as it was\./,
      from,
    );
    await send("meanwhile");
    project.edit(HANDLER, (text) => text.replace("\nconst = 1;\n", ""));
    project.edit("handlers/orders/processBatch.ts", (text) => text.replace("the new code", "newer code"));
    await project.shows(/processOrders updated in/, from);
  });

  it("leaves a function as it is whose file exports its handler no more, and others are swapped once it does again", async () => {
    const from = project.shown.length;
    project.edit("handlers/processOrders.ts", (text) =>
      text.replace("export const handler", "export const handle"),
    );
    await project.shows(
      /^handlers\/processOrders\.ts exports no "handler"; .*\nWhat runs goes on as it was\./m,
      from,
    );
    await send("without-export");
    project.edit("handlers/processOrders.ts", (text) =>
      text.replace("export const handle ", "export const handler "),
    );
    project.edit("handlers/orders/processBatch.ts", (text) => text.replace("newer code", "newest code"));
    await project.shows(/processOrders updated in/, from);
    await send("with-export");
  });

  it("has types checked after an edit that no code comes of", async () => {
    const { applied } = project;
    const from = project.shown.length;
    project.edit(HANDLER, (text) => `${text}\nexport const of: string = 1 as unknown as number;\n`);
    await project.applies(applied + 1);
    expect(project.shown.length).to.equal(from);
    project.edit(HANDLER, (text) => text.replace(/\nexport const of.*\n/, ""));
    await project.applies(applied + 2);
  });

  it("applies another argument of a component, as pulumi up shows it", async () => {
    const from = project.shown.length;
    const started = performance.now();
    project.edit(
      "Pulumi.dev.yaml",
      (text) => `${text.trimEnd()}\n  event-driven-aws:ordersMaxReceiveCount: "7"\n`,
    );
    await project.shows(/Resources:\n(.*\n)+ +\d+ unchanged\n\nDuration: .* s/, from);
    console.log(`      the resource was changed after ${Math.round(performance.now() - started)} ms`);
    expect(project.shown.slice(from).join("\n")).to.match(
      / ~ {2}aws:sqs:\w+ orders-\S+ updated.* \[diff: ~redrivePolicy\]/,
    );
  });

  it("tells what is wrong with the program, and leaves what runs", async () => {
    const from = project.shown.length;
    project.edit("index.ts", (text) => `${text}\nconst = 1;\n`);
    await project.shows(/index\.ts[:(]\d+[\s\S]*What runs goes on as it was\./, from);
    await send("still");
    project.edit("index.ts", (text) => text.replace("\nconst = 1;\n", ""));
    await project.shows(/Nothing to change after a change of index\.ts/, from);
  });

  it(`leaves memory and processes as they were after ${RUNS} edits`, async () => {
    const edit = async (index: number) => {
      const from = project.shown.length;
      project.edit("handlers/orders/processBatch.ts", (text) =>
        text.replace(/(newest code)\d*/, `$1${index}`),
      );
      await project.shows(/processOrders updated in/, from);
      if (index % 10 === 0) await send(`edit-${index}`);
    };
    for (let index = 1; index <= WARM_UP; index++) await edit(index);
    const before = { processes: descendants().length, heap: heap() };
    for (let index = WARM_UP + 1; index <= WARM_UP + RUNS; index++) await edit(index);
    expect(descendants().length).to.be.at.most(before.processes + 1);
    expect(heap() - before.heap).to.be.below(40);
  });
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** MiB in use, once what can be freed is. */
function heap(): number {
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 2 ** 20;
}

function descendants(): readonly number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" }).trim().split("\n");
  const children = Map.groupBy(
    rows.map((row) => row.trim().split(/\s+/)).filter(([, , command]) => command !== "ps"),
    ([, parent]) => Number(parent),
  );
  const below = (pid: number): number[] =>
    (children.get(pid) ?? []).flatMap(([child]) => [Number(child), ...below(Number(child))]);
  return below(process.pid);
}
