import { queuesOf } from "../services/sqs/statistics";
import { Refusal } from "./answers";
import { rootOf, rootsOf } from "./traceRoots";
import { summaryOf, traceOf } from "./traces";
import { accessText, type TraceOptions } from "./traceWalk";
import type { Answers, ConsoleParts } from "./parts";
import type { DecidedAccess } from "../core/eventStream";
import type { TraceSummary } from "./protocol";
import { statementNames } from "./statements";
import { TraceIndex } from "./traceIndex";

/** Traces of one answer, and how many are looked at for it. */
const TRACES_SHOWN = 100;
const TRACES_LOOKED_AT = 5_000;

export function askTraces(parts: ConsoleParts): Answers<"traces" | "trace"> {
  const { context, history } = parts;
  let index: TraceIndex | undefined;
  let newest = -1;
  /** Built when it is asked for, and again when something has happened since. */
  const upToDate = () => {
    if (index === undefined || history.newest !== newest) {
      index = new TraceIndex(history);
      newest = history.newest;
    }
    return index;
  };
  const options = (): TraceOptions => ({
    now: context.clock.now(),
    deadLetterQueues: deadLetterQueues(parts),
  });

  return {
    traces: ({ query, outcome }) => {
      const known = upToDate();
      const chosen = options();
      const wanted = query.trim().toLowerCase();
      const byId = wanted === "" ? undefined : rootOf(known, query.trim());
      const traces: TraceSummary[] = [];
      let left = 0;
      let looked = 0;
      for (const root of byId === undefined ? rootsOf(known) : [byId]) {
        if (++looked > TRACES_LOOKED_AT) break;
        if (byId === undefined && wanted !== "" && root.kind === "message") {
          const { id, sent } = root.message;
          const text = `${id} ${sent?.queueName ?? ""} ${sent?.body ?? ""}`.toLowerCase();
          if (!text.includes(wanted)) continue;
        }
        if (traces.length >= TRACES_SHOWN) {
          left++;
          if (outcome === undefined) continue;
          break;
        }
        const summary = summaryOf(known, root, chosen);
        if (
          byId === undefined &&
          wanted !== "" &&
          root.kind !== "message" &&
          !summary.title.toLowerCase().includes(wanted)
        )
          continue;
        if (outcome === undefined || summary.outcome === outcome) traces.push(summary);
      }
      return { traces, left, kept: history.size };
    },
    trace: ({ id }) => {
      const known = upToDate();
      const root = rootOf(known, id);
      if (root === undefined)
        throw new Refusal(
          404,
          `nothing is known of ${id} any more: the newest ${history.size} events are kept`,
        );
      const names = statementNames(parts);
      const statement = (access: DecidedAccess) => {
        const name = access.by === undefined ? undefined : names.get(access.by);
        return name === undefined ? accessText(access) : `${accessText(access)}, by ${name}`;
      };
      return traceOf(known, root, { ...options(), statement });
    },
  };
}

/** How a program says that a queue takes what failed elsewhere. */
const FAILURES: ReadonlySet<string> = new Set(["redrivePolicy", "onFailure", "deadLetterConfig"]);

/** Queues that messages end in: by redrive policies, and as destinations of what failed. */
function deadLetterQueues({ context, graph }: ConsoleParts): ReadonlySet<string> {
  const queues = queuesOf(context);
  return new Set([
    ...queues
      .all()
      .filter((queue) => queues.sourcesOf(queue).length > 0)
      .map(({ name }) => name),
    ...graph()
      .edges.filter(({ by, to }) => FAILURES.has(by) && to.startsWith("queue:"))
      .map(({ to }) => to.slice("queue:".length)),
  ]);
}
