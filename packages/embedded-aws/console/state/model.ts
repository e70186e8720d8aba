import type { Fleet, Frame, Line, Preset, QueueState, State } from "../../src/console/protocol";
import { emptyState } from "../../src/console/emptyState";
import type { Graph } from "../../src/console/graph";

/** Bounds of what a page keeps, however long it is open. */
export const LINES_KEPT = 300;
export const POINTS_KEPT = 600;
/** A node or an edge is lit for so long after something has passed, in real milliseconds. */
export const LIT_MS = 900;

export type Connection = "connecting" | "open" | "lost";

/** The lights of a node or an edge. */
export interface Activity {
  readonly at: number;
  /** How much has passed lately; falls to 0 when it goes dark. */
  readonly lately: number;
  readonly total: number;
  readonly bad: number;
}

/** One queue over real time; columns of one length, oldest first. */
export interface QueueSeries {
  readonly times: readonly number[];
  readonly available: readonly number[];
  readonly inFlight: readonly number[];
  readonly delayed: readonly number[];
  /** Seconds. */
  readonly oldest: readonly number[];
}

export interface Meta {
  readonly run: string;
  readonly secret: string;
  readonly region: string;
  readonly accountId: string;
  readonly endpoint: string;
  readonly project?: string;
  readonly stack?: string;
}

/** Everything that the page shows, as a function of the frames that it has had. */
export interface Model {
  readonly connection: Connection;
  /** The cloud was started anew while the page was open: what was shown is gone. */
  readonly restarted: boolean;
  readonly meta?: Meta;
  readonly graph: Graph;
  readonly presets: readonly Preset[];
  readonly fleet?: Fleet;
  readonly state: State;
  /** Newest first. */
  readonly lines: readonly Line[];
  /** Events that were counted and not told. */
  readonly skipped: number;
  readonly activity: ReadonlyMap<string, Activity>;
  readonly series: ReadonlyMap<string, QueueSeries>;
  /** The cloud's time of the newest frame, and the machine's when it came. */
  readonly now: number;
  readonly nowAt: number;
}

export const initial: Model = {
  connection: "connecting",
  restarted: false,
  graph: { nodes: [], edges: [], others: {} },
  presets: [],
  state: emptyState,
  lines: [],
  skipped: 0,
  activity: new Map(),
  series: new Map(),
  now: 0,
  nowAt: 0,
};

/** @param at the machine's time, in milliseconds */
export function apply(model: Model, frame: Frame, at: number): Model {
  switch (frame.type) {
    case "hello": {
      const { type: _, now, graph, presets, fleet, state, lines, ...meta } = frame;
      const restarted = model.meta !== undefined && model.meta.run !== meta.run;
      return {
        ...initial,
        connection: "open",
        restarted: restarted || (model.restarted && model.meta?.run === meta.run),
        meta,
        graph,
        presets,
        ...(fleet !== undefined && { fleet }),
        state,
        lines: [...lines].reverse(),
        series: model.meta?.run === meta.run ? model.series : new Map(),
        now,
        nowAt: at,
      };
    }
    case "tick":
      return {
        ...model,
        connection: "open",
        lines: frame.lines.length === 0 ? model.lines : newest(model.lines, frame.lines),
        skipped: model.skipped + frame.skipped,
        activity: lit(model.activity, frame.marks, frame.bad, at),
        now: frame.now,
        nowAt: at,
      };
    case "state": {
      const { type: _, now, ...state } = frame;
      return { ...model, connection: "open", state: { ...model.state, ...state }, now, nowAt: at };
    }
    case "graph": {
      const { graph, presets, fleet } = frame;
      return { ...model, graph, presets, ...(fleet !== undefined && { fleet }) };
    }
  }
}

function newest(before: readonly Line[], lines: readonly Line[]): readonly Line[] {
  return [...[...lines].reverse(), ...before].slice(0, LINES_KEPT);
}

function lit(
  before: ReadonlyMap<string, Activity>,
  marks: Readonly<Record<string, number>>,
  bad: Readonly<Record<string, number>>,
  at: number,
): ReadonlyMap<string, Activity> {
  const after = new Map(before);
  const dark: Activity = { at: 0, lately: 0, total: 0, bad: 0 };
  for (const [key, count] of Object.entries(marks)) {
    const { lately, total, ...rest } = after.get(key) ?? dark;
    after.set(key, { ...rest, at, lately: lately + count, total: total + count });
  }
  for (const [key, count] of Object.entries(bad)) {
    const activity = after.get(key) ?? dark;
    after.set(key, { ...activity, at, bad: activity.bad + count });
  }
  return after;
}

/** Once a second: lights that are over go out, and each queue gets its point. */
export function beat(model: Model, at: number): Model {
  const over = [...model.activity.values()].some(({ lately, at: lit }) => lately > 0 && at - lit > LIT_MS);
  const activity = over
    ? new Map(
        [...model.activity].map(([key, one]) => [key, at - one.at > LIT_MS ? { ...one, lately: 0 } : one]),
      )
    : model.activity;
  if (model.connection !== "open") return { ...model, activity };
  const series = new Map(
    model.state.queues.map((queue) => [queue.name, extended(model.series.get(queue.name), queue, at)]),
  );
  return { ...model, activity, series };
}

function extended(before: QueueSeries | undefined, queue: QueueState, at: number): QueueSeries {
  const add = (column: readonly number[] | undefined, value: number) =>
    [...(column ?? []), value].slice(-POINTS_KEPT);
  return {
    times: add(before?.times, at / 1000),
    available: add(before?.available, queue.available),
    inFlight: add(before?.inFlight, queue.inFlight),
    delayed: add(before?.delayed, queue.delayed),
    oldest: add(before?.oldest, queue.oldestAge / 1000),
  };
}

/** The cloud's time just now: its clock goes on between frames. */
export function cloudTime({ now, nowAt, state }: Model, at: number): number {
  return state.clock.paused ? now : now + (at - nowAt) * Math.max(1, state.clock.settable ? 1 : 0);
}
