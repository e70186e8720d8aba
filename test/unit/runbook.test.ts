import { readFileSync } from "node:fs";
import { expect } from "chai";
import { createAnnounceOrders } from "../../handlers/orders/announceBatch";
import { createConfirmOrders } from "../../handlers/orders/confirmBatch";
import { deadLetterOf, type Refusal } from "../../handlers/orders/deadLetter";
import type { StoreOutcome } from "../../handlers/orders/storeOutcome";
import { createProcessOrders } from "../../handlers/orders/processBatch";
import { parseConfiguration } from "../../handlers/scaling/configuration";
import { createScaleFleet } from "../../handlers/scaling/handleTrigger";
import { createTeller } from "../../handlers/scaling/tell";
import { tickEvent } from "./handlers/scaling/events";
import { configuration, members, minutes, NOW } from "./handlers/scaling/situation";
import {
  awsError,
  invocation,
  recordTelemetry,
  sqsRecord,
  steppedTiming,
  type RecordedTelemetry,
  sendEach,
  storeEach,
} from "./support/handlerFakes";

const RUNBOOK = readFileSync("docs/RUNBOOK.md", "utf8");

/** The log filters of a document's commands, by the chapter that they stand in. */
function filtersOf(document: string): Map<string, string[]> {
  const chapters = document.split(/^## /m).slice(1);
  return new Map(
    chapters.flatMap((chapter) => {
      const filters = [...chapter.matchAll(/--filter-pattern '([^']+)'/g)].map(([, pattern = ""]) => pattern);
      return filters.length === 0 ? [] : [[chapter.split("\n")[0] ?? "", filters] as const];
    }),
  );
}

/**
 * Whether a filter finds a line: `{ $.member = "text" }`, a "quoted phrase", or ?terms of which one must occur.
 * Syntax: Amazon CloudWatch Logs user guide.
 */
function finds(pattern: string, line: string): boolean {
  const member = /^\{ \$\.(\w+) = "([^"]*)" \}$/.exec(pattern);
  if (member !== null) {
    return (JSON.parse(line) as Record<string, unknown>)[member[1] ?? ""] === member[2];
  }
  const terms = [...pattern.matchAll(/(\??)(?:"([^"]+)"|(\w+))/g)].map(([, mark, phrase, word]) => ({
    optional: mark === "?",
    text: phrase ?? word ?? "",
  }));
  expect(terms.map(({ optional, text }) => `${optional ? "?" : ""}${text}`).join(" ")).to.equal(
    pattern.replaceAll('"', ""),
    "a filter of this form is not understood here",
  );
  const found = (wanted: boolean) =>
    terms.filter(({ optional }) => optional === wanted).map(({ text }) => line.includes(text));
  return found(false).every(Boolean) && (found(true).length === 0 || found(true).some(Boolean));
}

/** Lines as the function's logger writes them: one JSON object each. */
function linesOf({ lines }: RecordedTelemetry): string[] {
  return lines.map(({ level, message, fields }) =>
    JSON.stringify({ level: level.toUpperCase(), message, ...fields }),
  );
}

/** An error that a function did not catch, as Lambda logs it in the format JSON. */
async function uncaught(invoked: Promise<unknown>): Promise<string> {
  const error: unknown = await invoked.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof Error)) throw new Error("the function did not fail");
  const message = { errorType: error.name, errorMessage: error.message, stackTrace: [] };
  return JSON.stringify({ level: "ERROR", message });
}

const body = JSON.stringify({ orderId: "a", customerName: "Ada", totalAmount: 1 });

function processOrders(store: () => Promise<StoreOutcome>, ...bodies: string[]) {
  const telemetry = recordTelemetry();
  const handler = createProcessOrders({
    store: storeEach(store),
    sendToDeadLetterQueue: sendEach(() => Promise.resolve()),
    telemetry,
    timing: steppedTiming(),
  });
  const records = bodies.map((text, index) => sqsRecord(String(index), text));
  return { telemetry, invoked: handler({ Records: records }, invocation()) };
}

async function confirmOrders(mailError?: Error): Promise<string[]> {
  const telemetry = recordTelemetry();
  const handler = createConfirmOrders({
    confirmations: {
      endedOf: () => Promise.resolve(new Set()),
      end: () => Promise.resolve(),
      sent: () => Promise.resolve([]),
    },
    mailer: { sendAll: () => Promise.resolve([mailError]) },
    sendToFailureQueue: () => Promise.resolve(),
    telemetry,
    timing: steppedTiming(),
  });
  const NewImage = { orderId: { S: "a" }, customerEmail: { S: "ada@example.com" } };
  await handler({ Records: [{ eventName: "INSERT", dynamodb: { NewImage } }] }, invocation());
  return linesOf(telemetry);
}

async function announceOrders(problem?: Error): Promise<string[]> {
  const telemetry = recordTelemetry();
  const handler = createAnnounceOrders({
    sendEvents: () => Promise.resolve([problem]),
    telemetry,
    timing: steppedTiming(),
  });
  const NewImage = {
    orderId: { S: "a" },
    status: { S: "Processed" },
    totalAmount: { N: "5" },
    createdAt: { S: "2026-11-24T12:00:00.000Z" },
  };
  await handler({ Records: [{ eventName: "INSERT", dynamodb: { NewImage } }] }, invocation());
  return linesOf(telemetry);
}

