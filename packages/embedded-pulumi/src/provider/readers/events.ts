import type { CreateContext } from "../resourceType";
import { keyAs, type Reader, type Readers, tagsFrom } from "./reader";

async function tagsOf(ResourceARN: string | undefined, { call }: CreateContext) {
  return tagsFrom((await call("events", "ListTagsForResource", { ResourceARN })).Tags);
}

const eventBus: Reader = async ({ id, inputs }, context) => {
  const found = await context.call("events", "DescribeEventBus", { Name: id });
  return {
    inputs: {
      description: found.Description,
      kmsKeyIdentifier: await keyAs(inputs.kmsKeyIdentifier, found.KmsKeyIdentifier, context),
      deadLetterConfig: { arn: found.DeadLetterConfig?.Arn },
      tags: await tagsOf(found.Arn, context),
    },
  };
};

const eventBusPolicy: Reader = async ({ text }, { call }) => {
  const { Policy } = await call("events", "DescribeEventBus", { Name: text("eventBusName") });
  return Policy === undefined || Policy === "" ? undefined : { inputs: { policy: Policy } };
};

interface Statement {
  readonly Sid?: string;
  readonly Action?: string;
  readonly Principal?: string | { readonly AWS?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** One statement of a bus's policy. */
const eventPermission: Reader = async ({ text }, { call }) => {
  const { Policy = "{}" } = await call("events", "DescribeEventBus", { Name: text("eventBusName") });
  const { Statement: statements = [] } = JSON.parse(Policy || "{}") as { Statement?: readonly Statement[] };
  const found = statements.find(({ Sid }) => Sid === text("statementId"));
  if (found === undefined) return undefined;
  const { Principal } = found;
  const principal = typeof Principal === "object" ? Principal.AWS : Principal;
  const [type, test = {}] = Object.entries(found.Condition ?? {})[0] ?? [];
  const [key, value] = Object.entries(test)[0] ?? [];
  return {
    inputs: {
      action: found.Action,
      principal: /^arn:aws:iam::(\d{12}):root$/.exec(principal ?? "")?.[1] ?? principal,
      condition: { type, key, value },
    },
  };
};

const eventRule: Reader = async ({ text }, context) => {
  const found = await context.call("events", "DescribeRule", {
    Name: text("name"),
    EventBusName: text("eventBusName") || undefined,
  });
  return {
    inputs: {
      description: found.Description,
      eventPattern: found.EventPattern,
      scheduleExpression: found.ScheduleExpression,
      state: found.State,
      tags: await tagsOf(found.Arn, context),
    },
  };
};

const eventTarget: Reader = async ({ text }, { call }) => {
  const { Targets = [] } = await call("events", "ListTargetsByRule", {
    Rule: text("rule"),
    EventBusName: text("eventBusName") || undefined,
  });
  const found = Targets.find(({ Id }) => Id === text("targetId"));
  if (found === undefined) return undefined;
  return {
    inputs: {
      arn: found.Arn,
      input: found.Input,
      inputPath: found.InputPath,
      inputTransformer: {
        inputPaths: found.InputTransformer?.InputPathsMap,
        inputTemplate: found.InputTransformer?.InputTemplate,
      },
      deadLetterConfig: { arn: found.DeadLetterConfig?.Arn },
      retryPolicy: {
        maximumEventAgeInSeconds: found.RetryPolicy?.MaximumEventAgeInSeconds,
        maximumRetryAttempts: found.RetryPolicy?.MaximumRetryAttempts,
      },
    },
    // AWS writes down what it does without a policy of the program's.
    defaults: {
      retryPolicy: found.RetryPolicy && { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
    },
  };
};

export const eventsReaders: Readers = {
  "aws:cloudwatch/eventBus:EventBus": eventBus,
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": eventBusPolicy,
  "aws:cloudwatch/eventPermission:EventPermission": eventPermission,
  "aws:cloudwatch/eventRule:EventRule": eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
};
