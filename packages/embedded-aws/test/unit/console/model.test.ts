import { expect } from "chai";
import type { Frame, Line, State } from "../../../src/console/protocol";
import {
  apply,
  beat,
  initial,
  LINES_KEPT,
  LIT_MS,
  type Model,
  POINTS_KEPT,
} from "../../../console/state/model";
import { readRoute } from "../../../console/state/address";
import { duration, pretty } from "../../../console/state/words";
import { layout } from "../../../console/state/layout";

const queue = {
  name: "q",
  available: 3,
  inFlight: 1,
  delayed: 0,
  oldestAge: 2000,
} as State["queues"][number];

function hello(run = "one", lines: readonly Line[] = []): Frame {
  return {
    type: "hello",
    run,
    secret: "s",
    region: "us-east-1",
    accountId: "000000000000",
    endpoint: "http://127.0.0.1:1",
    now: 5,
    graph: { nodes: [], edges: [], others: {} },
    presets: [],
    state: { ...initial.state, queues: [queue] },
    lines,
  };
}

const line = (n: number): Line => ({ n, at: n, type: "log", text: `line ${n}` });
const tick = (
  lines: readonly Line[],
  marks: Record<string, number> = {},
  bad: Record<string, number> = {},
): Frame => ({
  type: "tick",
  now: 6,
  marks,
  bad,
  lines,
  skipped: 2,
});

function after(...frames: Frame[]): Model {
  return frames.reduce((model, frame, index) => apply(model, frame, 1000 + index), initial);
}

describe("what the console's page keeps", () => {
  it("shows lines newest first, and a bounded number of them", () => {
    const frames = Array.from({ length: 40 }, (_, index) =>
      tick(Array.from({ length: 25 }, (_, place) => line(index * 25 + place + 1))),
    );
    const { lines, skipped } = after(hello("one", [line(0)]), ...frames);
    expect(lines).to.have.length(LINES_KEPT);
    expect([lines[0]?.n, lines[1]?.n]).to.deep.equal([1000, 999]);
    expect(skipped).to.equal(80);
  });

  it("lights what something has passed, and puts the light out", () => {
    const lit = after(hello(), tick([], { "a>b": 3 }, { b: 1 }), tick([], { "a>b": 2 }));
    expect(lit.activity.get("a>b")).to.include({ lately: 5, total: 5 });
    expect(lit.activity.get("b")).to.include({ bad: 1 });
    const dark = beat(lit, 1002 + LIT_MS + 1);
    expect(dark.activity.get("a>b")).to.include({ lately: 0, total: 5 });
  });

  it("gives each queue a point a second, up to ten minutes of them, and none while the cloud is away", () => {
    let model = after(hello());
    for (let second = 0; second < POINTS_KEPT + 50; second++) model = beat(model, second * 1000);
    const points = model.series.get("q");
    expect(points?.times).to.have.length(POINTS_KEPT);
    expect(points?.times.at(-1)).to.equal(POINTS_KEPT + 49);
    expect(points?.available.at(-1)).to.equal(3);
    expect(points?.oldest.at(-1)).to.equal(2);
    const away = beat({ ...model, connection: "lost" }, 9_999_999);
    expect(away.series).to.equal(model.series);
  });

  it("forgets what was before when the cloud is another one, and says so", () => {
    const again = after(hello("one", [line(1)]), tick([line(2)], { a: 1 }), hello("two"));
    expect(again).to.include({ restarted: true, connection: "open" });
    expect(again.lines).to.deep.equal([]);
    expect(again.activity.size).to.equal(0);
    expect(after(hello("one"), hello("one")).restarted).to.equal(false);
  });

  it("takes a part of the state without losing the others", () => {
    const { state } = after(hello(), { type: "state", now: 7, emails: 4 });
    expect(state.emails).to.equal(4);
    expect(state.queues).to.deep.equal([queue]);
  });

  it("reads addresses as people write them", () => {
    expect(readRoute("")).to.deep.equal({ panel: "flow", about: "" });
    expect(readRoute("#queues/a%2Fb")).to.deep.equal({ panel: "queues", about: "a/b" });
    expect(readRoute("#queues/%E0%A4%A")).to.deep.equal({ panel: "queues", about: "%E0%A4%A" });
  });

  it("words durations and bodies", () => {
    expect([0, 0.2, 12, 1500, 65_000, 3_700_000].map(duration)).to.deep.equal([
      "0 ms",
      "< 1 ms",
      "12 ms",
      "1.5 s",
      "1 min 5 s",
      "1 h 2 min",
    ]);
    expect(pretty("{nonsense")).to.equal("{nonsense");
  });

  it("lays out every node once, in its group and without overlaps", () => {
    const nodes = Array.from({ length: 12 }, (_, index) => ({
      key: `queue:${index}` as const,
      kind: "queue",
      label: `q${index}`,
      name: `q${index}`,
      group: index % 2 === 0 ? "even" : "odd",
      alarms: [],
    }));
    const edges = nodes.slice(1).map(({ key }, index) => ({ from: nodes[index]!.key, to: key, by: "x" }));
    const placed = layout({ nodes, edges });
    expect(placed.nodes).to.have.length(12);
    expect(placed.groups.map(({ name }) => name)).to.deep.equal(["even", "odd"]);
    for (const one of placed.nodes)
      for (const other of placed.nodes)
        if (one !== other)
          expect(Math.abs(one.x - other.x) >= 180 || Math.abs(one.y - other.y) >= 60).to.equal(true);
    expect(placed.edges.every(({ path }) => path.startsWith("M"))).to.equal(true);
  });
});
