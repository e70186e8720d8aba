import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { EventLog } from "../../../src/testing/eventLog";
import { startShop } from "../../support/shop";
import { openConsole, PANELS, picture, showShop, troublesIn, type Shown } from "./support";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** What axe finds at a page, in a line each. Its script is given to the page past the policy, by the browser. */
async function faultsFoundIn(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResult>(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)} ${failureSummary}`),
  );
}

describe("the console for everybody", function () {
  this.timeout(120_000);

  let shown: Shown;

  before(async function () {
    const found = await showShop();
    if (found === undefined) return this.skip();
    shown = found;
    // Something to see in each panel: stored orders, a dead letter, a fault.
    const log = new EventLog(shown.cloud.context.events);
    for (const body of ['{"id":"seen-1"}', '{"id":"seen-2"}', '{"name":"lost"}'])
      await shown.cloud.call("sqs", "SendMessage", {
        QueueUrl: `${shown.cloud.endpoint}/000000000000/queue`,
        MessageBody: body,
      });
    await log.first("message-dead-lettered", () => true);
    shown.cloud.context.faults.add({ kind: "mail-refused", rate: 0.5 });
    shown.cloud.console.offer({ fleet: { tags: { Fleet: "test" }, mostDemand: 5 } });
  });
  after(() => (shown as Shown | undefined)?.close());

  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [375, 1366, 2560])
      it(`holds at ${width} pixels in ${colorScheme}, and axe finds nothing`, async () => {
        const page = await shown.open("flow", { width, colorScheme });
        const faults: string[] = [];
        for (const panel of [...PANELS, "flow/queue%3Adead"]) {
          await page.goto(`${shown.cloud.console.address}/#${panel}`);
          await page.getByRole("heading", { level: 1 }).waitFor();
          await page.waitForLoadState("networkidle").catch(() => undefined);
          await settled(page);
          for (const fault of await faultsFoundIn(page)) faults.push(`${panel}: ${fault}`);
          const overflow = await page.evaluate<number>(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          if (overflow > 0) faults.push(`${panel}: is ${overflow} pixels too wide`);
          await picture(page, `${panel.replace(/[^a-z]+/gi, "-")}-${width}-${colorScheme}`);
        }
        expect(faults).to.deep.equal([]);
        expect(troublesIn(page)).to.deep.equal([]);
        await page.context().close();
      });

  it("is used by keyboard alone: from the first key to a dead letter that is brought back", async () => {
    const log = new EventLog(shown.cloud.context.events);
    const page = await shown.open("flow");
    const focused = () =>
      page.evaluate<string>(
        "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? ''",
      );
    const tabTo = async (wanted: RegExp) => {
      for (let presses = 0; presses < 80; presses++) {
        await page.keyboard.press("Tab");
        if (wanted.test(await focused())) return;
      }
      throw new Error(`80 presses of Tab do not lead to ${String(wanted)}`);
    };
    await page.keyboard.press("Tab");
    expect(await focused()).to.match(/^Skip to the panel/);
    await page.keyboard.press("Enter");
    expect(await page.evaluate<string>("document.activeElement?.id")).to.equal("main");
    await tabTo(/queue dead 1 waiting/);
    await page.keyboard.press("Enter");
    await page.getByRole("complementary", { name: "queue dead" }).waitFor();
    await tabTo(/^Messages and depths/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Queues", level: 1 }).waitFor();
    await page.getByRole("button", { name: "Edit and resend" }).waitFor();
    await tabTo(/^Edit and resend/);
    await page.keyboard.press("Enter");
    await page.locator("textarea:focus").waitFor();
    expect(await page.evaluate<string>("document.activeElement?.value")).to.include("lost");
    await page.keyboard.press("Control+A");
    await page.keyboard.type('{"id":"by-keyboard"}');
    await tabTo(/^Send to its queue/);
    await page.keyboard.press("Enter");
    await log.first("item-inserted", ({ keys }) => JSON.stringify(keys).includes("by-keyboard"));
    await page.context().close();
  });

  it("moves nothing where the system asks for that", async () => {
    for (const [reducedMotion, moving] of [
      ["reduce", "none"],
      ["no-preference", "passing"],
    ] as const) {
      const page = await shown.open("flow", { reducedMotion });
      const lit = page.locator("path.edge.lit").first();
      const appeared = lit.waitFor({ state: "attached" });
      await shown.cloud.call("sqs", "SendMessage", {
        QueueUrl: `${shown.cloud.endpoint}/000000000000/queue`,
        MessageBody: `{"id":"moves-${reducedMotion}"}`,
      });
      await appeared;
      expect(
        await page.evaluate("getComputedStyle(document.querySelector('path.edge.lit')).animationName"),
      ).to.equal(moving);
      await page.context().close();
    }
  });

  it("says that the cloud is gone, comes back when it starts again, and says so", async () => {
    const first = await startShop();
    const { port } = new URL(first.endpoint);
    const page = await openConsole(shown.browser, first.console.address, "flow", {});
    await first.close();
    await page.getByText("Connection lost: trying again").waitFor();
    const second = await startShop({ port: Number(port) });
    try {
      await page.getByText("Connected again: the cloud has been restarted").waitFor();
      await page.goto(`${second.console.address}/#send`);
      await page.getByRole("button", { name: "One order", exact: true }).click();
      await page.getByText("1 message sent").waitFor();
    } finally {
      await page.context().close();
      await second.close();
    }
  });
});

/** Two pictures after one another: what was asked for has come and is drawn. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    "new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(resolve), 250)))",
  );
}
