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

  it("names Powertools' own service where the environment names none", () => {
    delete process.env.POWERTOOLS_SERVICE_NAME;
    const [line = ""] = written("stdout", () => createTelemetry().log.info("order", FIELDS));
    expect(JSON.parse(line)).to.include({ service: "service_undefined" });
  });
});
