import * as v from "valibot";
import { definedOrNone, jsonDocument, resource, tagList, tags } from "../schemas";

const eventBusName = v.optional(v.string(), "default");

const eventBus = resource({
  type: "aws:cloudwatch/eventBus:EventBus",
  inputs: v.strictObject({
    name: v.string(),
    description: v.optional(v.string()),
    kmsKeyIdentifier: v.optional(v.string()),
    deadLetterConfig: v.optional(v.strictObject({ arn: v.optional(v.string()) })),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { EventBusArn } = await context.call("events", "CreateEventBus", {
      Name: inputs.name,
      Description: inputs.description,
      KmsKeyIdentifier: inputs.kmsKeyIdentifier,
      DeadLetterConfig: definedOrNone({ Arn: inputs.deadLetterConfig?.arn }),
      Tags: tagList(inputs.tags),
    });
    return { id: inputs.name, outputs: { arn: EventBusArn } };
  },
});

const eventBusPolicy = resource({
  type: "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
  inputs: v.strictObject({ eventBusName, policy: jsonDocument }),
  async create(inputs, context) {
    await context.call("events", "PutPermission", {
      EventBusName: inputs.eventBusName,
      Policy: inputs.policy,
    });
    return { id: inputs.eventBusName, outputs: { eventBusName: inputs.eventBusName } };
  },
});

const eventPermission = resource({
  type: "aws:cloudwatch/eventPermission:EventPermission",
  inputs: v.strictObject({
    eventBusName,
    action: v.optional(v.string(), "events:PutEvents"),
    principal: v.string(),
    statementId: v.string(),
    condition: v.optional(v.strictObject({ type: v.string(), key: v.string(), value: v.string() })),
  }),
  async create(inputs, context) {
    const { condition } = inputs;
    await context.call("events", "PutPermission", {
      EventBusName: inputs.eventBusName,
      Action: inputs.action,
      Principal: inputs.principal,
      StatementId: inputs.statementId,
      Condition: condition && { Type: condition.type, Key: condition.key, Value: condition.value },
    });
    return {
      id: `${inputs.eventBusName}/${inputs.statementId}`,
      outputs: { action: inputs.action, eventBusName: inputs.eventBusName },
    };
  },
});

const eventRule = resource({
  type: "aws:cloudwatch/eventRule:EventRule",
  inputs: v.strictObject({
    name: v.string(),
    description: v.optional(v.string()),
    eventPattern: v.optional(jsonDocument),
    scheduleExpression: v.optional(v.string()),
    state: v.optional(v.picklist(["ENABLED", "DISABLED"]), "ENABLED"),
    eventBusName,
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { RuleArn } = await context.call("events", "PutRule", {
      Name: inputs.name,
      Description: inputs.description,
      EventPattern: inputs.eventPattern,
      ScheduleExpression: inputs.scheduleExpression,
      State: inputs.state,
      EventBusName: inputs.eventBusName,
      Tags: tagList(inputs.tags),
    });
    return {
      // As the AWS provider: the ids of what is on another bus begin with its name.
      id: `${busPrefix(inputs.eventBusName, "/")}${inputs.name}`,
      outputs: { arn: RuleArn, state: inputs.state, eventBusName: inputs.eventBusName },
    };
  },
});

const eventTarget = resource({
  type: "aws:cloudwatch/eventTarget:EventTarget",
  inputs: v.strictObject({
    targetId: v.string(),
    rule: v.string(),
    arn: v.string(),
    eventBusName,
    input: v.optional(v.string()),
    inputPath: v.optional(v.string()),
    inputTransformer: v.optional(
      v.strictObject({ inputPaths: v.optional(v.record(v.string(), v.string())), inputTemplate: v.string() }),
    ),
    deadLetterConfig: v.optional(v.strictObject({ arn: v.optional(v.string()) })),
    retryPolicy: v.optional(
      v.strictObject({
        maximumEventAgeInSeconds: v.optional(v.number()),
        maximumRetryAttempts: v.optional(v.number()),
      }),
    ),
  }),
  autoName: { property: "targetId" },
  async create(inputs, context) {
    const target = {
      Id: inputs.targetId,
      Arn: inputs.arn,
      Input: inputs.input,
      InputPath: inputs.inputPath,
      InputTransformer: inputs.inputTransformer && {
        InputPathsMap: inputs.inputTransformer.inputPaths,
        InputTemplate: inputs.inputTransformer.inputTemplate,
      },
      DeadLetterConfig: definedOrNone({ Arn: inputs.deadLetterConfig?.arn }),
      RetryPolicy: definedOrNone({
        MaximumEventAgeInSeconds: inputs.retryPolicy?.maximumEventAgeInSeconds,
        MaximumRetryAttempts: inputs.retryPolicy?.maximumRetryAttempts,
      }),
    };
    const { FailedEntries = [] } = await context.call("events", "PutTargets", {
      Rule: inputs.rule,
      EventBusName: inputs.eventBusName,
      Targets: [target],
    });
    // A refused target is reported inside a successful answer.
    const [failed] = FailedEntries;
    if (failed !== undefined)
      throw new Error(`${failed.ErrorCode ?? "PutTargets"}: ${failed.ErrorMessage ?? "refused"}`);
    return {
      id: `${busPrefix(inputs.eventBusName, "-")}${inputs.rule}-${inputs.targetId}`,
      outputs: { eventBusName: inputs.eventBusName },
    };
  },
  async delete(inputs, _id, context) {
    await context.call("events", "RemoveTargets", {
      Rule: inputs.rule,
      EventBusName: inputs.eventBusName,
      Ids: [inputs.targetId],
    });
  },
});

function busPrefix(eventBusName: string, separator: string): string {
  return eventBusName === "default" ? "" : `${eventBusName}${separator}`;
}

export const events = [eventBus, eventBusPolicy, eventPermission, eventRule, eventTarget];
