import { expect } from "chai";
import fc from "fast-check";
import { SteppedClock, type WireFault } from "embedded-aws";
import { UsageError } from "embedded-pulumi/cli";
import { readCommandLine } from "../../../../bench/chaos/commandLine";
import { faultKinds, Faults, type FaultKind } from "../../../../bench/chaos/faults";
import { LeapingClock } from "../../../../bench/chaos/leapingClock";
import type { Plan } from "../../../../bench/chaos/run";
import { shrink } from "../../../../bench/chaos/shrink";

describe("the faults of a chaos run", () => {
  const call = {
    service: "dynamodb",
    operation: "PutItem",
    caller: { kind: "administrator", accountId: "0" },
    accessKeyId: "key",
  } as const;

  /** The kinds of what strikes the first calls. */
  function faultsOf(seed: number, kinds: Iterable<FaultKind>): (WireFault["kind"] | undefined)[] {
    const faults = new Faults(seed, new Set(kinds));
    const cloud = {
      wire: { faults: undefined as ((one: typeof call) => WireFault | undefined) | undefined },
      lambda: { kill: () => true },
      dynamoDb: { faults: undefined },
      inbox: { fault: undefined },
    };
    faults.loose(cloud as never);
    return Array.from({ length: 2_000 }, () => cloud.wire.faults?.(call)?.kind);
  }

  it("are the same for the same seed, and others for another", () => {
    expect(faultsOf(1, faultKinds)).to.deep.equal(faultsOf(1, faultKinds));
    expect(faultsOf(1, faultKinds)).not.to.deep.equal(faultsOf(2, faultKinds));
    const kinds = new Set(faultsOf(1, faultKinds));
    for (const kind of ["refused", "lost-request", "lost-answer", "cut-answer", "late-answer"] as const)
      expect(kinds.has(kind), kind).to.equal(true);
  });

  it("stay where they are when another kind is left out", () => {
    const all = faultsOf(3, faultKinds);
    const only = faultsOf(3, ["cut answer"]);
    expect(only).to.deep.equal(all.map((kind) => (kind === "cut-answer" ? kind : undefined)));
    expect(faultsOf(3, []).filter((kind) => kind !== undefined)).to.deep.equal([]);
  });
});

describe("a failing chaos run", () => {
  it("shrinks to no more than what it needs", async () => {
    const kind = fc.constantFrom(...faultKinds);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(kind, { maxLength: 3 }),
        fc.integer({ min: 1, max: 500 }),
        async (needed, least) => {
          const plan = { seed: 1, orders: 1_000, kinds: new Set(faultKinds) };
          const fails = (one: Plan) =>
            Promise.resolve(one.orders >= least && needed.every((name) => one.kinds.has(name)));
          const shortest = await shrink(plan, fails);
          expect([...shortest.kinds].sort()).to.deep.equal([...needed].sort());
          expect(shortest.orders).to.be.within(least, Math.max(1, 2 * least + 1));
        },
      ),
    );
  });

  it("stays as it is when there is no time", async () => {
    const plan = { seed: 1, orders: 8, kinds: new Set(faultKinds) };
    expect(
      await shrink(
        plan,
        () => Promise.resolve(true),
        () => false,
      ),
    ).to.deep.equal(plan);
  });
});

describe("a clock that leaps", () => {
  it("fires what fell due meanwhile, in its order, and nothing twice", async () => {
    const running = new SteppedClock(0);
    const clock = new LeapingClock(running);
    const fired: string[] = [];
    for (const at of [30, 10, 20, 500]) clock.after(at, () => fired.push(`${at} at ${clock.now()}`));
    clock.after(15, () => fired.push("taken back"))();
    const slept = clock.sleep(25);
    clock.leap(100);
    expect(clock.now()).to.equal(100);
    await running.advance(0);
    await slept;
    expect(fired).to.deep.equal(["10 at 100", "20 at 100", "30 at 100"]);
    await running.advance(400);
    expect(fired.at(-1)).to.equal("500 at 500");
  });
});

describe("the command line of npm run chaos", () => {
  it("has a fresh seed and all faults by default", () => {
    expect(readCommandLine([], 7)).to.deep.equal({
      orders: 1_000,
      seed: 7,
      minutes: Infinity,
      kinds: new Set(faultKinds),
      json: false,
    });
    const given = ["--seed", "3", "--minutes", "2", "--json", "--faults", "redrive, clock jump"];
    expect(readCommandLine(given, 7)).to.deep.include({ seed: 3, orders: Infinity, minutes: 2, json: true });
    expect([...readCommandLine(given, 7).kinds]).to.deep.equal(["redrive", "clock jump"]);
    expect(readCommandLine(["--faults", "none"], 7).kinds.size).to.equal(0);
  });

  for (const [args, message] of [
    [["--orders", "0"], '--orders: got "0"; expected a whole number from 1 to'],
    [["--orders", "1e3"], '--orders: got "1e3"'],
    [["--seed", "-1"], "--seed"],
    [["--seed", "4294967296"], '--seed: got "4294967296"; expected a whole number from 0 to 4294967295'],
    [["--minutes", "soon"], '--minutes: got "soon"'],
    [["--faults", "fire"], '--faults: got "fire"; expected none, or any of throttle'],
    [["--faults", ""], "--faults: expected a value"],
    [["--fast"], "Unknown option '--fast'"],
    [["10"], "10"],
  ] as const)
    it(`refuses ${args.join(" ")}`, () => {
      expect(() => readCommandLine(args, 1)).to.throw(UsageError, message);
    });
});
