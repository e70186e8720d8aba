import { type Lifecycle, tags, TAGS, queueOf } from "./parts";

export const events: readonly Lifecycle[] = [
  {
    type: "aws:cloudwatch/eventBus:EventBus",
    base: async (make) => {
      await queueOf(make, "dead");
      return { name: "b", tags };
    },
    changes: {
      description: { description: "d" },
      deadLetterConfig: { deadLetterConfig: { arn: "arn:aws:sqs:us-east-1:000000000000:dead" } },
      tags: TAGS,
    },
    // Takes the same way as the queue; a key's id cannot be known beforehand.
    silent: ["kmsKeyIdentifier"],
    describe: async (call, Name) => {
      const bus = await call("events", "DescribeEventBus", { Name });
      const { Tags } = await call("events", "ListTagsForResource", { ResourceARN: bus.Arn });
      return { ...bus, Description: bus.Description ?? "", Tags };
    },
  },

  {
    type: "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    base: async (make) => {
      await make("aws:cloudwatch/eventBus:EventBus", { name: "b" });
      return { eventBusName: "b", policy: busPolicy("one") };
    },
    changes: { policy: { policy: busPolicy("two") } },
    describe: async (call) => (await call("events", "DescribeEventBus", { Name: "b" })).Policy,
  },

  {
    type: "aws:cloudwatch/eventPermission:EventPermission",
    base: () => ({ principal: "111111111111", statementId: "s" }),
    changes: {
      principal: { principal: "222222222222" },
      condition: {
        principal: "*",
        condition: { type: "StringEquals", key: "aws:PrincipalOrgID", value: "o-1" },
      },
    },
    silent: ["action"],
    describe: async (call) => (await call("events", "DescribeEventBus", { Name: "default" })).Policy,
  },

  {
    type: "aws:cloudwatch/eventRule:EventRule",
    base: () => ({ name: "r", eventPattern: '{"source":["a"]}', tags }),
    changes: {
      description: { description: "d" },
      eventPattern: { eventPattern: '{"source":["b"]}' },
      scheduleExpression: { scheduleExpression: "rate(1 minute)", eventPattern: undefined },
      state: { state: "DISABLED" },
      tags: TAGS,
    },
    describe: async (call, Name) => {
      const rule = await call("events", "DescribeRule", { Name });
      return { ...rule, tags: (await call("events", "ListTagsForResource", { ResourceARN: rule.Arn })).Tags };
    },
  },

  {
    type: "aws:cloudwatch/eventTarget:EventTarget",
    base: async (make) => {
      await make("aws:cloudwatch/eventRule:EventRule", { name: "r", eventPattern: '{"source":["a"]}' });
      await queueOf(make, "dead");
      const { outputs } = await queueOf(make);
      return { rule: "r", targetId: "t", arn: outputs.arn! };
    },
    changes: {
      arn: { arn: "arn:aws:sqs:us-east-1:000000000000:dead" },
      input: { input: "{}" },
      inputPath: { inputPath: "$.detail" },
      inputTransformer: { inputTransformer: { inputPaths: { a: "$.detail" }, inputTemplate: '"<a>"' } },
      deadLetterConfig: { deadLetterConfig: { arn: "arn:aws:sqs:us-east-1:000000000000:dead" } },
      retryPolicy: { retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 600 } },
    },
    describe: async (call) => (await call("events", "ListTargetsByRule", { Rule: "r" })).Targets?.[0],
  },
];

function busPolicy(Sid: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid,
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111111111111:root" },
        Action: "events:PutEvents",
        Resource: "arn:aws:events:us-east-1:000000000000:event-bus/b",
      },
    ],
  });
}
