import { expect } from "chai";
import fc from "fast-check";
import { evaluateMath } from "../../../src/services/cloudWatch/metricMath/evaluate";
import { MathError, parseMath } from "../../../src/services/cloudWatch/metricMath/parse";
import { isList, type MathSeries, type MathValue } from "../../../src/services/cloudWatch/metricMath/values";

const TIMES = [0, 60_000, 120_000, 180_000];

/** A series of a minute's period; `undefined` where it has no datapoint. */
function series(...values: (number | undefined)[]): MathSeries {
  const points = values.flatMap((value, index) =>
    value === undefined ? [] : [[TIMES[index] ?? 0, value] as const],
  );
  return { period: 60, times: TIMES, values: new Map(points) };
}

const metrics: Readonly<Record<string, MathSeries>> = {
  errors: series(1, 0, undefined, 4),
  invocations: series(10, 0, 5, 8),
  m1: series(1, 2, 3, 4),
  m2: series(3, undefined, 1, 4),
};

function evaluate(expression: string): MathValue {
  return evaluateMath(parseMath(expression), {
    grid: { period: 60, times: TIMES },
    metricIds: Object.keys(metrics),
    valueOf: (id) => {
      const found = metrics[id];
      if (found === undefined) throw new MathError(`unknown ${id}`);
      return found;
    },
    spend: () => undefined,
  });
}

function shown(value: MathValue): unknown {
  if (typeof value === "number") return value;
  if (isList(value)) return value.map(shown);
  return TIMES.map((at) => value.values.get(at) ?? null);
}

describe("metric math", () => {
  const cases: [expression: string, expected: unknown][] = [
    ["100*errors/invocations", [10, null, null, 50]],
    ["1 + 2 * 3 ^ 2 - -4", 23],
    ["-2^2", -4],
    ["2^3^2", 512],
    ["(1 + 2) * 3", 9],
    ["m1 + m2", [4, null, 4, 8]],
    ["m1 > 2", [0, 0, 1, 1]],
    ["m1 >= m2", [0, null, 1, 1]],
    ["m1 == 2 OR m1 == 3", [0, 1, 1, 0]],
    ["m1 > 1 && m1 < 4", [0, 1, 1, 0]],
    ["1 OR 0 AND 0", 1],
    ["IF(m1 > 2, m1, 0)", [0, 0, 3, 4]],
    ["IF(m1 > 2, m1)", [null, null, 3, 4]],
    ["IF(invocations, errors/invocations, 0)", [0.1, 0, null, 0.5]],
    ["IF(1, m1, m2)", [1, 2, 3, 4]],
    ["IF(0, m1)", [null, null, null, null]],
    ["FILL(errors, 0)", [1, 0, 0, 4]],
    ["FILL(errors, REPEAT)", [1, 0, 0, 4]],
    ["FILL(errors, LINEAR)", [1, 0, 2, 4]],
    [
      "FILL([errors, m2], 7)",
      [
        [1, 0, 7, 4],
        [3, 7, 1, 4],
      ],
    ],
    ["SUM([m1, m2])", [4, 2, 4, 8]],
    ['SUM(METRICS("m"))', [4, 2, 4, 8]],
    ["AVG([m1, m2])", [2, 2, 2, 4]],
    ["MIN([m1, m2])", [1, 2, 1, 4]],
    ["MAX(METRICS())", [10, 2, 5, 8]],
    ["METRIC_COUNT(METRICS())", 4],
    ["SUM(m1)", 10],
    ["m1 - AVG(m1)", [-1.5, -0.5, 0.5, 1.5]],
    ["STDDEV([m1, m1])", [0, 0, 0, 0]],
    ["RATE(m1)", [null, 1 / 60, 1 / 60, 1 / 60]],
    ["RATE(errors)", [null, -1 / 60, null, 4 / 120]],
    ["DIFF(errors)", [null, -1, null, 4]],
    ["DIFF_TIME(errors)", [null, 60, null, 120]],
    ["RUNNING_SUM(m1)", [1, 3, 6, 10]],
    ["PERIOD(m1)", 60],
    ["SUM(m1)/PERIOD(m1)", 10 / 60],
    ["TIME_SERIES(3)", [3, 3, 3, 3]],
    ["MINUTE(m1)", [0, 1, 2, 3]],
    ["CEIL(m1 / 2)", [1, 1, 2, 2]],
    ["ABS(m2 - m1)", [2, null, 2, 0]],
    ["LOG10(m1 - 1)", [null, 0, Math.log10(2), Math.log10(3)]],
    [
      "[m1, m2] * 2",
      [
        [2, 4, 6, 8],
        [6, null, 2, 8],
      ],
    ],
    ["FIRST([m1, m2])", [1, 2, 3, 4]],
  ];
  for (const [expression, expected] of cases) {
    it(`reckons ${expression}`, () => {
      expect(shown(evaluate(expression))).to.deep.equal(expected);
    });
  }

  const refused: [expression: string, reason: RegExp][] = [
    ["", /at the end: got nothing; expected a metric, a number or a function/],
    ["m1 +", /at the end: got nothing/],
    ["m1 m2", /at character 3: got "m2"; expected an operator or the end/],
    ["(m1", /expected "\)"/],
    ["m1 # 2", /cannot read "# 2"/],
    ["SUMM(m1)", /Unknown function "SUMM"/],
    ["M1 + 1", /at character 1: got "M1"/],
    ["SUM(m1, m2)", /SUM: got 2 argument\(s\); expected 1/],
    ["METRICS(m1)", /METRICS: expected no argument or a text/],
    ["FILL(m1)", /FILL: got 1 argument\(s\); expected 2/],
    ["FILL(m1, m2)", /Unsupported argument for FILL: got 'TimeSeries'/],
    ["RATE(1)", /Unsupported argument for RATE: got 'Scalar'/],
    ["[m1] + [m2]", /Unsupported operand type\(s\) for \+: 'Array\[TimeSeries\]' and 'Array\[TimeSeries\]'/],
    ["[1, 2]", /A list holds metrics; got 'Scalar'/],
    ['"m1"', /can stand only in METRICS or FILL/],
    ["(".repeat(60) + "1" + ")".repeat(60), /nested more than 50 deep/],
    ["SEARCH('x', 'Average', 60)", /function SEARCH of metric math is not supported/],
  ];
  for (const [expression, reason] of refused) {
    it(`refuses ${expression.slice(0, 30)}`, () => {
      expect(() => evaluate(expression)).to.throw(reason);
    });
  }

  it("reads any text in a moment, and answers or says what is wrong with it", () => {
    const piece = fc.constantFrom(
      "m1",
      "2",
      "+",
      "-",
      "*",
      "/",
      "^",
      "(",
      ")",
      "[",
      "]",
      ",",
      "SUM",
      "IF",
      "AND",
      '"a"',
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 600 }), (pieces) => {
        try {
          parseMath(pieces.join(""));
        } catch (error) {
          expect(error).to.be.instanceOf(MathError);
        }
      }),
    );
  });
});
