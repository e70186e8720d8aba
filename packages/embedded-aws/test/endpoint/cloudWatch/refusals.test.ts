import { expect } from "chai";
import { CloudWatchWorld } from "./support";

describe("what CloudWatch refuses", () => {
  let world: CloudWatchWorld;
  beforeEach(async () => {
    world = await CloudWatchWorld.start();
  });
  afterEach(() => world.cloud.close());

  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "accepted",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );

  const alarmOn = (Expression: string, metrics = 2) =>
    refusalOf(
      world.cloud.call("monitoring", "PutMetricAlarm", {
        ...{ AlarmName: "math", EvaluationPeriods: 1, Threshold: 1 },
        ComparisonOperator: "GreaterThanThreshold",
        Metrics: [
          ...Array.from({ length: metrics }, (_, index) => ({
            ...{ Id: `m${index + 1}`, ReturnData: false },
            MetricStat: {
              ...{ Metric: { Namespace: "N", MetricName: `metric${index}` }, Period: 60, Stat: "Sum" },
            },
          })),
          { Id: "e", Expression },
        ],
      }),
    );

  for (const [what, expression, expected] of [
    ["a function that does not exist", "FOO(m1)", /^ValidationException: .*Unknown function "FOO"/],
    ["one in lower case", "sum(METRICS())", /^ValidationException: .*Unknown function "sum"/],
    ["one that is not supported here", "SEARCH('{N} m', 'Sum', 60)", /NotSupportedByEmbeddedCloud|Period/],
    ["too many arguments", "ABS(m1, m2)", /^ValidationException: .*ABS/],
    ["several time series", "METRICS()", /^ValidationException: .*2 time series; an alarm watches one/],
    ["a list", "[m1, m2]", /^ValidationException: .*2 time series/],
    ["a number", "PERIOD(m1)", /^ValidationException: .*a number/],
    ["a text", '"m1"', /^ValidationException/],
  ] as const) {
    it(`refuses an alarm whose expression comes to ${what}, when it is put`, async () => {
      expect(await alarmOn(expression)).to.match(expected);
      const { MetricAlarms } = await world.cloud.call("monitoring", "DescribeAlarms", {
        AlarmNames: ["math"],
      });
      expect(MetricAlarms).to.deep.equal([]);
    });
  }

  it("takes what comes to one time series", async () => {
    for (const expression of [
      ...["100*m1/m2", "SUM(METRICS())", "IF(m1 > 1, m2, 0)", "FILL(m1, 0) + m2", "m1 - 5", "MAX([m1, m2])"],
      ...["DIFF(m1)", "RATE(m1)", "FILL(m1, REPEAT)", "m1 / 0", "CEIL(m1 ^ 2)", "TIME_SERIES(10) + m1"],
    ])
      expect(await alarmOn(expression), expression).to.equal("accepted");
    expect(await alarmOn("METRICS()", 1), "of one metric").to.equal("accepted");
  });

  it("refuses an action in another region, and a child of another region or account", async () => {
    const put = (more: object) =>
      refusalOf(
        world.cloud.call("monitoring", "PutMetricAlarm", {
          ...{ AlarmName: "cpu", Namespace: "N", MetricName: "m", Statistic: "Sum", Period: 60 },
          ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold", ...more },
        }),
      );
    const topic = (region: string) => [`arn:aws:sns:${region}:000000000000:t`];
    expect(await put({ AlarmActions: topic("us-east-1") })).to.equal("accepted");
    for (const member of ["AlarmActions", "OKActions", "InsufficientDataActions"])
      expect(await put({ [member]: topic("eu-west-1") }), member).to.equal(
        "ValidationException: Invalid region eu-west-1 specified. Only us-east-1 is supported.",
      );
    const on = (place: string, more = {}) =>
      refusalOf(
        world.cloud.call("monitoring", "PutCompositeAlarm", {
          ...{ AlarmName: "all", AlarmRule: `ALARM("arn:aws:cloudwatch:${place}:alarm:cpu")`, ...more },
        }),
      );
    expect(await on("us-east-1:000000000000")).to.equal("accepted");
    expect(await on("eu-west-1:000000000000")).to.match(/^ValidationException: .*do not exist/);
    expect(await on("us-east-1:123456789012")).to.match(/^ValidationException: .*do not exist/);
    expect(await on("us-east-1:000000000000", { OKActions: topic("eu-west-1") })).to.match(/Invalid region/);
  });

  it("leaves the tags of what is there alone when it is put again", async () => {
    const { cloud } = world;
    const tag = (Value: string) => ({ Tags: [{ Key: "Team", Value }] });
    for (const value of ["a", "b"]) {
      await cloud.call("monitoring", "PutMetricAlarm", {
        ...{ AlarmName: "cpu", Namespace: "N", MetricName: "m", Statistic: "Sum", Period: 60 },
        ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" },
        ...tag(value),
      });
      await cloud.call("monitoring", "PutCompositeAlarm", {
        ...{ AlarmName: "all", AlarmRule: "ALARM(cpu)", ...tag(value) },
      });
      await cloud.call("monitoring", "PutDashboard", {
        ...{ DashboardName: "d", DashboardBody: '{"widgets":[]}', ...tag(value) },
      });
    }
    for (const arn of [
      "arn:aws:cloudwatch:us-east-1:000000000000:alarm:cpu",
      "arn:aws:cloudwatch:us-east-1:000000000000:alarm:all",
      "arn:aws:cloudwatch::000000000000:dashboard/d",
    ]) {
      const { Tags } = await cloud.call("monitoring", "ListTagsForResource", { ResourceARN: arn });
      expect(Tags, arn).to.deep.equal(tag("a").Tags);
    }
  });

  it("refuses dimensions that begin with a colon, are blank, or are not of ASCII", async () => {
    const put = (Name: string, Value = "v") =>
      refusalOf(
        world.cloud.call("monitoring", "PutMetricData", {
          Namespace: "N",
          MetricData: [{ MetricName: "m", Value: 1, Dimensions: [{ Name, Value }] }],
        }),
      );
    for (const [name, value] of [
      [":a", "v"],
      [" ", "v"],
      ["é", "v"],
      ["a\tb", "v"],
      ["a", "é"],
      ["a", "  "],
    ] as const)
      expect(await put(name, value), `${name}=${value}`).to.match(/^InvalidParameterValueException/);
    expect(await put("a:b c", ":v")).to.equal("accepted");
  });
});
