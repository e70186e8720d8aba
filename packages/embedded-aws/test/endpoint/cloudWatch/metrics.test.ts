import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createMonitoring } from "../../../src/services/cloudWatch/cloudWatch";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const MINUTE = 60_000;

describe("CloudWatch's metrics", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, services: [createMonitoring] });
  });
  afterEach(() => cloud.close());

  const put = (MetricName: string, Value: number, more: object = {}) =>
    cloud.call("monitoring", "PutMetricData", {
      Namespace: "Shop",
      MetricData: [{ MetricName, Value, ...more }],
    });
  const stat = (MetricName: string, more: object = {}) => ({
    Metric: { Namespace: "Shop", MetricName },
    Period: 60,
    Stat: "Sum",
    ...more,
  });
  const data = async (queries: GetMetricDataCommandInput["MetricDataQueries"], more: object = {}) =>
    await cloud.call("monitoring", "GetMetricData", {
      MetricDataQueries: queries,
      StartTime: new Date(clock.now() - 10 * MINUTE),
      EndTime: new Date(clock.now() + MINUTE),
      ScanBy: "TimestampAscending",
      ...more,
    });
  const values = async (
    queries: GetMetricDataCommandInput["MetricDataQueries"],
    more: object = {},
  ): Promise<Record<string, unknown>> => {
    const { MetricDataResults } = await data(queries, more);
    return Object.fromEntries(MetricDataResults!.map(({ Id = "", Values }) => [Id, Values]));
  };
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const statistics = async (more: object = {}) => {
    const { Datapoints } = await cloud.call("monitoring", "GetMetricStatistics", {
      Namespace: "Shop",
      MetricName: "Size",
      StartTime: new Date(clock.now() - MINUTE),
      EndTime: new Date(clock.now() + MINUTE),
      Period: 60,
      Statistics: ["Sum"],
      ...more,
    });
    return Datapoints!.map(({ Sum, Unit }) => [Sum, Unit]);
  };

  it("are kept apart by their units", async () => {
    await put("Size", 1, { Unit: "Bytes" });
    await put("Size", 20, { Unit: "Seconds" });
    await put("Size", 300);
    expect(await statistics({ Unit: "Bytes" })).to.deep.equal([[1, "Bytes"]]);
    expect(await statistics({ Unit: "Kilobytes" })).to.deep.equal([]);
    expect(await statistics()).to.have.deep.members([
      [1, "Bytes"],
      [20, "Seconds"],
      [300, "None"],
    ]);
    const query = (Id: string, Unit?: "Bytes" | "Percent") => ({ Id, MetricStat: stat("Size", { Unit }) });
    expect(await values([query("bytes", "Bytes"), query("percent", "Percent"), query("all")])).to.deep.equal({
      bytes: [1],
      percent: [],
      all: [321],
    });
    expect(await refusal(put("Size", 1, { Unit: "Furlongs" }))).to.match(
      /^InvalidParameterValueException: .*Unit/,
    );
  });

  const alarmOn = async (more: object) => {
    await cloud.call("monitoring", "PutMetricAlarm", {
      AlarmName: "alarm",
      EvaluationPeriods: 1,
      Threshold: 50,
      ComparisonOperator: "GreaterThanThreshold",
      ...more,
    });
  };
  const single = { Namespace: "Shop", MetricName: "Size", Statistic: "Sum", Period: 60 };
  const state = async () =>
    (await cloud.call("monitoring", "DescribeAlarms", { AlarmNames: ["alarm"] })).MetricAlarms![0]!
      .StateValue;

  it("in another unit than an alarm's never raise it; without a unit it takes whichever", async () => {
    await alarmOn({ ...single, Unit: "Bytes" });
    await put("Size", 100, { Unit: "Seconds" });
    await clock.advance(MINUTE);
    expect(await state()).to.equal("INSUFFICIENT_DATA");
    await put("Size", 100, { Unit: "Bytes" });
    await clock.advance(MINUTE);
    expect(await state()).to.equal("ALARM");

    await put("Size", 1, { Unit: "Seconds" });
    await alarmOn(single);
    await clock.advance(MINUTE);
    expect(await state()).to.equal("OK");
  });

  it("of high resolution can be read and alarmed on by ten seconds", async () => {
    await alarmOn({ ...single, Period: 10 });
    const at = clock.now();
    await put("Size", 100, { StorageResolution: 1 });
    await clock.advance(5000);
    expect(await state()).to.equal("INSUFFICIENT_DATA");
    await clock.advance(5000);
    expect(await state()).to.equal("ALARM");
    await put("Size", 10, { StorageResolution: 1 });
    await clock.advance(10_000);
    expect(await state()).to.equal("OK");
    const range = { StartTime: new Date(at), EndTime: new Date(clock.now()) };
    expect(await values([{ Id: "a", MetricStat: stat("Size", { Period: 10 }) }], range)).to.deep.equal({
      a: [100, 10],
    });
    expect(await values([{ Id: "a", MetricStat: stat("Size") }], range)).to.deep.equal({ a: [110] });
  });

  it("of standard resolution lie at their minute's start for shorter periods", async () => {
    const at = clock.now();
    await clock.advance(30_000);
    await put("Size", 100);
    const range = { StartTime: new Date(at), EndTime: new Date(at + MINUTE) };
    const { MetricDataResults } = await data([{ Id: "a", MetricStat: stat("Size", { Period: 10 }) }], range);
    expect(MetricDataResults![0]!.Timestamps).to.deep.equal([new Date(at)]);
  });

  describe("and math", () => {
    const rate = [
      { Id: "errors", MetricStat: stat("Errors"), ReturnData: false },
      { Id: "invocations", MetricStat: stat("Invocations"), ReturnData: false },
      { Id: "rate", Expression: "100 * errors / invocations" },
    ];

    it("reckon by the SDK's client, through other expressions too", async () => {
      await put("Errors", 1);
      await put("Invocations", 4);
      const { MetricDataResults } = await new CloudWatchClient(cloud.client).send(
        new GetMetricDataCommand({
          MetricDataQueries: [...rate, { Id: "doubled", Expression: "rate * 2", Label: "twice" }],
          StartTime: new Date(clock.now()),
          EndTime: new Date(clock.now() + MINUTE),
        }),
      );
      expect(MetricDataResults?.map(({ Id, Label, Values }) => [Id, Label, Values])).to.deep.equal([
        ["rate", "rate", [25]],
        ["doubled", "twice", [50]],
      ]);
    });

    it("raise an alarm on a rate, which tells what it came to", async () => {
      await alarmOn({ Metrics: rate, Threshold: 20 });
      await put("Errors", 1);
      await put("Invocations", 4);
      await clock.advance(MINUTE);
      expect(await state()).to.equal("ALARM");
      const { MetricAlarms } = await cloud.call("monitoring", "DescribeAlarms", {});
      expect(JSON.parse(MetricAlarms![0]!.StateReasonData!)).to.deep.include({
        recentDatapoints: [25],
        period: 60,
      });
      await put("Invocations", 40);
      await clock.advance(MINUTE);
      expect(await state(), "no errors, no datapoint").to.equal("ALARM");
      await alarmOn({
        Metrics: [...rate.slice(0, 2), { Id: "r", Expression: "FILL(errors, 0) / invocations" }],
      });
      await put("Invocations", 40);
      await clock.advance(MINUTE);
      expect(await state()).to.equal("OK");
    });

    const wrong: [what: string, queries: object[], reason: RegExp][] = [
      [
        "a mistake of grammar",
        [{ Id: "e1", Expression: "1 +" }],
        /^ValidationException: Error in expression 'e1' \[Syntax error/,
      ],
      [
        "an unknown query",
        [{ Id: "e1", Expression: "m9 + 1" }],
        /^ValidationException: .*there is no metric query "m9"/,
      ],
      [
        "a circle",
        [
          { Id: "e1", Expression: "e2" },
          { Id: "e2", Expression: "e1" },
        ],
        /^ValidationException: Error in expression 'e1' \[it refers to itself\]/,
      ],
      [
        "a number as the answer",
        [{ Id: "e1", Expression: "1 + 1", Period: 60 }],
        /the result is a number; expected a time series/,
      ],
      [
        "one id twice",
        [rate[0]!, rate[0]!],
        /^ValidationException: The values for parameter id .* not unique: errors/,
      ],
    ];
    for (const [what, queries, reason] of wrong) {
      it(`refuse ${what}`, async () => {
        expect(await refusal(data(queries as typeof rate))).to.match(reason);
      });
    }

    it("refuse an alarm on several results, on several periods, on too many metrics", async () => {
      const many = Array.from({ length: 11 }, (_, index) => ({
        Id: `m${index}`,
        MetricStat: stat("M"),
        ReturnData: false,
      }));
      expect(
        await refusal(alarmOn({ Metrics: rate.map((query) => ({ ...query, ReturnData: true })) })),
      ).to.match(/^ValidationException: Exactly one element of the metrics list should return data\./);
      expect(
        await refusal(
          alarmOn({ Metrics: [rate[0], { ...rate[1], MetricStat: stat("I", { Period: 300 }) }, rate[2]] }),
        ),
      ).to.match(/different periods: 60, 300 s/);
      expect(
        await refusal(alarmOn({ Metrics: [...many, { Id: "sum", Expression: "SUM(METRICS())" }] })),
      ).to.match(/got 11 queries with MetricStat; expected at most 10/);
    });

    it("end in bounded time, however much is asked for", async () => {
      const sums = Array.from({ length: 30 }, () => "SUM(METRICS())").join("+");
      const queries = [
        ...Array.from({ length: 100 }, (_, index) => ({
          Id: `m${index}`,
          Expression: "TIME_SERIES(1)",
          Period: 60,
        })),
        { Id: "m", MetricStat: stat("Errors") },
        { Id: "all", Expression: Array.from({ length: 99 }, (_, index) => `m${index}`).join("+") },
        { Id: "sums", Expression: sums },
      ];
      const all = { StartTime: new Date(0), EndTime: new Date(clock.now() + 1000 * MINUTE) };
      const ended = await refusal(data(queries, all));
      expect(ended).to.match(/^none$|too many datapoints/);
    });
  });

  it("come in pages of as many datapoints as are asked for", async () => {
    for (let minute = 0; minute < 5; minute++) {
      await put("A", minute);
      await put("B", minute * 10);
      await clock.advance(MINUTE);
    }
    const queries = ["A", "B"].map((name) => ({ Id: name.toLowerCase(), MetricStat: stat(name) }));
    const seen: Record<string, number[]> = { a: [], b: [] };
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await data(queries, { MaxDatapoints: 4, NextToken });
      for (const { Id = "", Values = [] } of page.MetricDataResults ?? []) seen[Id]!.push(...Values);
      NextToken = page.NextToken;
      pages++;
    } while (NextToken !== undefined);
    expect(pages).to.equal(3);
    expect(seen).to.deep.equal({ a: [0, 1, 2, 3, 4], b: [0, 10, 20, 30, 40] });
    expect(await refusal(data(queries, { NextToken: "x" }))).to.match(/^InvalidNextToken/);
  });

  it("are no more than 1,440 of GetMetricStatistics", async () => {
    const day = { StartTime: new Date(clock.now() - 1440 * MINUTE), EndTime: new Date(clock.now()) };
    expect(await refusal(statistics(day))).to.equal("none");
    expect(await refusal(statistics({ ...day, EndTime: new Date(clock.now() + 1440 * MINUTE) }))).to.equal(
      "InvalidParameterCombinationException: You have requested up to 2,880 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
    );
  });

  const notTaken: [what: string, datum: object, field: RegExp][] = [
    ["NaN", { Value: NaN }, /NaN/],
    ["an infinite value", { Value: Infinity }, /Infinity/],
    ["too large a value", { Value: 2 ** 361 }, /2\^360/],
    ["151 values", { Value: undefined, Values: Array.from({ length: 151 }, () => 1) }, /Values/],
    [
      "31 dimensions",
      { Dimensions: Array.from({ length: 31 }, (_, i) => ({ Name: `d${i}`, Value: "v" })) },
      /Dimensions/,
    ],
    ["a time two weeks ago", { Timestamp: new Date(Date.UTC(2020, 0, 1)) }, /Timestamp/],
    ["a resolution of five seconds", { StorageResolution: 5 }, /StorageResolution/],
  ];
  for (const [what, datum, field] of notTaken) {
    it(`are not taken with ${what}`, async () => {
      const refused = await refusal(put("Size", 1, datum));
      expect(refused).to.match(/^InvalidParameterValueException/);
      expect(refused).to.match(field);
    });
  }
});
