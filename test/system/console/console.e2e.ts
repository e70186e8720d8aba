import { expect } from "chai";
import type { Browser, Locator, Page } from "playwright-core";
import { EventLog } from "embedded-aws/testing";
import { findChromium, startChromium } from "../../../packages/embedded-aws/test/browser/chromium";
import {
  openConsole,
  picture,
  troublesIn,
} from "../../../packages/embedded-aws/test/browser/console/support";
import { offerFleet, orderPresets } from "../../../tools/consoleOffer";
import { deployLocally, type LocalDeployment } from "../../../tools/deployLocally";

/** The console as `npm start` lends it to this program, stack dev, in Chromium. */
describe("the console of this program", function () {
  this.timeout(180_000);

  let deployment: LocalDeployment;
  let browser: Browser;
  let log: EventLog;
  let page: Page;

  before(async function () {
    const executable = findChromium();
    if (executable === undefined) return this.skip();
    browser = await startChromium(executable);
    deployment = await deployLocally({
      stack: "dev",
      config: new Map(),
      port: 0,
      seed: 1,
      conditions: {},
      terminal: {
        print: () => undefined,
        printJson: () => undefined,
        signal: new AbortController().signal,
        interactive: false,
      },
    });
    log = new EventLog(deployment.cloud.context.events);
    await deployment.programEnded;
    deployment.cloud.console.offer({ presets: orderPresets(deployment) });
    await offerFleet(deployment);
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (deployment as LocalDeployment | undefined)?.close();
  });
  afterEach(async () => {
    expect(troublesIn(page)).to.deep.equal([]);
    await page.context().close();
  });

  const open = async (panel?: string) => {
    page = await openConsole(browser, deployment.cloud.console.address, panel ?? "", {});
  };
  const card = (name: string): Locator => page.getByRole("region", { name, exact: true });
  const stored = (orderId: RegExp) =>
    log.first("item-inserted", ({ keys }) => orderId.test(JSON.stringify(keys)));

  it("sends an order over HTTP by one press, with the API's answer, and another to a route of its choice", async () => {
    await open("send");
    await page.getByRole("button", { name: "Over HTTP", exact: true }).click();
    await card("Sent before").getByText(/^202 /).waitFor();
    const { keys } = await stored(/http-/);
    await page.getByLabel("Kind").selectOption("api");
    await page.getByLabel("Route").selectOption({ label: "GET /orders/{orderId} · signed for IAM" });
    const path = page.getByLabel(/^Path/);
    // Filled in once the page has drawn the choice.
    while ((await path.inputValue()) !== "/orders/{orderId}") await page.waitForTimeout(20);
    const [orderId = ""] = /http-[0-9a-f]+/.exec(JSON.stringify(keys)) ?? [];
    await path.fill(`/orders/${orderId}`);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await card("Sent before")
      .getByText(new RegExp(`^200 .*"orderId":"${orderId}"`))
      .waitFor();
    await card("Sent before").getByRole("link", { name: "Its way" }).last().click();
    await card("Its way")
      .getByText(/^done$/)
      .waitFor();
    await card("Its way")
      .getByRole("button", { name: /process.* succeeded/ })
      .waitFor();
  });

  it("tells why an order lies in the dead-letter queue, and brings it back, by the clicks that the README names", async () => {
    const queueUrl = String(deployment.outputs.orderQueueUrl);
    await deployment.cloud.call("sqs", "SendMessage", {
      QueueUrl: queueUrl,
      MessageBody: '{"orderId":"lost-1","customerName":"Ada Lovelace","totalAmount":-1}',
    });
    const { messageId } = await log.first("message-sent", ({ queueName }) =>
      queueName.includes("dead-letters"),
    );
    await open();
    await page.getByRole("link", { name: /^Queues 1 dead letters/ }).click();
    const letter = card("Dead letters").getByRole("listitem").filter({ hasText: messageId });
    await letter.getByText(/totalAmount: got -1/).waitFor();
    await letter.getByRole("button", { name: "Edit and resend" }).click();
    const body = letter.getByLabel("Body to send instead");
    await body.fill((await body.inputValue()).replace(/"totalAmount": ?-1/, '"totalAmount": 1'));
    await letter.getByRole("button", { name: "Send to its queue" }).click();
    await stored(/lost-1/);
    await letter.waitFor({ state: "detached" });
    await page.getByRole("link", { name: /^Queues$/ }).waitFor();
  });

  it("puts load on the fleet, and shows the alarm's states, its exact event, instances, why, and decisions in words", async () => {
    await open("faults");
    await page.getByRole("button", { name: "× 300" }).click();
    await page.getByText("It runs 300 times as fast.").waitFor();
    await page.getByRole("link", { name: "Fleet", exact: true }).click();
    const instances = card("Instances").getByRole("row");
    const patience = { timeout: 60_000 };
    await instances.filter({ hasText: "running" }).first().waitFor(patience);
    await page.getByLabel(/^Work, in instances/).fill("2.4");
    await page.getByText("The load is 2.4 instances' worth from now on.").waitFor();

    const states = card("CPU").getByRole("list", { name: /^States of the alarm/ });
    await states.getByText("ALARM", { exact: true }).first().waitFor(patience);
    await states.getByText("OK", { exact: true }).first().waitFor();
    await card("CPU")
      .getByRole("img", { name: /^CPU in percent: now CPU % \d+.*, alarm above \d+/ })
      .waitFor();

    const event = card("The exact event").getByRole("region");
    await event.waitFor(patience);
    const { detail, ...envelope } = JSON.parse((await event.textContent()) ?? "") as {
      readonly detail: { readonly alarmName: string; readonly state: { readonly value: string } };
    };
    expect(envelope).to.include({ source: "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change" });
    expect(detail.alarmName).to.include("cpu-high");
    expect(detail.state.value).to.be.oneOf(["ALARM", "OK"]);

    await instances.nth(2).waitFor(patience);
    const decisions = card("Decisions").getByRole("list", { name: /^Decisions/ });
    await decisions
      .getByText(/launching \d+/)
      .first()
      .waitFor(patience);
    const launched = instances.filter({ hasText: /pending|running/ }).first();
    await launched.getByRole("link", { name: String(deployment.outputs.scaleFleetFunctionName) }).waitFor();
    await picture(page, "fleet-of-this-program");
    await launched.getByRole("link", { name: "why" }).click();
    await card("Its way")
      .getByRole("button", { name: /ec2 RunInstances/ })
      .first()
      .waitFor();

    await page.getByRole("link", { name: "Fleet", exact: true }).click();
    await page.getByLabel(/^Work, in instances/).fill("0.2");
    await instances
      .filter({ hasText: /shutting-down|terminated/ })
      .first()
      .waitFor(patience);
    await decisions
      .getByText(/terminating \d+/)
      .first()
      .waitFor(patience);
  });
});
