import { computed, signal } from "@preact/signals";
import type { AskName, Frame, Question, Reply } from "../../src/console/protocol";
import { apply, beat, initial, type Model } from "./model";

/** The page's one state: frames in, signals out. */
export const model = signal<Model>(initial);

export const connection = computed(() => model.value.connection);
export const restarted = computed(() => model.value.restarted);
export const meta = computed(() => model.value.meta);
export const graph = computed(() => model.value.graph);
export const presets = computed(() => model.value.presets);
export const fleet = computed(() => model.value.fleet);
export const lines = computed(() => model.value.lines);
export const skipped = computed(() => model.value.skipped);
export const activity = computed(() => model.value.activity);
export const series = computed(() => model.value.series);
export const queues = computed(() => model.value.state.queues);
export const functions = computed(() => model.value.state.functions);
export const tables = computed(() => model.value.state.tables);
export const topics = computed(() => model.value.state.topics);
export const buses = computed(() => model.value.state.buses);
export const apis = computed(() => model.value.state.apis);
export const alarms = computed(() => model.value.state.alarms);
export const instances = computed(() => model.value.state.instances);
export const emails = computed(() => model.value.state.emails);
export const faults = computed(() => model.value.state.faults);
export const conditions = computed(() => model.value.state.conditions);
export const clock = computed(() => model.value.state.clock);
export const load = computed(() => model.value.state.load);

/** Frames wait for the next picture, so that a burst is drawn once. */
let waiting: { readonly frame: Frame; readonly at: number }[] = [];

function take(frame: Frame): void {
  waiting.push({ frame, at: Date.now() });
  if (waiting.length > 1) return;
  if (document.hidden) flush();
  else requestAnimationFrame(flush);
}

function flush(): void {
  const frames = waiting;
  waiting = [];
  model.value = frames.reduce((before, { frame, at }) => apply(before, frame, at), model.value);
}

/** Connects, and stays so: a browser comes back by itself, but for an answer that is none. */
export function connect(): void {
  const source = new EventSource("feed");
  source.onmessage = ({ data }: MessageEvent<string>) => take(JSON.parse(data) as Frame);
  source.onerror = () => {
    model.value = { ...model.value, connection: "lost" };
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
  };
  source.onopen = () => {
    if (model.value.meta !== undefined) model.value = { ...model.value, connection: "open" };
  };
}

export function startBeat(): void {
  setInterval(() => (model.value = beat(model.value, Date.now())), 1000);
  // A page that was hidden shows what has come meanwhile.
  document.addEventListener("visibilitychange", () => waiting.length > 0 && flush());
}

/** Asks the cloud. Rejects with a message for a person. */
export async function ask<Name extends AskName>(name: Name, question: Question<Name>): Promise<Reply<Name>> {
  let response: Response;
  try {
    response = await fetch("ask", {
      method: "POST",
      headers: { "content-type": "application/json", "x-console-secret": meta.value?.secret ?? "" },
      body: JSON.stringify({ ask: name, question }),
    });
  } catch {
    throw new Error("The cloud does not answer: it has ended, or starts again.");
  }
  const answer = (await response.json()) as Reply<Name> | { readonly error: string };
  if (!response.ok)
    throw new Error("error" in answer ? (answer as { error: string }).error : response.statusText);
  return answer as Reply<Name>;
}
