import type { ParsedArguments } from "embedded-pulumi/cli";
import { tell } from "../progress";
import { median, medianRatio } from "../statistics";
import { ofTurns, printTable } from "../table";
import { Race, type ContenderName, type Turn } from "./race";

interface Course {
  readonly latencyMs: number;
  readonly records: number;
  readonly turns: number;
}

/** Of one call to AWS: about that of a put within a region, and that of a transaction. */
const LATENCIES_MS = [5, 25];
/** A batch of 1,000, one record after the other, takes half a minute: what is long varies little, and is repeated less. */
const BATCHES = [
  { records: 1, turns: 11 },
  { records: 10, turns: 11 },
  { records: 100, turns: 5 },
  { records: 1_000, turns: 3 },
];

const COURSES: readonly Course[] = LATENCIES_MS.flatMap((latencyMs) =>
  BATCHES.map((batch) => ({ latencyMs, ...batch })),
);
const QUICK_COURSES: readonly Course[] = [1, 10, 100].map((records) => ({ latencyMs: 5, records, turns: 3 }));

/**
 * What a batch takes the handler of orders, as it is deployed, against what people would use instead: one put after the
 * other, and the batch processing of Powertools for AWS Lambda, both by the SDK's client; and against the floor, one put's
 * time for the whole batch. All call a port of this process's that answers late.
 */
export async function benchProcessing(args: ParsedArguments): Promise<object> {
  const race = await Race.start();
  try {
    const rows = [];
    for (const course of args.has("quick") ? QUICK_COURSES : COURSES) {
      tell(`batches of ${course.records} at ${course.latencyMs} ms, ${ofTurns(course.turns)}`);
      const turns: Turn[] = [];
      while (turns.length < course.turns) turns.push(await race.turn(course.latencyMs, course.records));
      rows.push({ ...course, ...figuresOf(turns) });
    }
    console.log(
      "\nProcessing: a batch of orders, each call to AWS with so much latency; medians of turns, in ms\n",
    );
    printTable(
      ["", "this", "one by one", "× slower", "Powertools", "× slower", "floor", "this × floor"],
      rows.map(({ latencyMs, records, milliseconds, ratio }) => [
        `${latencyMs} ms, ${records.toLocaleString("en-US")} ${records === 1 ? "order" : "orders"}`,
        milliseconds.own.toFixed(1),
        milliseconds.sequential.toFixed(1),
        ratio.sequentialToOwn.toFixed(1),
        milliseconds.powertools.toFixed(1),
        ratio.powertoolsToOwn.toFixed(2),
        milliseconds.floor.toFixed(1),
        ratio.ownToFloor.toFixed(2),
      ]),
    );
    return { batches: rows };
  } finally {
    race.close();
  }
}

function figuresOf(turns: readonly Turn[]) {
  const of = (contender: ContenderName) => turns.map((turn) => turn[contender]);
  return {
    milliseconds: {
      own: median(of("own")),
      sequential: median(of("sequential")),
      powertools: median(of("powertools")),
      floor: median(of("floor")),
    },
    ratio: {
      sequentialToOwn: medianRatio(of("sequential"), of("own")),
      powertoolsToOwn: medianRatio(of("powertools"), of("own")),
      ownToFloor: medianRatio(of("own"), of("floor")),
    },
  };
}
