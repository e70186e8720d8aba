import type { DynamoDBRecord, EventBridgeEvent } from "aws-lambda";
import type { SendEmailCommandInput } from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import fc from "fast-check";
import { anyJsonText, badTexts, badValues } from "../../../packages/embedded-aws/test/support/badInput";
import { createAnnounceOrders } from "../../../handlers/orders/announceBatch";
import { createConfirmOrders } from "../../../handlers/orders/confirmBatch";
import { sesMail } from "../../../handlers/orders/sesMail";
import { createRecordFeedback } from "../../../handlers/orders/feedback";
import { createGetOrder } from "../../../handlers/orders/getOrder";
import { entryOfOrder } from "../../../handlers/orders/orderEvents";
import { createEndFleet } from "../../../handlers/scaling/endFleet";
import { parseTrigger } from "../../../handlers/scaling/parseTrigger";
import { alarmEvent, SOURCES, tickEvent } from "../handlers/scaling/events";
import { invocation, recordTelemetry, steppedTiming } from "../support/handlerFakes";

const values = [...badValues, ...badTexts].map(({ name, content }) => ({
  name,
  value: JSON.parse(content) as unknown,
}));
const anyValue = anyJsonText.map((text) => JSON.parse(text) as unknown);

/** `event` with `value` in the place of the member at `path`. */
function withValue(event: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const members = event as Readonly<Record<string, unknown>>;
  return { ...members, [name]: withValue(members[name], rest, value) };
}

/** The paths of everything in an event that its reader may look at. */
function pathsOf(event: unknown, around: readonly string[] = []): (readonly string[])[] {
  if (typeof event !== "object" || event === null) return [around];
  return [around, ...Object.entries(event).flatMap(([name, member]) => pathsOf(member, [...around, name]))];
}

