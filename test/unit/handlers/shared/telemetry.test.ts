import { Logger } from "@aws-lambda-powertools/logger";
import { expect } from "chai";
import sinon from "sinon";
import { createTelemetry } from "../../../../handlers/shared/telemetry";

const TRACE = "Root=1-6926f3e0-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1";
const FIELDS = {
  orderId: "a-1",
  messageId: "m-1",
  outcome: "rejected",
  durationMs: 7,
  rejection: { reason: "unknownSku", sku: 'a "new"\nline' },
};

describe("createTelemetry", () => {
  let variables: NodeJS.ProcessEnv;
  beforeEach(() => {
    variables = process.env;
    process.env = { ...variables, POWERTOOLS_SERVICE_NAME: "orders", _X_AMZN_TRACE_ID: TRACE };
    delete process.env.POWERTOOLS_LOG_LEVEL;
    delete process.env.POWERTOOLS_DEV;
  });
  afterEach(() => {
    sinon.restore();
    process.env = variables;
  });

  /** What `work` writes to a stream; what mocha writes meanwhile is nothing, as `work` does not wait. */
  function written(name: "stdout" | "stderr", work: () => void): string[] {
    const write = sinon.stub(process[name], "write").returns(true);
    try {
      work();
    } finally {
      write.restore();
    }
    return write.args.map(([text]) => String(text));
  }

  for (const [what, trace] of [
    ["with a trace", TRACE],
    ["without one", undefined],
  ] as const)
    it(`writes lines as Powertools' Logger does, ${what}`, () => {
      if (trace === undefined) delete process.env._X_AMZN_TRACE_ID;
      // Each time a moment of its own, and nothing else that may differ.
      sinon.useFakeTimers({ now: 1_767_225_600_000, toFake: ["Date"] });
      const own = written("stdout", () => createTelemetry().log.info("order", FIELDS));
      const theirs = written("stdout", () => new Logger().info("order", FIELDS));
      expect(own).to.deep.equal(theirs.map((line) => line.replace('"sampling_rate":0,', "")));
      expect(own).to.have.lengthOf(1);
    });

  it("leaves out what is empty, and lets no field take a reserved name, as Powertools does", () => {
    sinon.useFakeTimers({ now: 1_767_225_600_000, toFake: ["Date"] });
    const fields = { orderId: "a-1", launched: "", level: "x", message: "x", timestamp: "x", service: "x" };
    let theirs: string[] = [];
    // Powertools warns of each that it drops.
    written("stderr", () => (theirs = written("stdout", () => new Logger().info("order", fields))));
    const own = written("stdout", () => createTelemetry().log.info("order", fields));
    expect(own).to.deep.equal(theirs.map((line) => line.replace('"sampling_rate":0,', "")));
    expect(own).to.have.lengthOf(1);
  });

  it("keeps to the level that the environment names", () => {
    process.env.POWERTOOLS_LOG_LEVEL = "WARN";
    const { log } = createTelemetry();
    expect(written("stdout", () => log.info("order", FIELDS))).to.deep.equal([]);
    const [line = ""] = written("stderr", () => log.warn("order", FIELDS));
    expect(JSON.parse(line)).to.include({ level: "WARN", message: "order", orderId: "a-1" });
  });

  it("publishes counts as one line of CloudWatch's embedded metric format", () => {
    process.env.POWERTOOLS_METRICS_NAMESPACE = "Shop";
    const lines = written("stdout", () =>
      createTelemetry().publishCounts({ OrdersProcessed: 2, OrdersRefused: 0 }),
    );
    expect(lines).to.have.lengthOf(1);
    const line = JSON.parse(lines[0] ?? "") as {
      readonly _aws: {
        readonly CloudWatchMetrics: readonly { readonly Namespace: string; readonly Metrics: object }[];
      };
    };
    expect(line).to.include({ service: "orders", OrdersProcessed: 2, OrdersRefused: 0 });
    expect(line._aws.CloudWatchMetrics).to.have.lengthOf(1);
    expect(line._aws.CloudWatchMetrics[0]).to.deep.include({
      Namespace: "Shop",
      Metrics: [
        { Name: "OrdersProcessed", Unit: "Count" },
        { Name: "OrdersRefused", Unit: "Count" },
      ],
    });
  });

  describe("lets lines leave the process together", () => {
    /** What is done with the process's streams, in its order, until the turn is over. */
    async function done(work: (telemetry: ReturnType<typeof createTelemetry>) => void): Promise<string[]> {
      const telemetry = createTelemetry();
      const steps: string[] = [];
      const { stdout, stderr } = process;
      sinon.stub(stdout, "cork").callsFake(() => void steps.push("cork"));
      sinon.stub(stdout, "uncork").callsFake(() => void steps.push("uncork"));
      sinon.stub(stdout, "write").callsFake((line) => {
        const { message } = JSON.parse(String(line)) as { readonly message?: string };
        return Boolean(steps.push(message ?? "counts"));
      });
      sinon.stub(stderr, "write").callsFake((line) => {
        const [, level, message] = /"level":"(\w+)","message":"(\w+)"/.exec(String(line)) ?? [];
        return level === undefined || Boolean(steps.push(`${level} ${message}`));
      });
      try {
        work(telemetry);
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        sinon.restore();
      }
      return steps;
    }

    it("those of one turn, its counts among them", async () => {
      expect(
        await done(({ log, publishCounts }) => {
          log.info("one", {});
          log.info("two", {});
          publishCounts({ Orders: 1 });
        }),
      ).to.deep.equal(["cork", "one", "two", "counts", "uncork"]);
      expect(await done(({ publishCounts }) => publishCounts({ Orders: 1 }))).to.deep.equal([
        "cork",
        "counts",
        "uncork",
      ]);
    });

    for (const level of ["warn", "error"] as const)
      it(`and what came before one of level ${level} before that`, async () => {
        const told = `${level.toUpperCase()} told`;
        expect(
          await done(({ log }) => {
            log.info("one", {});
            log[level]("told", {});
            log.info("two", {});
          }),
        ).to.deep.equal(["cork", "one", "uncork", told, "cork", "two", "uncork"]);
        expect(await done(({ log }) => log[level]("told", {}))).to.deep.equal([told]);
      });
  });

  it("names Powertools' own service where the environment names none", () => {
    delete process.env.POWERTOOLS_SERVICE_NAME;
    const [line = ""] = written("stdout", () => createTelemetry().log.info("order", FIELDS));
    expect(JSON.parse(line)).to.include({ service: "service_undefined" });
  });
});
