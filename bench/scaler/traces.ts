/** Demand in instances' worth of work at full CPU, one value a minute. */
export interface Trace {
  readonly name: string;
  readonly demand: readonly number[];
}

const HOUR = 60;
const DAY = 24 * HOUR;

/** The six shapes of load that every policy is measured on. Only the noisy day depends on the seed. */
export function standardTraces(seed: number): Trace[] {
  return [
    // Half an hour quiet, an hour at four times the load, quiet again.
    trace("step", 3 * HOUR, (minute) => (minute >= 30 && minute < 90 ? 8 : 2)),
    // From 1 to 12 instances' worth in an hour, and back in another.
    trace("ramp", 4 * HOUR, (minute) => 1 + 11 * triangle((minute - 30) / (2 * HOUR))),
    // A wave with a period of two hours.
    trace("sine", 6 * HOUR, (minute) => 6.5 - 5 * Math.cos((2 * Math.PI * minute) / (2 * HOUR))),
    // Twenty minutes at five times the load, once in two hours.
    trace("spike", 6 * HOUR, (minute) => (minute % (2 * HOUR) >= 60 && minute % (2 * HOUR) < 80 ? 10 : 2)),
    // A link goes round: tenfold within ten minutes, then interest halves every half hour.
    trace("flash crowd", 4 * HOUR, (minute) => {
      if (minute < 30) return 1;
      if (minute < 40) return 1 + (11 * (minute - 30)) / 10;
      return 1 + 11 * 0.5 ** ((minute - 40) / 30);
    }),
    noisyDay(seed),
  ];
}

/**
 * A day: low at night, two humps by day, noise that drifts, and a few sudden bursts (a campaign, a batch job)
 * of 10 to 30 minutes.
 */
function noisyDay(seed: number): Trace {
  const random = generator(seed);
  const bursts = Array.from({ length: 6 }, () => {
    const from = Math.floor(random() * DAY);
    return { from, to: from + 10 + Math.floor(random() * 20), size: 2 + random() * 4 };
  });
  let drift = 0;
  return trace("noisy day", DAY, (minute) => {
    const daylight = rhythm(minute / HOUR);
    drift = 0.9 * drift + 0.08 * (random() + random() + random() - 1.5);
    const burst = bursts.reduce(
      (sum, { from, to, size }) => sum + (minute >= from && minute < to ? size : 0),
      0,
    );
    return Math.max(0.2, daylight * (1 + drift) + burst);
  });
}

/** Of each day, from Thursday on, as the simulated world begins: how much of a working day's load it has. */
const WEEK = [1, 0.95, 0.6, 0.5, 1.05, 1, 1] as const;

/**
 * A week of days like the noisy one, quieter at its end, with noise that drifts, and one surprise each day, of 15 to
 * 45 minutes, that no day before has told of.
 */
export function madeWeek(seed: number): Trace {
  const random = generator(seed ^ 0x7ee4);
  const surprises = WEEK.map((_, day) => {
    const from = Math.floor((day + random()) * DAY);
    return { from, to: from + 15 + Math.floor(random() * 30), size: 2 + random() * 4 };
  });
  let drift = 0;
  return trace("made week", WEEK.length * DAY, (minute) => {
    const share = WEEK[Math.floor(minute / DAY)] ?? 1;
    drift = 0.9 * drift + 0.06 * (random() + random() + random() - 1.5);
    const surprise = surprises.reduce(
      (sum, { from, to, size }) => sum + (minute >= from && minute < to ? size : 0),
      0,
    );
    return Math.max(0.2, share * rhythm((minute % DAY) / HOUR) * (1 + drift) + surprise);
  });
}

/** Low at night, a hump before noon and a higher one in the evening. */
function rhythm(hour: number): number {
  return 1.5 + 3 * hump(hour, 11, 3) + 4 * hump(hour, 20, 2.5);
}

/**
 * A trace from `minute,demand` lines, with or without that header. A minute that is left out has the demand of
 * the one before.
 *
 * @throws an error that names the line.
 */
export function parseTrace(name: string, csv: string): Trace {
  const demand: number[] = [];
  for (const [index, raw] of csv.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || (index === 0 && /^minute\s*,\s*demand$/i.test(line))) continue;
    const fields = /^(\d+)\s*,\s*(\d+(?:\.\d+)?)$/.exec(line);
    if (fields === null) {
      throw new Error(
        `${name}, line ${index + 1}: got "${line}"; expected "minute,demand" with a whole minute and a demand of at least 0`,
      );
    }
    const minute = Number(fields[1]);
    if (demand.length > 0 && minute < demand.length) {
      throw new Error(
        `${name}, line ${index + 1}: minute ${minute} does not come after the one before; expected rising minutes`,
      );
    }
    if (minute > 31 * DAY) {
      throw new Error(
        `${name}, line ${index + 1}: got minute ${minute}; expected at most ${31 * DAY}, 31 days`,
      );
    }
    const value = Number(fields[2]);
    const before = demand.at(-1) ?? value;
    while (demand.length < minute) demand.push(before);
    demand.push(value);
  }
  if (demand.length < 2) throw new Error(`${name}: got ${demand.length} minutes; expected at least 2`);
  return { name, demand };
}

function trace(name: string, minutes: number, demandAt: (minute: number) => number): Trace {
  return { name, demand: Array.from({ length: minutes }, (_, minute) => demandAt(minute)) };
}

/** 0 to 1 and back to 0 over [0, 1]; 0 elsewhere. */
function triangle(x: number): number {
  return Math.max(0, 1 - Math.abs(2 * x - 1));
}

function hump(x: number, middle: number, width: number): number {
  return Math.exp(-(((x - middle) / width) ** 2) / 2);
}

/** A repeatable source of numbers in [0, 1): a 32-bit linear congruential generator, its high bits. */
function generator(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