const REASON =
  /^(the (event|tick|alarm's event) is malformed: [\w.-]+: got |(resources|detail-type): got ).*; .*expected/s;

describe("bad events", function () {
  this.timeout(60_000);

  afterEach(() => {
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });

  describe("of the scaler", () => {
    for (const [kind, event] of [
      ["alarm", alarmEvent("ALARM")],
      ["tick", tickEvent()],
    ] as const) {
      for (const path of pathsOf(event).filter(([name = ""]) => name !== "resources")) {
        it(`are refused briefly, or nothing reads it: ${kind} ${path.join(".")}`, () => {
          for (const { name, value } of values) {
            const trigger = parseTrigger(withValue(event, path, value), SOURCES);
            if (trigger.kind !== "refused") {
              expect(trigger, name).to.deep.equal(parseTrigger(event, SOURCES));
              continue;
            }
            expect(trigger.reason, name).to.match(REASON).and.have.length.below(2_500);
          }
        });
      }
    }

    it("are refused for resources that are none, or are not the fleet's", () => {
      for (const { name, value } of values)
        for (const resources of [value, [value], Array<unknown>(1_000).fill(value)]) {
          const trigger = parseTrigger({ ...tickEvent(), resources }, SOURCES);
          if (trigger.kind !== "refused") throw new Error(`${name}: accepted`);
          expect(trigger.reason, name).to.match(REASON).and.have.length.below(2_500);
        }
    });

    it("are refused for times that only some readers take for one", () => {
      for (const time of [
        "7",
        "2026",
        "Nov 24 2026",
        "24.11.2026",
        "2026-11-24",
        "NaN",
        "",
        "1e3",
        " 2026-11-24T12:00:00Z",
      ])
        expect(parseTrigger({ ...tickEvent(), time }, SOURCES), time).to.have.property("kind", "refused");
      for (const time of ["2026-11-24T12:00:00Z", "2026-11-24T12:00:00.123Z", "2026-11-24T12:00:00+01:00"])
        expect(parseTrigger({ ...tickEvent(), time }, SOURCES), time).to.have.property("kind", "tick");
    });

    it("of its stack's life are refused before anything is asked for or ended", async () => {
      const nothing = () => Promise.reject(new Error("something was asked for"));
      const endFleet = createEndFleet({
        ec2: { describe: nothing, terminate: nothing },
        store: { read: nothing, write: nothing },
        clock: { now: () => 0, sleep: () => Promise.resolve() },
        newHolder: () => "holder",
        log: { info: () => undefined },
      });
      for (const { name, value } of values)
        for (const event of [value, { tf: value }, { tf: { action: value } }]) {
          const error: unknown = await endFleet(event, { remainingMs: () => 60_000 }).catch(
            (cause: unknown) => cause,
          );
          expect(String(error), name)
            .to.match(/^Error: the event is malformed: /)
            .and.have.length.below(500);
        }
    });
  });

  const image = {
    orderId: { S: "bad-1" },
    status: { S: "Processed" },
    createdAt: { S: "2026-11-24T12:00:00.000Z" },
    customerName: { S: "Ann" },
    customerEmail: { S: "ann@example.com" },
    totalAmount: { N: "1.5" },
    items: { L: [{ M: { sku: { S: "TEA" }, quantity: { N: "1" } } }] },
  };
  const good = { eventName: "INSERT", dynamodb: { SequenceNumber: "1", NewImage: image } } as const;
  /** What DynamoDB may hold under an attribute's name, whoever wrote it. */
  const attributes = values.flatMap(({ name, value }) => {
    const text = typeof value === "string" ? value : JSON.stringify(name);
    return [
      { S: text },
      { N: "1e125" },
      { BOOL: true },
      { NULL: true },
      { L: [] },
      { M: { S: { S: text } } },
    ];
  });
  const recordWith = (name: string, attribute: object) =>
    ({
      eventName: "INSERT",
      dynamodb: { SequenceNumber: "2", NewImage: { ...image, [name]: attribute } },
    }) as unknown as DynamoDBRecord;

  describe("of the orders' stream", () => {
    it("are announced or passed over, and hold up no good one beside them", async () => {
      for (const name of Object.keys(image))
        for (const attribute of [...attributes, {}]) {
          const telemetry = recordTelemetry();
          let sent = 0;
          const handler = createAnnounceOrders({
            sendEvents(events) {
              for (const event of events) {
                const { Detail, Time } = entryOfOrder(event);
                expect(Detail).not.to.match(/:(null|NaN)/);
                expect(Time === undefined || !Number.isNaN(Time.getTime())).to.equal(true);
              }
              sent += events.length;
              return Promise.resolve(events.map(() => undefined));
            },
            telemetry,
            timing: steppedTiming(),
          });
          const answer = await handler({ Records: [recordWith(name, attribute), good] }, invocation());
          expect(answer).to.deep.equal({ batchItemFailures: [] });
          expect(sent).to.be.oneOf([1, 2]);
        }
    });

    it("are mailed on one line each, or are their mail's fault, and hold up no good one beside them", async () => {
      for (const name of Object.keys(image))
        for (const attribute of [...attributes, {}]) {
          const mails: SendEmailCommandInput[] = [];
          const failures: DynamoDBRecord[] = [];
          const handler = createConfirmOrders({
            confirmations: {
              endedOf: () => Promise.resolve(new Set<string>()),
              end: () => Promise.resolve(),
              sent: () => Promise.resolve([]),
            },
            mailer: {
              sendAll: (sent) =>
                Promise.resolve(
                  sent.map((mail) => {
                    if (!/^\S+@\S+$/.test(mail.to))
                      return Object.assign(new Error("no address"), { name: "BadRequestException" });
                    mails.push(sesMail(mail, { sender: "shop@example.com" }));
                    return undefined;
                  }),
                ),
            },
            sendToFailureQueue(record) {
              failures.push(record);
              return Promise.resolve();
            },
            telemetry: recordTelemetry(),
            timing: steppedTiming(),
          });
          const answer = await handler({ Records: [recordWith(name, attribute), good] }, invocation());
          expect(answer).to.deep.equal({ batchItemFailures: [] });
          expect(mails.length + failures.length).to.be.oneOf([1, 2]);
          expect(mails.length).to.be.at.least(1);
          for (const { Content } of mails) {
            expect(Content?.Simple?.Subject?.Data).to.match(/^[^\p{Cc}]*$/u);
            const text = Content?.Simple?.Body?.Text?.Data ?? "";
            expect(text.isWellFormed()).to.equal(true);
            expect(text).not.to.match(/total is NaN|undefined|\[object/);
          }
        }
    });
  });

  it("of bounces and complaints are errors that name the member, and note nothing", async () => {
    const event = {
      detail: {
        eventType: "Bounce",
        bounce: { bounceType: "Permanent", bounceSubType: "General" },
        mail: { tags: { orderId: ["bad-1"] } },
      },
    };
    const noted: string[] = [];
    const handler = createRecordFeedback({
      confirmations: {
        end(orderId, _ending, _deadline, why) {
          noted.push(`${orderId} ${why ?? ""}`);
          return Promise.resolve();
        },
      },
      telemetry: recordTelemetry(),
      timing: steppedTiming(),
    });
    const run = async (bad: unknown) =>
      await handler(bad as EventBridgeEvent<string, unknown>, invocation()).catch((cause: unknown) => cause);
    for (const path of [...pathsOf(event), ["detail", "mail", "tags", "orderId"]])
      for (const { name, value } of [...values, { name: "many", value: Array(100_000).fill(7) as unknown }]) {
        noted.length = 0;
        const answer = await run(withValue(event, path, value));
        if (answer instanceof Error) {
          expect(answer.message, name)
            .to.match(/^the event is no bounce or complaint of an order's confirmation: [\w., ]+$/)
            .and.have.length.below(500);
          expect(noted, name).to.deep.equal([]);
        } else expect(noted[0], name).to.match(/^[\w-]{1,64} Bounce [\w-]{1,64} [\w-]{1,64}$/);
      }
  });

  it("of the order API ask for an order only by what may be its id", async () => {
    let asked = 0;
    const handler = createGetOrder({
      client: {
        send: (() => {
          asked++;
          return Promise.resolve({});
        }) as never,
      },
      ordersTableName: "orders",
      timing: steppedTiming(),
    });
    await fc.assert(
      fc.asyncProperty(anyJsonText, fc.dictionary(fc.string(), anyValue), async (text, claims) => {
        const given: unknown = JSON.parse(text);
        const orderId = typeof given === "string" ? given : text;
        asked = 0;
        const { statusCode, body } = await handler(
          { pathParameters: { orderId }, requestContext: { authorizer: { jwt: { claims } } } },
          invocation(),
        );
        const fits = /^[A-Za-z0-9_-]{1,64}$/.test(orderId);
        expect([statusCode, asked]).to.deep.equal(fits ? [404, 1] : [400, 0]);
        if (!fits)
          expect(JSON.parse(body)).to.deep.equal({
            message: "orderId: expected 1 to 64 letters, digits, _ or -",
          });
      }),
    );
  });
});
