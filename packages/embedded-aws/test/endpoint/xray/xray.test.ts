import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { Principal } from "../../../src/core/iam/principal";
import { createLambda } from "../../../src/services/lambda/lambda";
import { createLogs } from "../../../src/services/logs/logs";
import { createXray } from "../../../src/services/xray/xray";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createFunction, createRole, invoke, record } from "../lambda/support";
import { untyped } from "../../support/untyped";

const TRACE = `1-695d0000-${"a".repeat(24)}`;
const segment = (more: object = {}) =>
  JSON.stringify({
    name: "shop",
    id: "0123456789abcdef",
    trace_id: TRACE,
    start_time: 1000,
    end_time: 1001.5,
    ...more,
  });

describe("X-Ray", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({
      clock,
      services: [createLogs, createXray, createLambda],
      // What a role may do counts at once.
      conditions: { iamPropagationMs: 0 },
    });
  });

  afterEach(() => cloud.close());

  const put = async (...TraceSegmentDocuments: string[]) =>
    (await cloud.call("xray", "PutTraceSegments", { TraceSegmentDocuments })).UnprocessedTraceSegments ?? [];
  const summaries = async (StartTime = 0, EndTime = 1e10) =>
    (
      await cloud.call("xray", "GetTraceSummaries", {
        StartTime: new Date(StartTime * 1000),
        EndTime: new Date(EndTime * 1000),
      })
    ).TraceSummaries ?? [];

  describe("as a service", () => {
    it("puts the segments of a trace together", async () => {
      const later = segment({ id: "fedcba9876543210", start_time: 1001, end_time: 1003, fault: true });
      expect(await put(segment(), later)).to.deep.equal([]);
      expect(await summaries()).to.deep.equal([
        {
          Id: TRACE,
          StartTime: new Date(1_000_000),
          Duration: 3,
          HasFault: true,
          HasError: false,
          HasThrottle: false,
          IsPartial: false,
        },
      ]);
      expect(await summaries(1001)).to.deep.equal([]);
      const { Traces, UnprocessedTraceIds } = await cloud.call("xray", "BatchGetTraces", {
        TraceIds: [TRACE, "1-00000000-unknown"],
      });
      expect(Traces?.map(({ Segments }) => Segments?.map(({ Document }) => Document))).to.deep.equal([
        [segment(), later],
      ]);
      expect(UnprocessedTraceIds).to.deep.equal(["1-00000000-unknown"]);
    });

    it("shows a trace in progress, until the segment comes again complete", async () => {
      await put(segment({ end_time: undefined, in_progress: true }));
      expect((await summaries())[0]).to.include({ IsPartial: true, Duration: 0 });
      await put(segment());
      expect((await summaries())[0]).to.include({ IsPartial: false, Duration: 1.5 });
    });

    for (const [what, document, reason] of [
      ["what is not JSON", "{", /JSON/],
      ["a segment without a trace", segment({ trace_id: "none" }), /^trace_id: /],
      ["a segment above 64 KB", segment({ annotations: "x".repeat(65_536) }), /65536 bytes/],
    ] as const) {
      it(`names ${what} and keeps the others`, async () => {
        const [problem] = await put(document, segment());
        expect(problem)
          .to.include({ ErrorCode: "ParseError" })
          .and.to.have.property("Message")
          .that.matches(reason);
        expect(await summaries()).to.have.length(1);
      });
    }

    it("forgets the oldest of more than a thousand traces", async () => {
      const id = (index: number) => `1-695d0000-${String(index).padStart(24, "0")}`;
      await put(...Array.from({ length: 1001 }, (_, index) => segment({ trace_id: id(index) })));
      const kept = await cloud.call("xray", "BatchGetTraces", {
        TraceIds: [id(0), id(1), id(1000)],
      });
      expect(kept.UnprocessedTraceIds).to.deep.equal([id(0)]);
    });

    it("refuses a role without the permission", async () => {
      await createRole(cloud, "writer", [{ Action: "xray:PutTelemetryRecords", Resource: "*" }]);
      const caller: Principal = {
        kind: "role",
        accountId: "000000000000",
        roleName: "writer",
        sessionName: "s",
      };
      const call = (operation: string, input: object) =>
        untyped(cloud.context.call)("xray", operation, input, caller).then(
          () => "done",
          (error: unknown) => String(error),
        );
      expect(
        await call("PutTelemetryRecords", {
          TelemetryRecords: [{ Timestamp: new Date(1000), SegmentsSentCount: 2 }],
        }),
      ).to.equal("done");
      expect(await call("PutTraceSegments", { TraceSegmentDocuments: [segment()] })).to.match(
        /AccessDeniedException: .* is not authorized to perform: xray:PutTraceSegments on resource: \*/,
      );
      expect(await summaries()).to.deep.equal([]);
    });
  });

  describe("and Lambda", () => {
    const TRACED = { Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" };
    const SOURCE = "exports.handler = async (event) => { if (event.fail) throw new Error('no'); };";
    const create = async (Mode: "Active" | "PassThrough", statements = [TRACED]) =>
      createFunction(cloud, "traced", SOURCE, {
        TracingConfig: { Mode },
        Role: await createRole(cloud, "traced-role", statements),
      });
    const calls = (events: ReturnType<typeof record>) =>
      events.flatMap((event) =>
        event.type === "request" && event.service === "xray" && event.caller.kind === "role"
          ? [`${event.operation} ${event.errorCode ?? "done"}`]
          : [],
      );

    it("sends the traces of a second together, as the function's role", async () => {
      await create("Active");
      const events = record(cloud);
      await invoke(cloud, "traced");
      await invoke(cloud, "traced", { fail: true });
      expect(calls(events)).to.deep.equal([]);
      await clock.advance(1_000);
      expect(calls(events)).to.deep.equal(["PutTraceSegments done", "PutTelemetryRecords done"]);
      expect((await summaries()).map(({ HasFault }) => HasFault)).to.deep.equal([false, true]);
    });

    it("counts its segments once a minute", async () => {
      await create("Active");
      const events = record(cloud);
      for (const step of [1_000, 58_000, 1_000]) {
        await invoke(cloud, "traced");
        await clock.advance(step);
      }
      await invoke(cloud, "traced");
      await clock.advance(1_000);
      expect(calls(events).filter((call) => call.startsWith("PutTelemetryRecords"))).to.have.length(2);
      expect(calls(events).filter((call) => call.startsWith("PutTraceSegments"))).to.have.length(4);
    });

    it("sends what is left when an environment ends", async () => {
      await create("Active");
      const events = record(cloud);
      await invoke(cloud, "traced");
      const stopped = new Promise<void>((resolve) => {
        cloud.context.events.subscribe((event) => {
          if (event.type === "request" && event.operation === "PutTraceSegments") resolve();
        });
      });
      await cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName: "traced", Timeout: 4 });
      await stopped;
      expect(calls(events)[0]).to.equal("PutTraceSegments done");
    });

    it("loses the traces of a role that may not send them, and the function runs on", async () => {
      await create("Active", []);
      const events = record(cloud);
      expect((await invoke(cloud, "traced")).functionError).to.equal(undefined);
      await clock.advance(1_000);
      expect(calls(events)).to.deep.equal([
        "PutTraceSegments AccessDeniedException",
        "PutTelemetryRecords AccessDeniedException",
      ]);
      expect(await summaries()).to.deep.equal([]);
    });

    it("sends nothing without active tracing", async () => {
      await create("PassThrough");
      const events = record(cloud);
      await invoke(cloud, "traced");
      await clock.advance(60_000);
      expect(calls(events)).to.deep.equal([]);
    });
  });
});
