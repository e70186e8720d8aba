import type { Log } from "../shared/telemetry";
import type { TimeLeft } from "./fleetPort";
import { Repetitions, type ScalerAction } from "./scalerAction";

/** One way in which actions are told. Rejects where not all were taken. */
export interface Channel {
  /** "the event bus", for whoever reads that it failed. */
  readonly name: string;
  readonly send: (actions: readonly ScalerAction[]) => Promise<void>;
}

export interface Teller {
  /** How many actions were not told, counted once for each channel. Never rejects. */
  tell(actions: readonly ScalerAction[], time: TimeLeft): Promise<number>;
}

/** A channel gives up within so long, retries included; with less left nothing is begun. */
const LEAST_MS = 10_000;

/**
 * Tells what was done, after it was done: whatever goes wrong here stops no scaling and repeats no launch. What could not
 * be told is logged in full.
 */
export function createTeller(
  channels: readonly Channel[],
  now: () => number,
  log: Pick<Log, "error">,
): Teller {
  const repetitions = new Repetitions();
  return {
    async tell(actions, time) {
      const news = repetitions.news(actions, now());
      if (news.length === 0) return 0;
      const isLate = time.remainingMs() < LEAST_MS;
      const untold = await Promise.all(
        channels.map(async ({ name, send }) => {
          try {
            if (isLate) throw new Error("no time was left");
            await send(news);
            return 0;
          } catch (error) {
            const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
            for (const { action, reason: told } of news)
              log.error(`could not tell ${name} of a ${action}: ${reason}`, { action, told });
            return news.length;
          }
        }),
      );
      const sum = untold.reduce((total, count) => total + count, 0);
      if (sum === 0) repetitions.told(news, now());
      return sum;
    },
  };
}
