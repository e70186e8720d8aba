import { expect } from "chai";
import { bodiesIn, createQueueApi } from "../../endpoint/apiGateway/support";
import { kind, unkind } from "../../../src/core/conditions/conditions";
import type { Page } from "playwright-core";
import { EventLog } from "../../../src/testing/eventLog";
import { showShop, troublesIn, type Shown } from "./support";

describe("the console in Chromium", function () {
  this.timeout(60_000);

  let shown: Shown;
  let log: EventLog;
  let page: Page;

  before(async function () {
    const found = await showShop();
    if (found === undefined) return this.skip();
    shown = found;
    log = new EventLog(shown.cloud.context.events);
  });
  after(() => (shown as Shown | undefined)?.close());
  afterEach(async () => {
    expect(troublesIn(page)).to.deep.equal([]);
    await page.context().close();
  });

  const send = async (body: string) => {
    const { MessageId = "" } = await shown.cloud.call("sqs", "SendMessage", {
      QueueUrl: `${shown.cloud.endpoint}/000000000000/queue`,
      MessageBody: body,
    });
    return MessageId;
  };
  const deadLetter = async (body: string) => {
    const id = await send(body);
    await log.first("message-dead-lettered", ({ messageId }) => messageId === id);
    return id;
  };

  it("Flow: nodes and edges of the program, lit by what passes, each with its panel", async () => {
    page = await shown.open("flow");
    const nodes = page.getByRole("region", { name: "Topology" }).getByRole("link");
    const labels = await Promise.all((await nodes.all()).map((node) => node.getAttribute("aria-label")));
    expect(labels.sort()).to.deep.equal([
      "function store 0 runs · 0 now",
      "queue dead 0 waiting · 0 in flight",
      "queue queue 0 waiting · 0 in flight",
      "table stored 0 items",
    ]);
    expect(await page.locator("path.edge").count()).to.equal(3);
    const lit = page.locator("path.edge.lit").first().waitFor({ state: "attached" });
    await send('{"id":"flow-1"}');
    await lit;
    await page.getByRole("link", { name: "table stored 1 item" }).waitFor();
    await page.getByRole("link", { name: /^function store 1 run/ }).click();
    const node = page.getByRole("complementary", { name: "function store" });
    await node.getByText("from queue by eventSourceArn").waitFor();
    await node.getByText("to stored by policy").waitFor();
    await page.getByText(/message sent: .*flow-1/).waitFor();
    await node.getByRole("link", { name: "Invocations and logs" }).click();
    await page.getByRole("heading", { name: "Functions", level: 1 }).waitFor();
  });

  it("Send: presets, a form, and a history to send again, edited", async () => {
    page = await shown.open("send");
    await page.getByRole("button", { name: "Burst", exact: true }).click();
    await page.getByText("100 messages sent").waitFor();
    await page.getByRole("button", { name: "Edit first: One order" }).click();
    await page.getByLabel(/^Body;/).fill('{"id":"by-hand-{{n}}"}');
    await page.getByLabel(/How many/).fill("2");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await log.first("item-inserted", ({ keys }) => JSON.stringify(keys).includes("by-hand-2"));
    const history = page.getByRole("region", { name: "Sent before" });
    await history.getByText("2 × queue").waitFor();
    await history.getByRole("button", { name: "Edit" }).first().click();
    await page.getByLabel(/^Body;/).fill('{"id":"edited-again"}');
    await page.getByLabel(/How many/).fill("1");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await log.first("item-inserted", ({ keys }) => JSON.stringify(keys).includes("edited-again"));
    await page.getByLabel("Kind").selectOption("function");
    await page.getByLabel(/^Body;/).fill('{"Records":[]}');
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText('{"batchItemFailures":[]}').first().waitFor();
  });

  it("Send: a request to an API that asks for IAM, by one of its routes, with its answer", async () => {
    const { queue } = await createQueueApi(shown.cloud);
    page = await shown.open("send");
    await page.getByLabel("Kind").selectOption("api");
    await page
      .getByLabel("Route")
      .and(page.locator(":has(option:checked:text-is('POST /orders · signed for IAM'))"))
      .waitFor();
    expect(await page.getByLabel(/^Path/).inputValue()).to.equal("/orders");
    await page.getByLabel(/^Body;/).fill('{"orderId":"http-1"}');
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const history = page.getByRole("region", { name: "Sent before" });
    await history.getByText(/^202 /).waitFor();
    await history.getByText(/^POST \/orders of orders \(/).waitFor();
    expect(await bodiesIn(shown.cloud, queue)).to.deep.equal(['{"orderId":"http-1"}']);
    await page.getByLabel(/^Path/).fill("/elsewhere");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await history.getByText(/^404 /).waitFor();
    await history.getByRole("link", { name: "Its way" }).click();
    await page.getByRole("button", { name: /message in orders/ }).waitFor();
  });

  it("Queues: a dead letter with its reason, edited and sent back; and all of them at once", async () => {
    const id = await deadLetter('{"name":"queues-1"}');
    page = await shown.open("queues");
    const letters = page.getByRole("region", { name: "Dead letters" });
    const letter = letters.getByRole("listitem").filter({ hasText: id });
    await letter.getByText("given up by queue").waitFor();
    expect(await letter.getByRole("region", { name: /^Body/ }).textContent()).to.include(
      '"name": "queues-1"',
    );
    await letter.getByRole("button", { name: "Edit and resend" }).click();
    await letter.getByLabel("Body to send instead").fill('{"id":"queues-1"}');
    await letter.getByRole("button", { name: "Send to its queue" }).click();
    await log.first("item-inserted", ({ keys }) => JSON.stringify(keys).includes("queues-1"));
    await letter.waitFor({ state: "detached" });
    const other = await deadLetter('{"name":"queues-2"}');
    await letters.getByRole("button", { name: "Redrive all" }).click();
    await log.first("message-sent", ({ formerId }) => formerId === other);
    await page.getByRole("img", { name: /^Depth of/ }).waitFor();
  });

  it("Trace: from an error in a log to the trace in one click, and a search by body and state", async () => {
    await deadLetter('{"name":"trace-1"}');
    page = await shown.open("functions/store");
    await page.getByLabel("Lines with").fill("id: got nothing");
    const line = page
      .getByRole("list", { name: /^Log lines/ })
      .getByRole("listitem")
      .first();
    await line.getByText("id: got nothing").waitFor();
    await page.goto(`${shown.cloud.console.address}/#trace`);
    await page.getByLabel("Id, or a part of the body").fill("trace-1");
    await page.getByLabel("State").selectOption("dead-lettered");
    await page.getByRole("row").filter({ hasText: "trace-1" }).getByRole("link").click();
    const way = page.getByRole("region", { name: "Its way" });
    await way.getByText("dead-lettered", { exact: true }).waitFor();
    const bars = way.getByRole("button");
    expect((await bars.allTextContents()).join("\n")).to.match(
      /message in queue[\s\S]*store succeeded[\s\S]*given up to dead/,
    );
    await bars.filter({ hasText: "store succeeded" }).first().click();
    await way
      .getByText(/^request [0-9a-f-]{36}$/)
      .first()
      .waitFor();
  });

  it("Functions: environments, invocations with their traces, and one of them again", async () => {
    await send('{"id":"functions-1"}');
    await log.first("item-inserted", ({ keys }) => JSON.stringify(keys).includes("functions-1"));
    page = await shown.open("functions/store");
    await page.getByRole("region", { name: "Environments", exact: true }).getByText("warm").first().waitFor();
    const ended = log.all("invocation-ended").length;
    await page
      .getByRole("button", { name: /^Replay the invocation/ })
      .first()
      .click();
    await page.getByText(/^It succeeded: /).waitFor();
    expect(log.all("invocation-ended").length).to.be.above(ended);
    await page.getByRole("table").last().getByRole("link", { name: "Trace" }).first().click();
    await page.getByRole("region", { name: "Its way" }).waitFor();
  });

  it("Functions: memory, and a debugger that is attached at the address that is shown, until it is switched off", async () => {
    page = await shown.open("functions/store");
    await send('{"id":"debug-1"}');
    await page.getByRole("cell", { name: /^\d+ of 128 MB$/ }).waitFor();
    const environments = page.getByRole("region", { name: "Environments", exact: true });
    const debug = environments.getByLabel("Debug: start");
    await debug.check();
    await environments.getByText(/^Its next environment listens at 127\.0\.0\.1:\d+\.$/).waitFor();
    const shownAt = environments.locator("code");
    await shownAt.waitFor();
    const at = await shownAt.textContent();
    await page
      .getByRole("button", { name: /^Replay the invocation/ })
      .first()
      .click();
    await page.getByText(/^It succeeded: /).waitFor();
    const [target] = (await (await fetch(`http://${at ?? ""}/json/list`)).json()) as { type: string }[];
    expect(target?.type).to.equal("node");
    await debug.uncheck();
    await environments.getByText("Its next environment starts without an inspector.").waitFor();
    await shownAt.waitFor({ state: "detached" });
    await send('{"id":"debug-2"}');
    await log.first("item-inserted", ({ keys }) => JSON.stringify(keys).includes("debug-2"));
    expect(await fetch(`http://${at ?? ""}/json/list`).catch(() => "gone")).to.equal("gone");
  });

  it("Tables and inbox: items as they are written, and e-mails as the customer sees them", async () => {
    page = await shown.open("data/stored");
    await send('{"id":"data-1"}');
    await page.getByText(/item inserted: id data-1/).waitFor();
    const items = page.getByRole("list", { name: "Items of stored" });
    await items.getByText(/^id /).first().click();
    await items.getByRole("region", { name: "Item" }).first().waitFor();
    const inbox = page.getByRole("region", { name: "Inbox" });
    await inbox.getByRole("button", { name: /Order data-1 is confirmed/ }).click();
    await page.frameLocator("iframe").getByText("Thank you").waitFor();
    expect(await page.title()).to.equal("Tables and inbox · shop · Console");
  });

  it("Permissions: what was refused, which statement decided how often, and which never", async () => {
    page = await shown.open("faults");
    await page.getByLabel("What goes wrong").selectOption("permission");
    await page.getByLabel("Action").selectOption("ses:SendEmail");
    await page.getByRole("button", { name: "Switch on" }).click();
    await page.getByRole("button", { name: /^Switch off: permission/ }).waitFor();
    await send('{"id":"permissions-1"}');
    await log.first(
      "request",
      ({ errorCode, operation }) => operation === "SendEmail" && errorCode !== undefined,
    );
    await page.getByRole("button", { name: /^Switch off: permission/ }).click();
    await page.getByText("Nothing goes wrong on demand").waitFor();
    await page.goto(`${shown.cloud.console.address}/#permissions`);
    await page
      .getByRole("region", { name: "Refused calls, as a table" })
      .getByText("ses:SendEmail")
      .waitFor();
    await page.getByLabel("Never used only").check();
    const rows = page.getByRole("region", { name: "Statements, as a table" }).getByRole("row");
    await rows.filter({ hasText: "sns:Publish" }).waitFor();
    await rows.filter({ hasText: "dynamodb:PutItem" }).first().waitFor({ state: "detached" });
  });

  it("Faults and time: a rate, an off switch; a clock that is paused, stepped and sped up", async () => {
    page = await shown.open("faults");
    await page.getByLabel("What goes wrong").selectOption("crash");
    await page.getByLabel("Where").selectOption("store");
    await page.getByRole("button", { name: "Switch on" }).click();
    await page.getByText(/struck 0 times/).waitFor();
    const id = await send('{"id":"faults-1"}');
    await log.first("invocation-ended", ({ outcome }) => outcome === "crashed");
    await page.getByText(/struck 1 time/).waitFor();
    await page.getByRole("button", { name: /^Switch off: crash/ }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("It stands still.").waitFor();
    const before = shown.cloud.context.clock.now();
    await page.getByRole("button", { name: "Step 5 minutes" }).click();
    await page.getByText("It went 5 minutes forward.").waitFor();
    expect(shown.cloud.context.clock.now() - before).to.be.at.least(300_000);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "× 60" }).click();
    await page.getByText("It runs 60 times as fast.").waitFor();
    await page.getByRole("button", { name: "× 1", exact: true }).click();
    await page.getByText("It runs 1 times as fast.").waitFor();
    await log.first("message-dead-lettered", ({ messageId }) => messageId === id);
  });

  it("Conditions: each switched off and on and set, in the cloud that runs", async () => {
    page = await shown.open("faults");
    const card = page.getByRole("region", { name: "Conditions", exact: true });
    await card.getByLabel("SES is in its sandbox").check();
    await card.getByText("On from now on: SES is in its sandbox.").waitFor();
    await send('{"id":"conditions-1"}');
    const refused = await log.first(
      "request",
      ({ operation, errorMessage = "" }) =>
        operation === "SendEmail" && errorMessage.includes("ada@example.com"),
    );
    expect(refused.errorCode).to.equal("MessageRejected");
    await card.getByLabel("SES is in its sandbox").uncheck();
    await card.getByText("Off from now on: SES is in its sandbox.").waitFor();

    const vcpus = card.getByRole("spinbutton", { name: /^EC2's vCPUs are limited/ });
    expect(await vcpus.inputValue()).to.equal("32");
    await vcpus.fill("7");
    await vcpus.press("Enter");
    await card.getByText("Set: EC2's vCPUs are limited, 7 vCPUs.").waitFor();
    expect(shown.cloud.context.conditions.ec2Vcpus).to.equal(7);
    await vcpus.fill("-1");
    await vcpus.press("Enter");
    await card
      .getByRole("alert")
      .getByText(/^EC2's vCPUs are limited: /)
      .waitFor();
    expect(shown.cloud.context.conditions.ec2Vcpus).to.equal(7);
    // What is being typed is nobody else's to change.
    await vcpus.fill("5");
    shown.cloud.setConditions({ ec2Vcpus: 9, payloadLimits: false });
    await card.getByLabel("Payloads are limited").and(page.locator(":not(:checked)")).waitFor();
    expect(await vcpus.inputValue()).to.equal("5");
    await vcpus.press("Enter");
    await card.getByText("Set: EC2's vCPUs are limited, 5 vCPUs.").waitFor();
    expect(shown.cloud.context.conditions.ec2Vcpus).to.equal(5);
    const expiry = card.getByRole("spinbutton", { name: /^Expired items stay for a while/ });
    expect(await expiry.inputValue()).to.equal("48");
    await expiry.fill("0.5");
    await expiry.press("Enter");
    await card.getByText("Set: Expired items stay for a while, 0.5 hours at most.").waitFor();
    expect(shown.cloud.context.conditions.timeToLiveLagMs).to.equal(1_800_000);

    await card.getByRole("button", { name: "All off" }).click();
    await card.getByText("All conditions are off.").waitFor();
    expect(shown.cloud.context.conditions).to.deep.equal(kind);
    await card.getByRole("checkbox", { checked: true }).first().waitFor({ state: "detached" });
    await card.getByLabel("Other instances of the same type run").check();
    await card.getByText("On from now on: Other instances").waitFor();
    expect(shown.cloud.context.conditions.otherInstances).to.deep.equal({ count: 3, cpuPercent: 50 });
    await card.getByRole("button", { name: "As AWS" }).click();
    await card.getByText("The cloud is as unkind as AWS.").waitFor();
    expect(shown.cloud.context.conditions).to.deep.equal(unkind);
    // Seen by a page that was open already, and by whoever comes later.
    shown.cloud.setConditions({ iamPropagationMs: 0, queueDepthLagMs: 0 });
    await card.getByLabel("Changes of IAM count later").and(page.locator(":not(:checked)")).waitFor();
  });

  it("Fleet: a load by the slider, and the alarm's metric beside its threshold", async () => {
    shown.cloud.console.offer({ fleet: { tags: { Fleet: "test" }, mostDemand: 5 } });
    page = await shown.open("fleet");
    await page.getByLabel(/^Work, in instances/).fill("2.5");
    await page.getByText("The load is 2.5 instances' worth from now on.").waitFor();
    await page.getByText("0 instances in service share it").waitFor();
    await page.getByText("There are no alarms in this cloud.").waitFor();
  });
});
