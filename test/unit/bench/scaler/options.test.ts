import { expect } from "chai";
import { UsageError } from "embedded-pulumi/cli";
import { readMeasurements } from "../../../../bench/commandLine";
import { readOptions, scalerOptions } from "../../../../bench/scaler/options";

const benches = { scaler: { run: () => Promise.resolve({}), options: scalerOptions } };
const read = (...args: readonly string[]) => readOptions(readMeasurements(args, benches).args);

describe("the options of the scaler's bench", () => {
  it("are the six standard traces, without any", () => {
    const { traces, ...others } = read("--json");
    expect(traces).to.have.length(6);
    expect(others).to.deep.equal({
      ownTrace: false,
      schedule: undefined,
      seed: 1,
      quick: false,
      plot: false,
      svg: undefined,
    });
  });

  it("take a schedule as the component does", () => {
    const schedule = [{ cron: "0 8 * * *", min: 2, max: 9 }];
    expect(read("--schedule", JSON.stringify(schedule))).to.deep.include({ schedule });
  });

  for (const [args, problem] of [
    [["--boot", "9"], /--boot/],
    [["--seed", "x"], /^--seed: got "x"; expected a whole number from 0 to 4294967295$/],
    [["--seed", ""], /^--seed: expected a value/],
    [["--svg", "/nowhere/at-all.svg"], /^--svg: .*no such file/],
    [["--trace", "/nowhere/at-all.csv"], /^--trace: .*no such file.*at-all\.csv/],
    [["--trace", __filename], /^--trace: options\.test\.ts, line 1: got "import/],
    [["--schedule", "{}"], /^--schedule: got {}; expected a schedule of 1 to 50 entries/],
    [["--schedule", '[{"cron":"0 8 * * *","min":3,"max":2}]'], /^--schedule: \[0\]\.max: got 2/],
  ] as const)
    it(`are refused for a person to read: ${args.map((arg) => arg.split("/").at(-1)).join(" ")}`, () => {
      expect(() => read(...args)).to.throw(UsageError, problem);
    });
});
