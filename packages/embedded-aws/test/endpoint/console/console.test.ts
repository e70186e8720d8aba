import { expect } from "chai";
import { RunningClock } from "../../../src/core/clock";
import type { Asks } from "../../../src/console/protocol";
import { EventLog } from "../../../src/testing/eventLog";
import type { TestCloud } from "../../../src/testing/testCloud";
import { bodiesIn, createQueueApi } from "../apiGateway/support";
import { askConsole, startShop, Watcher } from "../../support/shop";

describe("the console of a cloud", function () {
  this.timeout(40_000);

  let cloud: TestCloud;
  let page: Watcher;
  let secret: string;
  let log: EventLog;

  before(async () => {
    cloud = await startShop({ clock: new RunningClock() });
    log = new EventLog(cloud.context.events);
    page = new Watcher(cloud.console.address);
    ({ secret } = await page.hello());
  });
  after(async () => {
    page.close();
    await cloud.close();
  });

  const ask = <Name extends keyof Asks>(name: Name, question: Asks[Name][0]) =>
    askConsole(cloud.console.address, secret, name, question);
  const toQueue = (body: string, count = 1) =>
    ask("send", { target: { kind: "queue", name: "queue" }, body, count });
  /** Sends something and waits until it has been given up. */
  const deadLetter = async (body: string) => {
    const { id = "" } = await toQueue(body);
    await log.first("message-dead-lettered", ({ messageId }) => messageId === id);
    return id;
  };

  it("shows what the program registered, joined by its properties", async () => {
    const { graph } = await page.hello();
    expect(graph.nodes.map(({ key, group }) => `${group}/${key}`)).to.have.members([
      "orders/queue:dead",
      "orders/queue:queue",
      "orders/table:stored",
      "orders/function:store",
    ]);
    expect(graph.edges.map(({ from, to, by }) => `${from}>${to} ${by}`)).to.have.members([
      "queue:queue>queue:dead redrivePolicy",
      "queue:queue>function:store eventSourceArn",
      "function:store>table:stored policy",
    ]);
  });

  it("tells of an event, and lights the edge that it passes", async () => {
    const { id } = await toQueue('{"id":"quick"}');
    await page.first((frame) => frame.type === "tick" && frame.lines.some((line) => line.id === id));
    await page.first(
      (frame) => frame.type === "tick" && (frame.marks["queue:queue>function:store"] ?? 0) > 0,
    );
    await page.first(
      (frame) => frame.type === "tick" && (frame.marks["function:store>table:stored"] ?? 0) > 0,
    );
  });

  it("gives a page that comes back what it has missed, and no more", async () => {
    await toQueue('{"id":"before"}');
    await page.first(
      (frame) => frame.type === "tick" && frame.lines.some(({ text }) => text.includes("before")),
    );
    const [hello, ...others] = page.frames;
    const again = new Watcher(cloud.console.address, others[0]?.id ?? hello?.id);
    try {
      await again.first(
        (frame) => frame.type === "tick" && frame.lines.some(({ text }) => text.includes("before")),
      );
      expect(again.frames.map(({ frame }) => frame.type)).not.to.include("hello");
      expect(again.frames[0]?.frame).to.deep.equal(others[1]?.frame);
    } finally {
      again.close();
    }
  });

  it("tells a page of another run, or of one that is too old, everything anew", async () => {
    for (const last of ["other-run.7", "nonsense", `${(await page.hello()).run}.999999`]) {
      const other = new Watcher(cloud.console.address, last);
      expect((await other.hello()).project).to.equal("shop");
      other.close();
    }
  });

  it("traces a message to the item, the call with its IAM decision, the e-mail and the log line", async () => {
    const { id = "" } = await toQueue('{"id":"traced-1"}');
    await log.first("message-deleted", ({ messageId }) => messageId === id);
    const trace = await ask("trace", { id });
    expect(trace).to.include({ id, outcome: "done", body: '{"id":"traced-1"}' });
    const said = trace.spans.map(({ depth, kind, title }) => `${depth} ${kind} ${title}`);
    for (const step of [
      "0 message message in queue",
      "1 invocation store succeeded",
      "2 call dynamodb PutItem",
      "3 item item inserted: id traced-1",
      "2 call ses SendEmail",
      "3 email e-mail to ada@example.com: Order traced-1 is confirmed",
    ])
      expect(said).to.include(step);
    const put = trace.spans.find(({ title }) => title === "dynamodb PutItem");
    expect(put?.details.join()).to.match(
      /allowed: dynamodb:PutItem on .*table\/stored, by .* of permissions/,
    );
    expect(said.some((step) => step.startsWith("2 log") && step.includes("traced-1"))).to.equal(true);
  });

  it("finds a trace by a call within it, by its body and by its state", async () => {
    const { id = "" } = await toQueue('{"id":"found-1"}');
    await log.first("message-deleted", ({ messageId }) => messageId === id);
    const { spans } = await ask("trace", { id });
    const inside = spans.find(({ kind }) => kind === "call")?.id ?? "";
    expect((await ask("trace", { id: inside })).id).to.equal(id);
    expect((await ask("traces", { query: "found-1" })).traces.map((trace) => trace.id)).to.deep.equal([id]);
    expect((await ask("traces", { query: "found-1", outcome: "dead-lettered" })).traces).to.deep.equal([]);
  });

  it("shows why a message was given up, and brings it back, edited or not", async () => {
    const id = await deadLetter('{"name":"lost"}');
    const { messages } = await ask("messages", { queue: "dead" });
    expect(messages.find((message) => message.id === id)).to.include({
      body: '{"name":"lost"}',
      from: "queue",
      state: "available",
    });
    const trace = await ask("trace", { id });
    expect(trace.outcome).to.equal("dead-lettered");
    expect(trace.spans.some(({ title, bad }) => bad === true && title.includes("id: got nothing"))).to.equal(
      true,
    );

    const { sentTo, id: fresh } = await ask("resend", {
      queue: "dead",
      message: id,
      body: '{"id":"edited-1"}',
    });
    expect(sentTo).to.equal("queue");
    await log.first(
      "message-deleted",
      ({ messageId, queueName }) => messageId === fresh && queueName === "queue",
    );
    const { messages: left } = await ask("messages", { queue: "dead" });
    expect(left.map((message) => message.id)).not.to.include(id);
  });

  it("redrives one, and all", async () => {
    const first = await deadLetter('{"name":"first"}');
    const second = await deadLetter('{"name":"second"}');
    await ask("redrive", { queue: "dead", message: first });
    const again = await log.first("message-sent", ({ formerId }) => formerId === first);
    expect(again).to.include({ queueName: "queue", body: '{"name":"first"}' });
    await ask("redrive", { queue: "dead" });
    await log.first("message-sent", ({ formerId }) => formerId === second);
    // What was sent again belongs to the same way.
    expect((await ask("trace", { id: again.messageId })).id).to.equal(first);
  });

  it("says what is wrong with an order that cannot be carried out", async () => {
    const refused = async (work: Promise<unknown>) =>
      await work.then(
        () => "it was carried out",
        (error: unknown) => (error as Error).message,
      );
    expect(await refused(ask("redrive", { queue: "queue" }))).to.match(
      /is empty|names queue as its dead-letter/,
    );
    expect(await refused(ask("messages", { queue: "gone" }))).to.equal("there is no queue gone any more");
    expect(await refused(ask("redrive", { queue: "dead", message: "nobody" }))).to.match(/look again/);
    expect(await refused(ask("load", { demand: 2 }))).to.match(/no fleet/);
    expect(
      await refused(ask("send", { target: { kind: "bus", name: "default" }, body: "{", count: 1 })),
    ).to.match(/the event is not JSON/);
    expect(
      await refused(
        ask("send", {
          target: { kind: "api", name: "http://example.com", method: "POST", path: "/" },
          body: "",
          count: 1,
        }),
      ),
    ).to.equal("there is no API http://example.com any more");
    expect(
      await refused(ask("send", { target: { kind: "queue", name: "queue" }, body: "x", count: 0 })),
    ).to.match(/^count: /);
  });

  it("sends to a route of an API: signed where IAM is asked, nowhere but to that API", async () => {
    const { apiId, url, queue } = await createQueueApi(cloud);
    const { address, routes } = await ask("routes", { api: apiId });
    expect(address).to.equal(url);
    expect(routes).to.deep.equal([
      { key: "POST /orders", method: "POST", path: "/orders", authorization: "AWS_IAM" },
    ]);
    const messageOf = (work: Promise<unknown>) => work.catch((error: unknown) => (error as Error).message);
    const post = (path: string, more: object = {}) =>
      ask("send", {
        target: { kind: "api", name: apiId, method: "POST", path, ...more },
        body: '{"orderId":"api-{{n}}"}',
        count: 1,
      });
    const sent = await post("/orders?by=console");
    expect(sent).to.include({ sent: 1, failed: 0 });
    expect(sent.answer).to.match(/^202 /);
    expect((await ask("trace", { id: sent.id ?? "" })).body).to.equal('{"orderId":"api-1"}');
    expect(await bodiesIn(cloud, queue)).to.deep.equal(['{"orderId":"api-1"}']);
    expect((await post("/nothing")).answer).to.match(/^404 /);
    expect((await post("/orders", { token: "a.b.c" })).answer).to.match(/^403 /);
    for (const path of ["/../../_console/ask", "/..%2f../x/../../../_console/"])
      expect(await messageOf(post(path)), path).to.match(/expected one within|404/);
    expect(await messageOf(post("/orders", { token: "a\r\nx: y" }))).to.match(/token/);
  });

  it("replays an invocation with the same event", async () => {
    const { id = "" } = await toQueue('{"id":"replayed-1"}');
    await log.first("message-deleted", ({ messageId }) => messageId === id);
    const { invocations } = await ask("invocations", { function: "store" });
    expect(invocations[0]).to.include({ outcome: "succeeded" });
    const before = cloud.inbox.total;
    const { status } = await ask("replay", { requestId: invocations[0]?.requestId ?? "" });
    expect(status).to.equal("succeeded");
    expect(cloud.inbox.total).to.be.above(before);
  });

  it("makes a function crash, a table throttle, a permission go, and stops when it is told to", async () => {
    const outcomeOf = async (body: string) => {
      const { id = "" } = await toQueue(body);
      const started = await log.first(
        "invocation-started",
        ({ source }) => source?.kind === "queue" && source.messageIds.includes(id),
      );
      return await log.first("invocation-ended", ({ requestId }) => requestId === started.requestId);
    };
    const crash = await ask("fault", { fault: { kind: "crash", rate: 1, functionName: "store" } });
    expect((await outcomeOf('{"id":"crash-1"}')).outcome).to.equal("crashed");
    await ask("heal", crash);
    expect((await outcomeOf('{"id":"crash-2"}')).outcome).to.equal("succeeded");

    const taken = await ask("fault", {
      fault: { kind: "permission", rate: 1, roleName: "store-role", action: "dynamodb:PutItem" },
    });
    await toQueue('{"id":"taken-1"}');
    const denied = await log.first("request", ({ errorCode }) => errorCode === "AccessDeniedException");
    expect(denied).to.include({ service: "dynamodb", operation: "PutItem" });
    const { refusals } = await ask("iam", {});
    expect(refusals[0]).to.include({
      caller: "store",
      action: "dynamodb:PutItem",
      by: "no statement allows it",
    });
    expect(await ask("heal", taken)).to.deep.equal({ removed: true });
    expect(await ask("heal", taken)).to.deep.equal({ removed: false });
  });

  it("counts which statement decided, and knows those that never did", async () => {
    const { id = "" } = await toQueue('{"id":"counted-1"}');
    await log.first("message-deleted", ({ messageId }) => messageId === id);
    const { statements } = await ask("iam", {});
    const times = (action: string) => statements.find(({ actions }) => actions === action)?.times;
    expect(times("dynamodb:PutItem")).to.be.above(0);
    expect(times("sns:Publish")).to.equal(0);
    const policy = { RoleName: "store-role", PolicyName: "no-topics" };
    const denied = { Sid: "NoTopics", Effect: "Deny", Action: "sns:ListTopics", Resource: "*" };
    await cloud.call("iam", "PutRolePolicy", {
      ...policy,
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: denied }),
    });
    const { accountId } = cloud.context;
    const asStore = { kind: "role", accountId, roleName: "store-role", sessionName: "store" } as const;
    await cloud.context.call("sns", "ListTopics", {}, asStore).catch(() => undefined);
    expect((await ask("iam", {})).refusals[0]).to.include({
      action: "sns:ListTopics",
      by: "denied by statement NoTopics of no-topics",
    });
    await cloud.call("iam", "DeleteRolePolicy", policy);
  });

  it("changes conditions while it runs, tells open pages, and names the one that is wrong", async () => {
    const { sqsInFlight, sesSandbox } = cloud.context.conditions;
    const { conditions } = await ask("conditions", {
      change: { sqsInFlight: "unlimited", sesSandbox: true },
    });
    expect(conditions).to.include({ sqsInFlight: "unlimited", sesSandbox: true });
    expect(cloud.context.conditions).to.include({ sqsInFlight: Infinity, sesSandbox: true });
    await page.first(
      (frame) =>
        frame.type === "state" &&
        (frame.conditions ?? []).some(({ name, value }) => name === "sesSandbox" && value),
    );
    const wrong: readonly (readonly [object, RegExp])[] = [
      [
        { sesSandbox: false, ec2Vcpus: -1 },
        /^conditions\.ec2Vcpus: got -1; expected a number of at least 0$/,
      ],
      [{ constructor: 1 }, /^conditions: got "constructor"; expected any of lambdaConcurrency, /],
      [{ iamPropagationMs: "unlimited" }, /^conditions\.iamPropagationMs: got unlimited; expected/],
      [{ bootCpu: { seconds: 1, percent: 101 } }, /^conditions\.bootCpu\.percent: got 101/],
      [{ bootCpu: [] }, /^conditions\.bootCpu\.seconds: got undefined/],
    ];
    for (const [change, message] of wrong) {
      const refused: unknown = await ask("conditions", { change }).catch((error: unknown) => error);
      expect((refused as Error).message).to.match(message);
      expect(cloud.context.conditions.sesSandbox).to.equal(true);
    }
    await ask("conditions", { change: { sqsInFlight, sesSandbox } });
    expect(cloud.context.conditions).to.include({ sqsInFlight, sesSandbox });
  });

  it("stops the clock, steps it and lets it run", async () => {
    expect(await ask("clock", { paused: true, speed: 60 })).to.deep.equal({
      speed: 60,
      paused: true,
      settable: true,
    });
    await ask("clock", { speed: 1 });
    const before = cloud.context.clock.now();
    await ask("clock", { stepMs: 3_600_000 });
    expect(cloud.context.clock.now() - before).to.be.within(3_600_000, 3_700_000);
    expect((await ask("clock", { paused: false })).paused).to.equal(false);
  });

  it("leaves no trace of its own looking in the event stream", async () => {
    const seen: string[] = [];
    const end = cloud.context.events.subscribe((event) => {
      if (event.type === "request" && event.caller.kind === "administrator") seen.push(event.operation);
    });
    for (const look of [
      ask("items", { table: "stored" }),
      ask("inbox", {}),
      ask("fleet", {}),
      ask("logs", { group: "function:store", filter: "" }),
    ])
      await look;
    end();
    expect(seen).to.deep.equal([]);
  });
});
