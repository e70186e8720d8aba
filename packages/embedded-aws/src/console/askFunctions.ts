import { Refusal } from "./answers";
import { inspectorsOf } from "../services/lambda/inspectors";
import { functionErrorIn } from "../core/trouble";
import type { Answers, ConsoleParts } from "./parts";
import type { Invocation, LogLine } from "./protocol";

const LINES_SHOWN = 300;
const INVOCATIONS_SHOWN = 50;
const ITEMS_SHOWN = 100;

export function askFunctions(
  parts: ConsoleParts,
): Answers<"logs" | "invocations" | "replay" | "inspect" | "items"> {
  const { history, read, call } = parts;
  return {
    logs: async ({ group: named, filter }) => {
      const group = named.startsWith("function:")
        ? await groupOf(parts, named.slice("function:".length))
        : named;
      const { lines, left } = await tail(parts, group, filter);
      return { lines, left, group };
    },
    invocations: ({ function: name }) => {
      const ended = new Map<string, Pick<Invocation, "durationMs" | "outcome" | "error">>();
      const invocations: Invocation[] = [];
      for (const { event } of history.backwards()) {
        if (invocations.length >= INVOCATIONS_SHOWN) break;
        if (event.type === "invocation-ended" && event.functionName === name)
          ended.set(event.requestId, {
            durationMs: event.durationMs,
            outcome: event.outcome,
            ...(event.outcome !== "succeeded" && { error: functionErrorIn(event) }),
          });
        if (event.type === "invocation-started" && event.functionName === name)
          invocations.push({
            requestId: event.requestId,
            at: event.at,
            coldStart: event.coldStart,
            ...(ended.get(event.requestId) ?? { outcome: "running" }),
          });
      }
      return { invocations };
    },
    replay: async ({ requestId }) => {
      for (const { event } of history.backwards()) {
        if (event.type !== "invocation-started" || event.requestId !== requestId) continue;
        const { FunctionError, Payload } = await call("lambda", "Invoke", {
          FunctionName: event.functionName,
          Payload: event.payload,
        });
        return {
          status: FunctionError === undefined ? "succeeded" : "failed",
          answer: Payload === undefined ? "" : Buffer.from(Payload).toString("utf8").slice(0, 4000),
        };
      }
      throw new Refusal(404, `the event of ${requestId} is not kept any more`);
    },
    inspect: async ({ function: name, on }) => {
      const inspectors = inspectorsOf(parts.context);
      if (on) return { port: await inspectors.open(name) };
      inspectors.close(name);
      return {};
    },
    items: async ({ table }) => {
      const { Items = [], Count = 0 } =
        (await read("dynamodb", "Scan", { TableName: table, Limit: ITEMS_SHOWN + 1 })) ?? {};
      const described = await read("dynamodb", "DescribeTable", { TableName: table });
      const all = Math.max(described?.Table?.ItemCount ?? 0, Count);
      return {
        items: Items.slice(0, ITEMS_SHOWN).map((item) => JSON.stringify(item)),
        left: Math.max(0, all - Math.min(Items.length, ITEMS_SHOWN)),
      };
    },
  };
}

async function groupOf({ read }: ConsoleParts, name: string): Promise<string> {
  const answer = await read("lambda", "GetFunctionConfiguration", { FunctionName: name });
  return answer?.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
}

/** The newest lines of a log group that hold a text, whatever its case. */
export async function tail(
  { read }: Pick<ConsoleParts, "read">,
  logGroupName: string,
  filter: string,
): Promise<{ lines: readonly LogLine[]; left: number }> {
  const wanted = filter.trim().toLowerCase();
  const found: LogLine[] = [];
  let nextToken: string | undefined;
  do {
    const page = await read("logs", "FilterLogEvents", {
      logGroupName,
      ...(nextToken !== undefined && { nextToken }),
    }).catch(() => undefined);
    for (const { timestamp = 0, message = "", logStreamName = "" } of page?.events ?? [])
      if (wanted === "" || message.toLowerCase().includes(wanted))
        found.push({ at: timestamp, message, stream: logStreamName });
    nextToken = page?.nextToken;
  } while (nextToken !== undefined);
  return { lines: found.slice(-LINES_SHOWN), left: Math.max(0, found.length - LINES_SHOWN) };
}
