import * as v from "valibot";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { definedOrNone, jsonDocument, resource, tagList, tags } from "../schemas";
import { textOutput } from "../textOutput";

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
  async update(change, context) {
    const { inputs, changed, outputs } = change;
    // A key and a queue that are not named are taken away.
    if (["description", "kmsKeyIdentifier", "deadLetterConfig"].some((name) => changed.has(name)))
      await context.call("events", "UpdateEventBus", {
        Name: inputs.name,
        Description: inputs.description ?? "",
        KmsKeyIdentifier: inputs.kmsKeyIdentifier,
        DeadLetterConfig: definedOrNone({ Arn: inputs.deadLetterConfig?.arn }),
      });
    await retagEvents(textOutput(outputs, "arn"), change, context);
    return undefined;
  },
  async delete(_inputs, id, context) {
    await context.call("events", "DeleteEventBus", { Name: id });
  },
});

const eventBusPolicy = resource({
  type: "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
  inputs: v.strictObject({ eventBusName, policy: jsonDocument }),
  async create(inputs, context) {
    await putBusPolicy(inputs, context);
    return { id: inputs.eventBusName, outputs: { eventBusName: inputs.eventBusName } };
  },
  async update({ inputs }, context) {
    await putBusPolicy(inputs, context);
    return undefined;
  },
  async delete(_inputs, id, context) {
    await context.call("events", "RemovePermission", { EventBusName: id, RemoveAllPermissions: true });
  },
});

function putBusPolicy(
  inputs: { readonly eventBusName: string; readonly policy: string },
  context: CreateContext,
): Promise<unknown> {
  return context.call("events", "PutPermission", {
    EventBusName: inputs.eventBusName,
    Policy: inputs.policy,
  });
}

const eventPermissionInputs = v.strictObject({
  eventBusName,
  action: v.optional(v.string(), "events:PutEvents"),
  principal: v.string(),
  statementId: v.string(),
  condition: v.optional(v.strictObject({ type: v.string(), key: v.string(), value: v.string() })),
});

const eventPermission = resource({
  type: "aws:cloudwatch/eventPermission:EventPermission",
  inputs: eventPermissionInputs,
  async create(inputs, context) {
    await putPermission(inputs, context);
    return {
      id: `${inputs.eventBusName}/${inputs.statementId}`,
      outputs: { action: inputs.action, eventBusName: inputs.eventBusName },
    };
  },
  async update({ inputs }, context) {
    // It takes the place of the statement of that name.
    await putPermission(inputs, context);
    return undefined;
  },
  async delete({ eventBusName: EventBusName, statementId: StatementId }, _id, context) {
    await context.call("events", "RemovePermission", { EventBusName, StatementId });
  },
});

function putPermission(
  inputs: v.InferOutput<typeof eventPermissionInputs>,
  context: CreateContext,
): Promise<unknown> {
  const { condition } = inputs;
  return context.call("events", "PutPermission", {
    EventBusName: inputs.eventBusName,
    Action: inputs.action,
    Principal: inputs.principal,
    StatementId: inputs.statementId,
    Condition: condition && { Type: condition.type, Key: condition.key, Value: condition.value },
  });
}

const eventRuleInputs = v.strictObject({
  name: v.string(),
  description: v.optional(v.string()),
  eventPattern: v.optional(jsonDocument),
  scheduleExpression: v.optional(v.string()),
  state: v.optional(v.picklist(["ENABLED", "DISABLED"]), "ENABLED"),
  eventBusName,
  tags,
});

function eventRuleInput(inputs: v.InferOutput<typeof eventRuleInputs>) {
  return {
    Name: inputs.name,
    Description: inputs.description,
    EventPattern: inputs.eventPattern,
    ScheduleExpression: inputs.scheduleExpression,
    State: inputs.state,
    EventBusName: inputs.eventBusName,
  };
}

const eventRule = resource({
  type: "aws:cloudwatch/eventRule:EventRule",
  inputs: eventRuleInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const Tags = tagList(inputs.tags);
    const { RuleArn } = await context.call("events", "PutRule", { ...eventRuleInput(inputs), Tags });
    return {
      // As the AWS provider: the ids of what is on another bus begin with its name.
      id: `${busPrefix(inputs.eventBusName, "/")}${inputs.name}`,
      outputs: { arn: RuleArn, state: inputs.state, eventBusName: inputs.eventBusName },
    };
  },
  async update(change, context) {
    const { inputs, changed, outputs } = change;
    // Without tags: EventBridge takes those of a new rule only. What is left out is no more.
    if ([...changed].some((name) => name !== "tags"))
      await context.call("events", "PutRule", eventRuleInput(inputs));
    await retagEvents(textOutput(outputs, "arn"), change, context);
    return { state: inputs.state };
  },
  async delete(inputs, _id, context) {
    await context.call("events", "DeleteRule", { Name: inputs.name, EventBusName: inputs.eventBusName });
  },
});

function retagEvents(
  ResourceARN: string,
  change: Parameters<typeof retag>[0],
  context: CreateContext,
): Promise<void> {
  return retag(
    change,
    (tags) => context.call("events", "TagResource", { ResourceARN, Tags: tagList(tags) }),
    (TagKeys) => context.call("events", "UntagResource", { ResourceARN, TagKeys }),
  );
}

const eventTargetInputs = v.strictObject({
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
});

async function putTarget(
  inputs: v.InferOutput<typeof eventTargetInputs>,
  context: CreateContext,
): Promise<void> {
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
}

const eventTarget = resource({
  type: "aws:cloudwatch/eventTarget:EventTarget",
  inputs: eventTargetInputs,
  autoName: { property: "targetId" },
  async create(inputs, context) {
    await putTarget(inputs, context);
    return {
      id: `${busPrefix(inputs.eventBusName, "-")}${inputs.rule}-${inputs.targetId}`,
      outputs: { eventBusName: inputs.eventBusName },
    };
  },
  async update({ inputs }, context) {
    // It takes the place of the target of that id.
    await putTarget(inputs, context);
    return undefined;
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
