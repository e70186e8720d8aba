import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as fc from "fast-check";
import { cpuScalerArguments } from "../../../../components/cpuScaler/arguments";
import { defaultsOf } from "../../../../components/parts/argumentTable";
import { WAKE_METRIC } from "../../handlers/scaling/situation";
import { problems, PROFILE, ROLE } from "./support";

describe("CpuScaler's arguments", () => {
  it("are good as the defaults say", () => {
    expect(problems(defaultsOf(cpuScalerArguments))).to.deep.equal([]);
  });

  it("are all checked together", () => {
    expect(
      problems({
        amiId: "latest",
        instanceType: "micro",
        subnetIds: [],
        minInstances: 5,
        maxInstances: 4,
        targetCpuPercent: 95,
        alarmCpuPercent: 50,
        maxStep: 0,
        paused: "yes",
        metric: { kind: "dimensions", dimensions: {} },
        reservedConcurrency: -1,
      }).map((problem) => problem.split(":")[0]),
    ).to.have.members([
      "amiId",
      "instanceType",
      "subnetIds",
      "maxInstances",
      "targetCpuPercent",
      "alarmCpuPercent",
      "maxStep",
      "paused",
      "metric.dimensions",
      "reservedConcurrency",
    ]);
  });

  it("take a schedule, refuse its bad entries by index and name, and need one that wakes", () => {
    const good = { cron: "0 8 * * 1-5", timezone: "Europe/Berlin", min: 1, max: 4 };
    const off = { cron: "0 20 * * *", min: 0, max: 0 };
    expect(problems({ minInstances: 0, schedule: [good, off] })).to.deep.equal([]);
    const bad: [entry: unknown, reason: string][] = [
      [5, "[1]: got 5"],
      [null, "[1]: got null"],
      [{ ...good, cron: "61 8 * * *" }, '[1].cron: got "61 8 * * *"'],
      [{ ...good, cron: "0 8 * *" }, '[1].cron: got "0 8 * *"'],
      [{ ...good, cron: "0 0 8 * * *" }, '[1].cron: got "0 0 8 * * *"'],
      [{ ...good, cron: "@daily" }, '[1].cron: got "@daily"'],
      [{ ...good, cron: "0 8 31 2 *" }, '[1].cron: got "0 8 31 2 *"; expected a time that comes'],
      [{ ...good, cron: undefined }, "[1].cron: got nothing"],
      [{ ...good, timezone: "Mars/Base" }, '[1].timezone: got "Mars/Base"'],
      [{ ...good, min: -1 }, "[1].min: got -1"],
      [{ ...good, min: 5 }, "[1].max: got 4; expected at least min, 5"],
      [{ ...good, max: "4" }, '[1].max: got "4"'],
      [{ ...good, maximum: 4 }, "[1].maximum: not known"],
    ];
    for (const [entry, reason] of bad) {
      const [problem = "", ...others] = problems({ schedule: [good, entry] });
      expect(others, reason).to.deep.equal([]);
      expect(problem).to.contain(`schedule: ${reason}`);
    }
    expect(problems({ schedule: [off] }).join()).to.contain("schedule: got a min of 0 in every entry");
    const asleep = { ...off, max: 2 };
    expect(problems({ schedule: [asleep], wakeMetric: WAKE_METRIC })).to.deep.equal([]);
    expect(problems({ schedule: [off], wakeMetric: WAKE_METRIC }).join()).to.contain(
      "a max of 0 in every entry",
    );
    expect(problems({ schedule: [] }).join()).to.contain("expected a schedule of 1 to 50 entries");
  });

  it("refuse what the function's environment could not hold", () => {
    const times = Array.from({ length: 50 }, (_, minute) => ({ cron: `${minute} 8 * * *`, min: 1, max: 3 }));
    expect(Buffer.byteLength(JSON.stringify(times))).to.be.within(1_800, 2_000);
    expect(problems({ schedule: times })).to.deep.equal([]);
    const zoned = times.map((entry) => ({ ...entry, timezone: "Europe/Berlin" }));
    expect(problems({ schedule: zoned }).join()).to.match(
      /schedule: got 3,\d+ bytes as JSON; expected at most 2,000/,
    );
    const dimensions = Object.fromEntries(
      Array.from({ length: 5 }, (_, at) => [`name${at}`, "v".repeat(250)]),
    );
    expect(problems({ wakeMetric: { ...WAKE_METRIC, dimensions } }).join()).to.contain(
      "of at most 1,000 bytes",
    );
  });

  for (const [what, args, problem] of [
    [
      "no image",
      { amiId: undefined },
      "amiId: got neither of amiId and amiSsmParameter; expected exactly one",
    ],
    [
      "two images",
      { amiSsmParameter: "/x", metric: { kind: "fleetTag" } },
      "amiId: got both of amiId and amiSsmParameter; expected exactly one",
    ],
    [
      "a parameter without a metric",
      { amiId: undefined, amiSsmParameter: "/x" },
      "metric: not given; expected one with amiSsmParameter, because an alarm by ImageId must know the image beforehand",
    ],
    [
      "a minimum that nothing wakes the fleet from",
      { minInstances: 0 },
      "minInstances: got 0 without a wakeMetric or a schedule; expected at least 1, because no instance has no CPU, and nothing would ever wake an empty fleet",
    ],
    [
      "a maximum below the minimum",
      { minInstances: 3, maxInstances: 2 },
      "maxInstances: got 2; expected at least minInstances, 3",
    ],
    [
      "a target that nothing can exceed",
      { targetCpuPercent: 90, alarmCpuPercent: 95 },
      "targetCpuPercent: got 90 with a tolerance of 0.1; expected less than 88.2, or a smaller tolerance",
    ],
    [
      "an alarm below the target",
      { alarmCpuPercent: 55 },
      "alarmCpuPercent: got 55; expected at least targetCpuPercent, 60",
    ],
    [
      "a reserve beyond the maximum",
      { reserveInstances: 5 },
      "reserveInstances: got 5; expected at most maxInstances, 4",
    ],
    [
      "a reserve beyond every maximum of the schedule",
      { reserveInstances: 3, schedule: [{ cron: "0 8 * * *", min: 1, max: 2 }] },
      "reserveInstances: got 3; expected at most the greatest max of schedule, 2",
    ],
    [
      "a reserve of parts",
      { reserveInstances: 1.5 },
      "reserveInstances: got 1.5; expected an integer from 0 to 1,000 instances",
    ],
    [
      "a target that nothing can exceed, for all the reserve",
      { targetCpuPercent: 95, reserveInstances: 1, maxInstances: 20, alarmCpuPercent: 99 },
      "targetCpuPercent: got 95 with a tolerance of 0.1, and a reserve of 1 of 20; expected less than 92.8, or a smaller tolerance",
    ],
    [
      "an alarm below what a fleet with a reserve shows at its maximum",
      { targetCpuPercent: 80, reserveInstances: 5, maxInstances: 20, alarmCpuPercent: 59 },
      "alarmCpuPercent: got 59; expected at least 60.0, the CPU at a targetCpuPercent of 80 with 5 of 20 in reserve",
    ],
    [
      "an image of another architecture than its type's",
      {
        amiId: undefined,
        amiSsmParameter: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        instanceType: "t4g.micro",
        metric: { kind: "fleetTag" },
      },
      "instanceType: got t4g.micro, which needs an image for arm64; expected one for x86_64, which amiSsmParameter names",
    ],
    [
      "user data of more bytes than EC2 takes, though of fewer characters",
      { userData: "ä".repeat(8_193) },
      `userData: got '${"ä".repeat(200)}'... 7993 more characters; expected a text of 1 to 16,384 bytes in UTF-8`,
    ],
    [
      "an alias for a key",
      { volumeKmsKeyArn: "alias/aws/ebs" },
      `volumeKmsKeyArn: got 'alias/aws/ebs'; expected the ARN of a KMS key like "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-…"`,
    ],
    [
      "a role in place of an instance profile",
      { instanceProfile: { arn: ROLE, roleArn: ROLE } },
      `instanceProfile.arn: got '${ROLE}'; expected the ARN of an instance profile like "arn:aws:iam::123456789012:instance-profile/web"`,
    ],
    [
      "an instance profile in place of its role",
      { instanceProfile: { arn: PROFILE, roleArn: PROFILE } },
      `instanceProfile.roleArn: got '${PROFILE}'; expected the ARN of a role like "arn:aws:iam::123456789012:role/web"`,
    ],
    [
      "a bad subnet",
      { subnetIds: ["subnet-0aaaaaaa", "vpc-1"] },
      `subnetIds: got [ 'subnet-0aaaaaaa', 'vpc-1' ]; expected a list of at least 1: a subnet id like "subnet-0123abcd", each`,
    ],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(problems(args)).to.deep.equal([problem]);
    });
  }

  it("take with a reserve a target that would be too high without, and the alarm that it is told by", () => {
    const high = { targetCpuPercent: 95, alarmCpuPercent: 80, maxInstances: 30 };
    expect(problems(high)).to.have.length(2);
    expect(problems({ ...high, reserveInstances: 7 })).to.deep.equal([]);
    const schedule = [
      { cron: "0 8 * * *", min: 1, max: 30 },
      { cron: "0 20 * * *", min: 1, max: 2 },
    ];
    // Where there is a schedule, its maximum counts.
    expect(problems({ ...high, reserveInstances: 7, maxInstances: 1, schedule })).to.deep.equal([]);
    expect(
      problems({ ...high, reserveInstances: 2, schedule }).map((line) => line.split(":")[0]),
    ).to.deep.equal(["targetCpuPercent", "alarmCpuPercent"]);
    expect(problems({ reserveInstances: 4, maxInstances: 4 })).to.deep.equal([]);
    expect(problems({ ...high, reserveInstances: pulumi.output(7) })).to.deep.equal([]);
  });

  it("take a minimum of 0 with a metric that wakes the fleet, and tell the function of both", () => {
    expect(problems({ minInstances: 0, wakeMetric: WAKE_METRIC })).to.deep.equal([]);
    expect(
      problems({ minInstances: pulumi.output(0), wakeMetric: pulumi.output(WAKE_METRIC) }),
    ).to.deep.equal([]);
  });

  for (const [what, wakeMetric] of [
    ["another form", "AWS/SQS"],
    ["null", null],
    ["no namespace", { ...WAKE_METRIC, namespace: "" }],
    ["no name", { ...WAKE_METRIC, name: undefined }],
    ["a dimension that is no text", { ...WAKE_METRIC, dimensions: { QueueName: 1 } }],
    ["dimensions in a list", { ...WAKE_METRIC, dimensions: ["QueueName"] }],
    ["no threshold", { ...WAKE_METRIC, above: undefined }],
    ["a threshold that is no number", { ...WAKE_METRIC, above: NaN }],
    ["a member that nothing reads", { ...WAKE_METRIC, period: 60 }],
  ] as const) {
    it(`refuse a waking metric with ${what}`, () => {
      const found = problems({ minInstances: 0, wakeMetric });
      expect(found).to.have.length(1);
      expect(found[0]).to.match(/^wakeMetric: got .*; expected a metric like \{"namespace":"AWS\/SQS",/s);
    });
  }

  it("are refused exactly outside of their limits", () => {
    const numeric = [
      "minInstances",
      "maxInstances",
      "reserveInstances",
      "maxStep",
      "warmupSeconds",
      "scaleInAfterSeconds",
      "tolerance",
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...numeric),
        fc.oneof(fc.integer({ min: -10, max: 10_000 }), fc.double()),
        (name, value) => {
          // Far enough apart for the rules between arguments.
          const others = { minInstances: 1, maxInstances: 1_000, targetCpuPercent: 60 };
          const refused = problems({ ...others, [name]: value }).length > 0;
          const wakes = name !== "minInstances" || value !== 0;
          expect(refused).to.equal(!wakes || !cpuScalerArguments[name].rule.accepts(value));
        },
      ),
    );
  });
});
