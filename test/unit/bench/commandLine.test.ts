import { expect } from "chai";
import { helpText, UsageError } from "embedded-pulumi/cli";
import { benchLine, readMeasurements, type Bench } from "../../../bench/commandLine";

const run = (): Promise<object> => Promise.resolve({});
const benches: Readonly<Record<string, Bench>> = {
  packages: { run },
  orders: { run },
  scaler: { run, options: { trace: { kind: "text", value: "FILE", about: "a load of your own" } } },
};

describe("the command line of npm run bench", () => {
  it("names what is measured, all by default, each once", () => {
    const named = (...args: string[]) => readMeasurements(args, benches).names;
    expect(named()).to.deep.equal(["packages", "orders", "scaler"]);
    expect(named("scaler", "orders", "scaler")).to.deep.equal(["scaler", "orders"]);
    expect(named("package", "path")).to.deep.equal(["packages", "orders"]);
    expect(named("--quick", "orders", "--json")).to.deep.equal(["orders"]);
  });

  it("takes the options of all, and of those that are measured", () => {
    const { args } = readMeasurements(["scaler", "--quick", "--trace", "week.csv"], benches);
    expect([args.has("quick"), args.has("json"), args.text("trace")]).to.deep.equal([
      true,
      false,
      "week.csv",
    ]);
  });

  for (const [args, message] of [
    [["speed"], 'unknown bench "speed"; expected some of packages, orders, scaler'],
    [["__proto__"], 'unknown bench "__proto__"'],
    [
      ["--quik"],
      "Unknown option '--quik'; did you mean --quick? the options here are --quick, --json, --trace …, --help",
    ],
    [["--quick=yes"], "--quick: got"],
    [["scaler", "--trace"], "--trace: expected a value, as in --trace FILE"],
    [
      ["orders", "--trace", "week.csv"],
      "--trace: is for scaler, which is not measured; expected: bench -- scaler …",
    ],
  ] as const)
    it(`refuses ${args.join(" ")}`, () => {
      expect(() => readMeasurements(args, benches)).to.throw(UsageError, message);
    });

  it("is explained, without what only the loader of other commands takes", () => {
    const help = helpText(benchLine(benches));
    expect(help).to.match(
      /^Usage: npm run bench -- \[NAME …\] \[options\]\n\nMeasures packages, orders, scaler,/,
    );
    expect(help).to.match(/--trace FILE +a load of your own/);
    expect(help).not.to.contain("--directory");
  });
});
