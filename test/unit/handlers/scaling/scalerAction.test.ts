import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import * as fc from "fast-check";
import type { Reconciliation } from "../../../../handlers/scaling/reconcile";
import { actionsOf, Repetitions, type ScalerAction } from "../../../../handlers/scaling/scalerAction";
import { createTeller } from "../../../../handlers/scaling/tell";

const SCHEMA = path.resolve(__dirname, "../../../../docs/events/scaler-action.v1.json");
const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(
  JSON.parse(readFileSync(SCHEMA, "utf8")) as object,
);

function problems(action: unknown): string {
  return validate(action) ? "none" : JSON.stringify(validate.errors);
}

const FINDINGS = { measured: 3, running: 3, pending: 0, warmingUp: 0, wanted: 3, desired: 3 };
const NOTHING: Reconciliation = {
  decision: { action: "hold", reason: "at target", findings: FINDINGS },
  limits: { minInstances: 1, maxInstances: 4 },
  launched: [],
  found: [],
  terminated: [],
  kept: [],
  refused: [],
};

const ids = fc.array(fc.stringMatching(/^i-[0-9a-f]{17}$/), { maxLength: 12 });
const reconciliation: fc.Arbitrary<Reconciliation> = fc
  .record({
    launched: ids,
    terminated: ids,
    unhealthy: fc.nat(5),
    wanted: fc.nat(20),
    reason: fc.constantFrom("at maximum" as const, "at target" as const),
    refused: fc.array(
      fc.record({
        kind: fc.constantFrom("no capacity" as const, "refused" as const, "unclear" as const),
        count: fc.integer({ min: 1, max: 50 }),
        reason: fc.string(),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ launched, terminated, unhealthy, wanted, reason, refused }) => ({
    ...NOTHING,
    decision: { action: "hold", reason, findings: { ...FINDINGS, unhealthy, wanted } },
    launched,
    terminated,
    refused,
  }));

describe("the actions of a reconciliation", () => {
  it("are none when nothing was done and nothing is missing", () => {
    expect(actionsOf("web", "holding", NOTHING)).to.deep.equal([]);
  });

  it("tell those that were replaced from those that were idle", () => {
    const decision = {
      action: "terminate",
      instanceIds: ["i-1", "i-2", "i-3"],
      others: [],
      findings: { ...FINDINGS, unhealthy: 2 },
    } as const;
    const actions = actionsOf("web", "why", { ...NOTHING, decision, terminated: ["i-1", "i-2", "i-3"] });
    expect(actions.map(({ action, count }) => [action, count])).to.deep.equal([
      ["replace", 2],
      ["terminate", 1],
    ]);
    const kept = actionsOf("web", "why", { ...NOTHING, decision, terminated: ["i-2", "i-3"], kept: ["i-1"] });
    expect(kept.map(({ action, count }) => [action, count])).to.deep.equal([
      ["replace", 1],
      ["terminate", 1],
    ]);
  });

  it("tell a group's new size, and from which", () => {
    const decision = { action: "resize", from: 5, to: 3, findings: FINDINGS } as const;
    const [action, ...others] = actionsOf("web", "why", { ...NOTHING, decision });
    expect(others).to.deep.equal([]);
    expect(action).to.deep.include({ action: "resize", from: 5, to: 3, count: 2, reason: "why" });
    expect(problems(action)).to.equal("none");
    expect(problems({ ...action, to: undefined })).not.to.equal("none");
  });

  it("tell that the maximum holds the fleet back, where it does and by how many", () => {
    const findings = { ...FINDINGS, wanted: 6 };
    const told = (decision: Reconciliation["decision"]) =>
      actionsOf("web", "why", { ...NOTHING, decision }).flatMap((action) =>
        action.action === "refused" ? [[action.cause, action.count, action.reason]] : [],
      );
    expect(told({ action: "hold", reason: "at maximum", findings })).to.deep.equal([["maximum", 2, "why"]]);
    expect(
      told({ action: "hold", reason: "at maximum", findings: { ...findings, wanted: 4 } }),
    ).to.deep.equal([]);
    expect(told({ action: "hold", reason: "paused", findings })).to.deep.equal([]);
    expect(told({ action: "launch", count: 1, findings })).to.deep.equal([]);
    expect(told({ action: "resize", from: 3, to: 4, findings })).to.deep.equal([]);
  });

  it("name every instance once, and are what the schema says", () => {
    fc.assert(
      fc.property(reconciliation, (given) => {
        const actions = actionsOf("web", "why", given);
        for (const action of actions) expect(problems(action)).to.equal("none");
        const named = actions.flatMap((action) => ("instanceIds" in action ? action.instanceIds : []));
        expect(named).to.have.members([...given.launched, ...given.terminated]);
      }),
    );
  });

  it("are held to a schema that refuses what is no action", () => {
    const [good] = actionsOf("web", "why", { ...NOTHING, launched: ["i-1"] });
    expect(problems(good)).to.equal("none");
    for (const bad of [
      { ...good, version: 2 },
      { ...good, action: "stop" },
      { ...good, instanceIds: [] },
      { ...good, count: 0 },
      { ...good, action: "refused" },
      { ...good, reason: undefined },
    ])
      expect(problems(JSON.parse(JSON.stringify(bad)))).not.to.equal("none");
  });
});

describe("telling", () => {
  const refusal = (cause: "maximum" | "no capacity"): ScalerAction => ({
    version: 1,
    fleet: "web",
    action: "refused",
    cause,
    count: 1,
    reason: "why",
    minimum: 1,
    maximum: 4,
    desired: 4,
  });
  const HOUR = 3_600_000;

  it("repeats a refusal once an hour, each cause by itself, and every other action always", () => {
    const repetitions = new Repetitions();
    const [full, noRoom] = [refusal("maximum"), refusal("no capacity")];
    const launch: ScalerAction = { ...full, action: "launch", instanceIds: ["i-1"] };
    const told = (actions: ScalerAction[], now: number) => {
      const news = repetitions.news(actions, now);
      repetitions.told(news, now);
      return news;
    };
    expect(told([full, launch], 0)).to.deep.equal([full, launch]);
    expect(told([full, noRoom, launch], HOUR - 1)).to.deep.equal([noRoom, launch]);
    expect(told([full, noRoom], HOUR)).to.deep.equal([full]);
  });

  it("begins nothing when little time is left, goes on by the other ways, and tells again what was not told", async () => {
    const lines: string[] = [];
    const fields: object[] = [];
    const sent: string[] = [];
    let isBroken = true;
    const teller = createTeller(
      [
        {
          name: "the bus",
          send: () => (isBroken ? Promise.reject(new Error("no")) : Promise.resolve(void sent.push("bus"))),
        },
        { name: "the topic", send: () => Promise.resolve(void sent.push("topic")) },
      ],
      () => 0,
      {
        error(message, more) {
          lines.push(message);
          fields.push(more);
        },
      },
    );
    const actions = [refusal("maximum")];
    expect(await teller.tell(actions, { remainingMs: () => 9_999 })).to.equal(2);
    expect(sent).to.deep.equal([]);
    expect(await teller.tell(actions, { remainingMs: () => 60_000 })).to.equal(1);
    expect(sent).to.deep.equal(["topic"]);
    isBroken = false;
    expect(await teller.tell(actions, { remainingMs: () => 60_000 })).to.equal(0);
    expect(await teller.tell(actions, { remainingMs: () => 60_000 })).to.equal(0);
    expect(sent).to.deep.equal(["topic", "bus", "topic"]);
    expect(lines).to.deep.equal([
      "could not tell the bus of a refused: Error: no time was left",
      "could not tell the topic of a refused: Error: no time was left",
      "could not tell the bus of a refused: Error: no",
    ]);
    for (const more of fields) expect(more).to.deep.equal({ action: "refused", told: "why" });
  });

  it("begins with ten seconds left", async () => {
    const teller = createTeller([{ name: "the bus", send: () => Promise.resolve() }], () => 0, {
      error: (message) => expect.fail(message),
    });
    expect(await teller.tell([refusal("maximum")], { remainingMs: () => 10_000 })).to.equal(0);
  });
});