async function scaleFleet(cpu: number): Promise<string[]> {
  const telemetry = recordTelemetry();
  const refused = [
    { kind: "no capacity", count: 2, reason: "a: InsufficientInstanceCapacity: no room" },
  ] as const;
  const session = {
    records: members(3),
    unseen: 0,
    found: [],
    launch: () => Promise.resolve({ kind: "asked", launched: [], refused } as const),
    terminate: (ids: readonly string[]) =>
      Promise.resolve({ kind: "asked", terminated: ids, kept: [] } as const),
  };
  const aws = {
    fleet: { open: () => Promise.resolve(session) },
    cpu: { since: () => Promise.resolve({ cpu: minutes(members(3), [cpu, cpu, cpu, cpu, cpu]), wake: [] }) },
    now: () => NOW,
    teller: { tell: () => Promise.resolve(0) },
  };
  await createScaleFleet(configuration, aws, telemetry)(tickEvent(), { remainingMs: () => 60_000 });
  return linesOf(telemetry);
}

const processed = () => Promise.resolve<StoreOutcome>({ kind: "processed" });

describe("the runbook", () => {
  const filters = filtersOf(RUNBOOK);
  const refused = async () => {
    const { telemetry, invoked } = processOrders(processed, body, "not JSON");
    await invoked;
    return linesOf(telemetry);
  };

  /** For each chapter with a filter: lines that its alarm is about, and lines that it is not about. */
  const chapters: Readonly<
    Record<string, () => Promise<{ readonly about: string[]; readonly other: string[] }>>
  > = {
    "Many orders refused": async () => {
      const [stored = "", broken = ""] = await refused();
      return { about: [broken], other: [stored] };
    },
    "Confirmations fall behind": async () => ({
      about: await confirmOrders(awsError("TooManyRequestsException", 429)),
      other: [...(await confirmOrders()), ...(await confirmOrders(awsError("MessageRejected")))],
    }),
    "Events fall behind": async () => ({
      about: await announceOrders(awsError("ThrottlingException")),
      other: await announceOrders(),
    }),
    "Function errors": async () => ({
      about: [
        await uncaught(processOrders(() => Promise.reject(awsError("ThrottlingException")), body).invoked),
        // What Lambda itself writes when it ends a function: AWS Lambda developer guide.
        "2026-11-24T12:00:00Z 8f507cfc-xmpl-4697-b07a-ac58fc914c95 Task timed out after 30.00 seconds",
      ],
      other: [(await refused())[0] ?? ""],
    }),
    "Actions not told": async () => {
      const telemetry = recordTelemetry();
      const send = () => Promise.reject(awsError("ThrottlingException"));
      const teller = createTeller([{ name: "the event bus", send }], () => NOW, telemetry.log);
      const counts = { version: 1, count: 1, minimum: 1, maximum: 4, desired: 2 } as const;
      const action = {
        ...counts,
        fleet: "f",
        reason: "Launched.",
        action: "launch",
        instanceIds: ["i-1"],
      } as const;
      await teller.tell([action], { remainingMs: () => 60_000 });
      return { about: linesOf(telemetry), other: await scaleFleet(60) };
    },
    "Launches refused": async () => {
      const [summary = "", ...refusals] = await scaleFleet(91);
      return { about: refusals, other: [summary, ...(await scaleFleet(60))] };
    },
  };

  it("has a test here for each chapter with a filter of logs", () => {
    expect([...filters.keys()]).to.have.members(Object.keys(chapters));
  });

  for (const [chapter, cases] of Object.entries(chapters)) {
    it(`finds in "${chapter}" the lines that the alarm is about, and no others`, async () => {
      const { about, other } = await cases();
      expect(about.length).to.be.greaterThan(0);
      for (const pattern of filters.get(chapter) ?? []) {
        for (const line of about) expect(finds(pattern, line), `${pattern} finds ${line}`).to.equal(true);
        for (const line of other) expect(finds(pattern, line), `${pattern} finds ${line}`).to.equal(false);
      }
    });
  }

  it("cuts the reason out of a refused order's line", async () => {
    const [, expression = ""] = /grep -o '([^']+)'/.exec(RUNBOOK) ?? [];
    const [, line = ""] = await refused();
    expect(new RegExp(expression).exec(line)?.[0]).to.equal(
      `"reason":"order: got a string of 8 characters; expected valid JSON"`,
    );
  });

  it("names the attributes and codes of dead letters as the function writes them", () => {
    const codes: Readonly<Record<Refusal["code"], true>> = { invalidOrder: true, conflictingOrder: true };
    const named = [...RUNBOOK.matchAll(/`refusalCode: (\w+)`/g)].map(([, code]) => code);
    expect(named).to.have.members(Object.keys(codes));
    const attributes = Object.keys(
      deadLetterOf(sqsRecord("1", "b"), { code: "invalidOrder", reason: "r" }).MessageAttributes,
    );
    for (const name of attributes) expect(RUNBOOK).to.contain(`\`${name}`);
  });

  it("quotes what functions say when they fail", async () => {
    const error = await processOrders(
      () => Promise.reject(awsError("ThrottlingException")),
      body,
    ).invoked.catch((cause: unknown) => String(cause));
    expect(error).to.match(/none of 1 orders could be processed: ThrottlingException$/);
    expect(RUNBOOK).to.contain("`none of N orders could be processed: ThrottlingException`");
    expect(() => parseConfiguration("{}")).to.throw("The environment variable SCALER is not valid");
    expect(RUNBOOK).to.contain("`The environment variable … is not valid`");
  });
});
