import * as v from "valibot";
import { definedOrNone, jsonDocument, resource, tagList, tags } from "../schemas";

const eventRule = resource({
  type: "aws:cloudwatch/eventRule:EventRule",
  inputs: v.strictObject({
    name: v.string(),
    description: v.optional(v.string()),
    eventPattern: v.optional(jsonDocument),
    scheduleExpression: v.optional(v.string()),
    state: v.optional(v.picklist(["ENABLED", "DISABLED"]), "ENABLED"),
    eventBusName: v.optional(v.string(), "default"),
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
      id: inputs.name,
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
    eventBusName: v.optional(v.string(), "default"),
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
    return { id: `${inputs.rule}-${inputs.targetId}`, outputs: { eventBusName: inputs.eventBusName } };
  },
  async delete(inputs, _id, context) {
    await context.call("events", "RemoveTargets", {
      Rule: inputs.rule,
      EventBusName: inputs.eventBusName,
      Ids: [inputs.targetId],
    });
  },
});

export const events = [eventRule, eventTarget];
