import type { Answer } from "../wire/operation";
import { parseJson } from "../core/parseJson";
import { tail } from "./askFunctions";
import { lineOf } from "./lines";
import type { Answers, ConsoleParts } from "./parts";
import type { Band, Line, LogLine, Reply, Series } from "./protocol";

/** How far back the chart goes. */
const WINDOW_MS = 3 * 3_600_000;
const EVENTS_SHOWN = 50;
const DECISIONS_SHOWN = 50;

export function askFleet(parts: ConsoleParts): Answers<"fleet"> {
  const { context, history, read } = parts;
  return {
    fleet: async () => {
      const now = context.clock.now();
      const { alarmName, logGroupName } = parts.fleet() ?? {};
      const events: Line[] = [];
      for (const kept of history.backwards()) {
        if (events.length >= EVENTS_SHOWN) break;
        const { type } = kept.event;
        if (type !== "instance-state-changed" && type !== "alarm-state-changed") continue;
        if (kept.event.type === "alarm-state-changed" && kept.event.alarmName !== alarmName) continue;
        const line = lineOf(kept);
        if (line !== undefined) events.push(line);
      }
      const alarm =
        alarmName === undefined
          ? undefined
          : (await read("monitoring", "DescribeAlarms", { AlarmNames: [alarmName] }))?.MetricAlarms?.[0];
      return {
        cpu: alarm === undefined ? { times: [], values: [] } : await seriesOf(parts, alarm, now),
        ...(alarm?.Threshold !== undefined && { threshold: alarm.Threshold }),
        ...eventIn(parts, alarmName),
        bands: alarmName === undefined ? [] : bandsOf(parts, alarmName, alarm?.StateValue, now),
        decisions: logGroupName === undefined ? [] : await decisionsIn(parts, logGroupName),
        events,
      };
    },
  };
}

type AlarmOf = NonNullable<Answer<"monitoring", "DescribeAlarms">["MetricAlarms"]>[number];

async function seriesOf({ read }: ConsoleParts, alarm: AlarmOf, now: number): Promise<Series> {
  const { Namespace, MetricName, Dimensions, Statistic, ExtendedStatistic, Period = 60 } = alarm;
  if (Namespace === undefined || MetricName === undefined) return { times: [], values: [] };
  const statistic = Statistic ?? ExtendedStatistic ?? "Average";
  const answer = await read("monitoring", "GetMetricData", {
    StartTime: new Date(now - WINDOW_MS),
    EndTime: new Date(now),
    ScanBy: "TimestampAscending",
    MetricDataQueries: [
      {
        Id: "m",
        MetricStat: {
          Metric: { Namespace, MetricName, ...(Dimensions !== undefined && { Dimensions: [...Dimensions] }) },
          Period,
          Stat: statistic,
        },
      },
    ],
  });
  const [result] = answer?.MetricDataResults ?? [];
  return {
    times: (result?.Timestamps ?? []).map((time) => time.getTime()),
    values: [...(result?.Values ?? [])],
  };
}

/** The states of an alarm as far as its changes are kept. */
function bandsOf(
  { history }: ConsoleParts,
  alarmName: string,
  state: Band["state"] | undefined,
  now: number,
): Band[] {
  const bands: Band[] = [];
  let to = now;
  let current = state ?? "INSUFFICIENT_DATA";
  for (const { event } of history.backwards()) {
    if (event.type !== "alarm-state-changed" || event.alarmName !== alarmName) continue;
    bands.push({ from: event.at, to, state: current });
    to = event.at;
    current = event.previousState;
  }
  bands.push({ from: now - WINDOW_MS, to, state: current });
  return bands.filter((band) => band.to > band.from).reverse();
}

/** The newest event of the alarm that a function was invoked with. */
function eventIn({ history }: ConsoleParts, alarmName: string | undefined): Pick<Reply<"fleet">, "event"> {
  if (alarmName === undefined) return {};
  for (const { event } of history.backwards()) {
    if (event.type !== "invocation-started") continue;
    const text = Buffer.from(event.payload).toString("utf8");
    // Most payloads are of other events, and need not be parsed.
    if (!text.includes('"CloudWatch Alarm State Change"') || alarmOf(text) !== alarmName) continue;
    const { at, functionName, requestId } = event;
    return { event: { at, functionName, requestId, text } };
  }
  return {};
}

function alarmOf(text: string): unknown {
  try {
    const { detail } = parseJson(text) as { readonly detail?: { readonly alarmName?: unknown } };
    return detail?.alarmName;
  } catch {
    return undefined;
  }
}

/** What the scaler says of each of its runs: the messages of its log, without the platform's lines. */
async function decisionsIn(parts: ConsoleParts, group: string): Promise<LogLine[]> {
  const { lines } = await tail(parts, group, '"message"');
  return lines
    .flatMap((line) => {
      try {
        const parsed = parseJson(line.message) as { message?: unknown; level?: unknown };
        return typeof parsed.message === "string" && parsed.level !== undefined
          ? [{ ...line, message: parsed.message }]
          : [];
      } catch {
        return [];
      }
    })
    .slice(-DECISIONS_SHOWN)
    .reverse();
}
