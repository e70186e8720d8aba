import { expect } from "chai";
import { showShop, type Shown } from "./support";

/** All of them with CI_LONG: a minute or two of the machine. */
const ORDERS = process.env.CI_LONG === undefined ? 3_000 : 10_000;
/** Of them, until lists are full and the compiler has settled. */
const WARM_UP = 1_000;

/** The figures that the console promises: what does not go by the machine is demanded, times are told. */
describe("the console's figures", function () {
  this.timeout(300_000);

  let shown: Shown;

  before(async function () {
    const found = await showShop();
    if (found === undefined) return this.skip();
    shown = found;
  });
  after(() => (shown as Shown | undefined)?.close());

  const sendBatches = async (orders: number) => {
    for (let from = 0; from < orders; from += 10)
      await shown.cloud.call("sqs", "SendMessageBatch", {
        QueueUrl: `${shown.cloud.endpoint}/000000000000/queue`,
        Entries: Array.from({ length: 10 }, (_, place) => ({
          Id: String(place),
          MessageBody: `{"id":"load-${from + place}"}`,
        })),
      });
  };

  it("120 KB over the wire in all, and the time of its first paint", async () => {
    const paints: number[] = [];
    let bytes = 0;
    for (let visit = 0; visit < 5; visit++) {
      const page = await shown.open("flow");
      const [paint, sizes] = await page.evaluate<[number, number[]]>(`[
        performance.getEntriesByName("first-contentful-paint")[0].startTime,
        [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
          .map(({ transferSize }) => transferSize),
      ]`);
      paints.push(paint);
      bytes = sizes.reduce((sum, size) => sum + size, 0);
      await page.context().close();
    }
    console.log(`      first paints ${paints.map(Math.round).join(", ")} ms; ${bytes} bytes`);
    expect(bytes).to.be.within(10_000, 120 * 1024);
  });

  it("an event is on screen, soon", async () => {
    const page = await shown.open("flow");
    await page.evaluate(`new MutationObserver(() => {
      for (const item of document.querySelectorAll(".lines li")) {
        const id = /seen-\\d+/.exec(item.textContent)?.[0];
        if (id !== undefined) (window.seen ??= {})[id] ??= Date.now();
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
    const delays: number[] = [];
    for (let turn = 0; turn < 7; turn++) {
      const sentAt = Date.now();
      await shown.cloud.call("sqs", "SendMessage", {
        QueueUrl: `${shown.cloud.endpoint}/000000000000/queue`,
        MessageBody: `{"id":"seen-${turn}"}`,
      });
      const seenAt = await page.evaluate<number>(`new Promise((resolve) => {
        const look = () => {
          const at = window.seen?.["seen-${turn}"];
          if (at === undefined) requestAnimationFrame(look);
          else resolve(at);
        };
        look();
      })`);
      delays.push(seenAt - sentAt);
    }
    console.log(`      on screen after ${delays.join(", ")} ms`);
    await page.context().close();
  });

  it(`with ${ORDERS} orders through, its memory stays, and its lists are bounded`, async () => {
    const page = await shown.open("flow");
    const session = await page.context().newCDPSession(page);
    const heap = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      return usedSize / 2 ** 20;
    };
    // The page's own work, by the browser's record of long tasks: what the machine does besides does not count.
    await page.evaluate(`window.tasks = []; new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.tasks.push(Math.round(duration));
    }).observe({ type: "longtask" })`);
    await sendBatches(WARM_UP);
    const before = await heap();
    await sendBatches(ORDERS - WARM_UP);
    const until = Date.now() + 240_000;
    while (shown.cloud.inbox.total < ORDERS && Date.now() < until) await page.waitForTimeout(500);
    const after = await heap();
    const tasks = await page.evaluate<number[]>("window.tasks");
    const longest = tasks.reduce((most, task) => Math.max(most, task), 0);
    console.log(
      `      heap ${before.toFixed(1)} → ${after.toFixed(1)} MiB; longest task ${longest} ms of ${tasks.length} above 50`,
    );
    expect(shown.cloud.inbox.total).to.be.at.least(ORDERS);
    expect(after - before).to.be.below(10);
    expect(await page.locator("ol.lines li").count()).to.be.at.most(60);
    await page.context().close();
  });
});
