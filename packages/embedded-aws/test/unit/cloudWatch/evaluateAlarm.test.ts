import { expect } from "chai";
import fc from "fast-check";
import {
  type AlarmRule,
  type AlarmStateValue,
  COMPARISON_OPERATORS,
  evaluateAlarm,
  evaluationRange,
  isBreaching,
  MISSING_DATA_TREATMENTS,
  type MissingDataTreatment,
} from "../../../src/services/cloudWatch/evaluateAlarm";

const rule = (change: Partial<AlarmRule> = {}): AlarmRule => ({
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  threshold: 50,
  comparisonOperator: "GreaterThanThreshold",
  treatMissingData: "missing",
  ...change,
});

/** "0 - X": a good datapoint, a missing one, a breaching one; oldest first. */
const points = (text: string) =>
  text.split(" ").map((mark) => (mark === "-" ? undefined : mark === "X" ? 90 : 10));

type Row = readonly [string, Record<MissingDataTreatment, AlarmStateValue | "retain">];
const row = (
  text: string,
  missing: AlarmStateValue | "retain",
  ignore: AlarmStateValue | "retain",
  breaching: AlarmStateValue,
  notBreaching: AlarmStateValue,
): Row => [text, { missing, ignore, breaching, notBreaching }];

/** The tables of the CloudWatch user guide: a range of five datapoints for three evaluation periods. */
const TABLES: readonly { readonly datapointsToAlarm: number; readonly rows: readonly Row[] }[] = [
  {
    datapointsToAlarm: 3,
    rows: [
      row("0 - X - X", "OK", "OK", "OK", "OK"),
      row("- - - - 0", "OK", "OK", "OK", "OK"),
      row("- - - - -", "INSUFFICIENT_DATA", "retain", "ALARM", "OK"),
      row("0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"),
      row("- - X - -", "ALARM", "retain", "ALARM", "OK"),
      // "Avoiding premature transitions to alarm state"
      row("- - - - X", "retain", "retain", "ALARM", "OK"),
      row("- - - X -", "retain", "retain", "ALARM", "OK"),
    ],
  },
  {
    datapointsToAlarm: 2,
    rows: [
      row("0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"),
      row("0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"),
      row("0 - X - -", "OK", "OK", "ALARM", "OK"),
      row("- - - - 0", "OK", "OK", "ALARM", "OK"),
      row("- - - - X", "ALARM", "retain", "ALARM", "OK"),
    ],
  },
];

describe("evaluateAlarm", () => {
  it("looks at more periods than it evaluates", () => {
    expect(evaluationRange(rule())).to.equal(5);
  });

  for (const { datapointsToAlarm, rows } of TABLES) {
    for (const [text, expected] of rows) {
      for (const treatMissingData of MISSING_DATA_TREATMENTS) {
        it(`${datapointsToAlarm} of 3, ${text}, ${treatMissingData}: ${expected[treatMissingData]}`, () => {
          for (const current of ["OK", "ALARM", "INSUFFICIENT_DATA"] as const) {
            const state = evaluateAlarm(rule({ datapointsToAlarm, treatMissingData }), points(text), current);
            const wanted = expected[treatMissingData];
            expect(state).to.equal(wanted === "retain" ? current : wanted);
          }
        });
      }
    }
  }

  it("compares with the threshold as each operator says", () => {
    const breaching = (value: number) =>
      COMPARISON_OPERATORS.filter((comparisonOperator) => isBreaching(rule({ comparisonOperator }), value));
    expect(breaching(51)).to.deep.equal(["GreaterThanOrEqualToThreshold", "GreaterThanThreshold"]);
    expect(breaching(50)).to.deep.equal(["GreaterThanOrEqualToThreshold", "LessThanOrEqualToThreshold"]);
    expect(breaching(49)).to.deep.equal(["LessThanThreshold", "LessThanOrEqualToThreshold"]);
  });

  it("with every datapoint there, does not care how missing ones are treated", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }).chain((evaluationPeriods) =>
          fc.record({
            evaluationPeriods: fc.constant(evaluationPeriods),
            datapointsToAlarm: fc.integer({ min: 1, max: evaluationPeriods }),
            values: fc.array(fc.integer({ min: 0, max: 100 }), {
              minLength: evaluationPeriods + 2,
              maxLength: evaluationPeriods + 2,
            }),
          }),
        ),
        ({ evaluationPeriods, datapointsToAlarm, values }) => {
          const breaching = values.slice(-evaluationPeriods).filter((value) => value > 50).length;
          const expected = breaching >= datapointsToAlarm ? "ALARM" : "OK";
          for (const treatMissingData of MISSING_DATA_TREATMENTS) {
            const full = rule({ evaluationPeriods, datapointsToAlarm, treatMissingData });
            expect(evaluateAlarm(full, values, "INSUFFICIENT_DATA")).to.equal(expected);
          }
        },
      ),
    );
  });

  it("alarms whenever M of the last N existing datapoints breach", () => {
    const value = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 5, maxLength: 5 }),
        fc.constantFrom(...MISSING_DATA_TREATMENTS),
        fc.integer({ min: 1, max: 3 }),
        (values, treatMissingData, datapointsToAlarm) => {
          const existing = values.filter((item) => item !== undefined).slice(-3);
          fc.pre(existing.filter((item) => item > 50).length >= datapointsToAlarm);
          expect(evaluateAlarm(rule({ treatMissingData, datapointsToAlarm }), values, "OK")).to.equal(
            "ALARM",
          );
        },
      ),
    );
  });
});
