import type { EventBridgeClient, PutEventsCommand, PutEventsResultEntry } from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import { createEventBus } from "../../../../handlers/shared/eventBus";
import { entryOfOrder, refusedEvent, type OrderEvent } from "../../../../handlers/orders/orderEvents";
import { awsError, steppedTiming } from "../../support/handlerFakes";

const refusal = { code: "invalidOrder", reason: "r" } as const;
const event = (id: string): OrderEvent => refusedEvent(id, undefined, refusal, 0);

/** @param answer what becomes of each entry, by the ids of its message and the call's number from 1. */
function setUp(answer: (ids: readonly string[], call: number) => readonly PutEventsResultEntry[] | Error) {
  const calls: (readonly string[])[] = [];
  const timing = steppedTiming();
  const send = (
    { input }: PutEventsCommand,
    { abortSignal }: { readonly abortSignal?: AbortSignal } = {},
  ) => {
    expect(abortSignal).to.be.instanceOf(AbortSignal);
    const ids = (input.Entries ?? []).map(
      ({ Detail = "{}" }) => (JSON.parse(Detail) as { messageId: string }).messageId,
    );
    calls.push(ids);
    const result = answer(ids, calls.length);
    if (result instanceof Error) return Promise.reject(result);
    const FailedEntryCount = result.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
    return Promise.resolve({ FailedEntryCount, Entries: result });
  };
  const client = { send: send as unknown as EventBridgeClient["send"] };
  return {
    bus: createEventBus({ client, busName: "orders", timing, entryOf: entryOfOrder }),
    calls,
    deadline: timing.now() + 5_000,
  };
}

const taken = (ids: readonly string[]) => ids.map((id) => ({ EventId: id }));
const namesOf = (problems: readonly unknown[]) =>
  problems.map((problem) => (problem instanceof Error ? problem.name : problem));

describe("eventBus", () => {
  it("sends ten events a request, in their order", async () => {
    const { bus, calls, deadline } = setUp(taken);
    const ids = Array.from({ length: 23 }, (_, index) => String(index));
    expect(await bus.sendAll(ids.map(event), deadline)).to.deep.equal(ids.map(() => undefined));
    expect(calls).to.deep.equal([ids.slice(0, 10), ids.slice(10, 20), ids.slice(20)]);
  });

  it("sends nothing where there is nothing", async () => {
    const { bus, calls, deadline } = setUp(taken);
    expect(await bus.sendAll([], deadline)).to.deep.equal([]);
    expect(calls).to.deep.equal([]);
  });

  // A process that was frozen for minutes wakes with a clock that the SDK sets right by the refusal.
  it("sends again once its clock has been set right, and only then", async () => {
    for (const clockSkewCorrected of [true, false]) {
      const { bus, calls, deadline } = setUp((ids, call) =>
        call === 1
          ? Object.assign(awsError("InvalidSignatureException"), {
              $metadata: { httpStatusCode: 400, clockSkewCorrected },
            })
          : taken(ids),
      );
      const problems = await bus.sendAll([event("a")], deadline);
      expect(namesOf(problems)).to.deep.equal([clockSkewCorrected ? undefined : "InvalidSignatureException"]);
      expect(calls).to.have.length(clockSkewCorrected ? 2 : 1);
    }
  });

  it("sends again what alone of a request was throttled", async () => {
    const { bus, calls, deadline } = setUp((ids, call) =>
      ids.map((id) =>
        id === "b" && call < 3 ? { ErrorCode: "ThrottlingException", ErrorMessage: "m" } : { EventId: id },
      ),
    );
    expect(await bus.sendAll(["a", "b", "c"].map(event), deadline)).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    expect(calls).to.deep.equal([["a", "b", "c"], ["b"], ["b"]]);
  });

  it("tells what EventBridge will never take, and takes the rest", async () => {
    const { bus, calls, deadline } = setUp((ids) =>
      ids.map((id) => (id === "a" ? { ErrorCode: "MalformedDetail", ErrorMessage: "m" } : { EventId: id })),
    );
    expect(namesOf(await bus.sendAll(["a", "b"].map(event), deadline))).to.deep.equal([
      "MalformedDetail",
      undefined,
    ]);
    expect(calls).to.have.length(1);
  });

  it("gives up at the deadline, for what is left alone", async () => {
    const { bus, calls, deadline } = setUp((ids) =>
      ids.map((id) => (id === "a" ? { ErrorCode: "InternalFailure", ErrorMessage: "m" } : { EventId: id })),
    );
    expect(namesOf(await bus.sendAll(["a", "b"].map(event), deadline))).to.deep.equal([
      "InternalFailure",
      undefined,
    ]);
    expect(calls.length).to.be.greaterThan(2);
    for (const ids of calls.slice(1)) expect(ids).to.deep.equal(["a"]);
  });

  it("tells of each event that its whole request was refused, and sends the next request", async () => {
    const { bus, deadline } = setUp((ids, call) =>
      call === 1 ? awsError("AccessDeniedException") : taken(ids),
    );
    const ids = Array.from({ length: 11 }, (_, index) => String(index));
    expect(namesOf(await bus.sendAll(ids.map(event), deadline))).to.deep.equal([
      ...Array.from({ length: 10 }, () => "AccessDeniedException"),
      undefined,
    ]);
  });

  it("sends to the bus by its name, from one source, with the time of what happened", async () => {
    const inputs: PutEventsCommand["input"][] = [];
    const send = ({ input }: PutEventsCommand) => {
      inputs.push(input);
      return Promise.resolve({ FailedEntryCount: 0 });
    };
    const client = { send: send as unknown as EventBridgeClient["send"] };
    const timing = steppedTiming();
    await createEventBus({ client, busName: "orders", timing, entryOf: entryOfOrder }).sendAll(
      [event("m")],
      timing.now() + 5_000,
    );
    const { detail } = event("m");
    expect(inputs).to.deep.equal([
      {
        Entries: [
          {
            EventBusName: "orders",
            Source: "orders",
            DetailType: "OrderRefused",
            Detail: JSON.stringify(detail),
            Time: new Date(0),
          },
        ],
      },
    ]);
  });
});
