import * as v from "valibot";
import { record } from "../core/record";
import type { AskName } from "./protocol";

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const text = v.pipe(v.string(), v.maxLength(1024 * 1024));
const query = v.pipe(v.string(), v.maxLength(1000));
const rate = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const nothing = v.strictObject({});

const target = v.variant("kind", [
  v.strictObject({ kind: v.picklist(["queue", "topic", "bus", "function"]), name }),
  v.strictObject({
    kind: v.literal("api"),
    name,
    method: v.picklist(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    path: v.pipe(v.string(), v.startsWith("/"), v.maxLength(2000)),
    // As tokens are, so that it is nothing but one in its header.
    token: v.exactOptional(v.pipe(v.string(), v.regex(/^[\w.~+/=-]+$/), v.maxLength(8000))),
  }),
]);

const fault = v.variant("kind", [
  v.strictObject({ kind: v.picklist(["crash", "timeout"]), rate, functionName: v.exactOptional(name) }),
  v.strictObject({
    kind: v.literal("slow-table"),
    rate,
    tableName: v.exactOptional(name),
    delayMs: v.exactOptional(v.pipe(v.number(), v.minValue(1), v.maxValue(60_000))),
  }),
  v.strictObject({ kind: v.literal("throttled-table"), rate, tableName: v.exactOptional(name) }),
  v.strictObject({ kind: v.literal("duplicate"), rate, queueName: v.exactOptional(name) }),
  v.strictObject({ kind: v.picklist(["mail-refused", "no-capacity"]), rate }),
  v.strictObject({
    kind: v.literal("permission"),
    rate,
    roleName: name,
    action: v.pipe(v.string(), v.regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/)),
  }),
]);

/** What each question must be: checked at the door, since anything on this machine may ask. */
export const questions = {
  messages: v.strictObject({ queue: name }),
  redrive: v.strictObject({ queue: name, message: v.exactOptional(id) }),
  resend: v.strictObject({ queue: name, message: id, body: text }),
  discard: v.strictObject({ queue: name, message: id }),
  send: v.strictObject({
    target,
    body: text,
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
  }),
  routes: v.strictObject({ api: name }),
  traces: v.strictObject({
    query,
    outcome: v.exactOptional(v.picklist(["done", "running", "retrying", "dead-lettered", "failed"])),
  }),
  trace: v.strictObject({ id }),
  logs: v.strictObject({ group: name, filter: query }),
  invocations: v.strictObject({ function: name }),
  replay: v.strictObject({ requestId: id }),
  inspect: v.strictObject({ function: name, on: v.boolean() }),
  items: v.strictObject({ table: name }),
  inbox: nothing,
  fleet: nothing,
  load: v.strictObject({ demand: v.pipe(v.number(), v.minValue(0), v.maxValue(1000)) }),
  iam: nothing,
  fault: v.strictObject({ fault }),
  heal: v.strictObject({ id }),
  // Which there are, and what each may be, is checked where they are set.
  conditions: v.strictObject({ change: record(v.string(), v.unknown()) }),
  clock: v.strictObject({
    speed: v.exactOptional(v.pipe(v.number(), v.minValue(1), v.maxValue(3600))),
    paused: v.exactOptional(v.boolean()),
    stepMs: v.exactOptional(v.pipe(v.number(), v.minValue(1), v.maxValue(24 * 3_600_000))),
  }),
} satisfies Record<AskName, v.GenericSchema>;

export const envelope = v.strictObject({
  ask: v.picklist(Object.keys(questions) as AskName[]),
  question: record(v.string(), v.unknown()),
});
