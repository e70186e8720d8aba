import * as v from "valibot";
import { pageOf } from "../../core/paging";
import { type Access, type CloudContext, operation, type Operation, type Service } from "../../core/service";
import { TagStore } from "../../core/tagStore";
import { Bus } from "./bus";
import { Deliveries } from "./delivery";
import { putEvents } from "./putEvents";
import { BUS_NAME, checkBus, type Rule, Rules } from "./rules";
import { Schedules } from "./schedules";
import { checkTarget, Target } from "./target";

const Name = v.pipe(v.string(), v.regex(/^[.\-_A-Za-z0-9]{1,64}$/));
const EventBusName = v.optional(v.string());
const Limit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 100);
const Tags = v.array(
  v.strictObject({ Key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)), Value: v.string() }),
);

/** EventBridge: the default event bus, its rules, schedules and targets. */
export function createEvents(context: CloudContext): Service {
  const rules = new Rules(context);
  const deliveries = new Deliveries(context);
  const bus = new Bus(context, rules, deliveries);
  const schedules = new Schedules(context, (ruleName) => bus.runSchedule(ruleName));
  const tags = new TagStore();
  return {
    name: "events",
    protocol: { kind: "awsJson", version: "1.1", targetPrefixes: ["AWSEvents"] },
    operations: {
      PutEvents: putEvents(context, bus),
      ...ruleOperations(context, rules, schedules, tags),
      ...targetOperations(context, rules),
      ...tagOperations(context, tags),
    },
    close() {
      schedules.close();
      deliveries.close();
      return Promise.resolve();
    },
  };
}

function onRule(rules: Rules, action: string): (input: { Name: string }) => Access[] {
  return (input) => [{ action: `events:${action}`, resource: rules.arnOf(input.Name) }];
}

function ruleOperations(
  context: CloudContext,
  rules: Rules,
  schedules: Schedules,
  tags: TagStore,
): Record<string, Operation> {
  const named = v.strictObject({ Name, EventBusName });
  return {
    PutRule: operation(
      context,
      v.strictObject({
        Name,
        EventBusName,
        Description: v.optional(v.pipe(v.string(), v.maxLength(512))),
        EventPattern: v.optional(v.pipe(v.string(), v.maxLength(4096))),
        ScheduleExpression: v.optional(v.pipe(v.string(), v.maxLength(256))),
        State: v.optional(v.picklist(["ENABLED", "DISABLED"]), "ENABLED"),
        Tags: v.optional(Tags),
      }),
      onRule(rules, "PutRule"),
      (input) => {
        checkBus(input.EventBusName);
        const rule = rules.put(input);
        schedules.update(rule);
        if (input.Tags !== undefined) tags.add(rule.arn, input.Tags);
        return { RuleArn: rule.arn };
      },
    ),
    DescribeRule: operation(context, named, onRule(rules, "DescribeRule"), (input) => {
      checkBus(input.EventBusName);
      return describe(rules.get(input.Name));
    }),
    EnableRule: operation(context, named, onRule(rules, "EnableRule"), (input) => {
      checkBus(input.EventBusName);
      schedules.update(rules.enable(input.Name, true));
      return {};
    }),
    DisableRule: operation(context, named, onRule(rules, "DisableRule"), (input) => {
      checkBus(input.EventBusName);
      schedules.update(rules.enable(input.Name, false));
      return {};
    }),
    DeleteRule: operation(
      context,
      v.strictObject({ Name, EventBusName, Force: v.optional(v.boolean()) }),
      onRule(rules, "DeleteRule"),
      (input) => {
        checkBus(input.EventBusName);
        rules.delete(input.Name);
        schedules.remove(input.Name);
        tags.forget(rules.arnOf(input.Name));
        return {};
      },
    ),
    ListRules: operation(
      context,
      v.strictObject({
        NamePrefix: v.optional(v.string(), ""),
        EventBusName,
        NextToken: v.optional(v.string()),
        Limit,
      }),
      () => [{ action: "events:ListRules", resource: rules.arnOf("*") }],
      (input) => {
        checkBus(input.EventBusName);
        const wanted = rules.list().filter((rule) => rule.name.startsWith(input.NamePrefix));
        const { items, next } = pageOf(wanted, input.NextToken, input.Limit, "ValidationException");
        return { Rules: items.map(describe), ...(next === undefined ? {} : { NextToken: next }) };
      },
    ),
  };
}

function targetOperations(context: CloudContext, rules: Rules): Record<string, Operation> {
  const on = (action: string) => (input: { Rule: string }) => onRule(rules, action)({ Name: input.Rule });
  return {
    PutTargets: operation(
      context,
      v.strictObject({
        Rule: Name,
        EventBusName,
        Targets: v.pipe(v.array(Target), v.minLength(1), v.maxLength(100)),
      }),
      (input) =>
        input.Targets.map((target) => ({
          action: "events:PutTargets",
          resource: rules.arnOf(input.Rule),
          context: { "events:TargetArn": target.Arn },
        })),
      (input) => {
        checkBus(input.EventBusName);
        input.Targets.forEach(checkTarget);
        rules.putTargets(input.Rule, input.Targets);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
    ListTargetsByRule: operation(
      context,
      v.strictObject({ Rule: Name, EventBusName, NextToken: v.optional(v.string()), Limit }),
      on("ListTargetsByRule"),
      (input) => {
        checkBus(input.EventBusName);
        const targets = [...rules.get(input.Rule).targets.values()];
        const { items, next } = pageOf(targets, input.NextToken, input.Limit, "ValidationException");
        return { Targets: items, ...(next === undefined ? {} : { NextToken: next }) };
      },
    ),
    RemoveTargets: operation(
      context,
      v.strictObject({
        Rule: Name,
        EventBusName,
        Ids: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(100)),
        Force: v.optional(v.boolean()),
      }),
      on("RemoveTargets"),
      (input) => {
        checkBus(input.EventBusName);
        rules.removeTargets(input.Rule, input.Ids);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
  };
}

function tagOperations(context: CloudContext, tags: TagStore): Record<string, Operation> {
  const ResourceARN = v.pipe(v.string(), v.startsWith("arn:aws:events:"));
  const on = (action: string) => (input: { ResourceARN: string }) => [
    { action: `events:${action}`, resource: input.ResourceARN },
  ];
  return {
    TagResource: operation(context, v.strictObject({ ResourceARN, Tags }), on("TagResource"), (input) => {
      tags.add(input.ResourceARN, input.Tags);
      return {};
    }),
    UntagResource: operation(
      context,
      v.strictObject({ ResourceARN, TagKeys: v.array(v.string()) }),
      on("UntagResource"),
      (input) => {
        tags.remove(input.ResourceARN, input.TagKeys);
        return {};
      },
    ),
    ListTagsForResource: operation(
      context,
      v.strictObject({ ResourceARN }),
      on("ListTagsForResource"),
      (input) => ({
        Tags: tags.list(input.ResourceARN),
      }),
    ),
  };
}

function describe(rule: Rule): object {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: BUS_NAME,
    State: rule.enabled ? "ENABLED" : "DISABLED",
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    ...(rule.patternText === undefined ? {} : { EventPattern: rule.patternText }),
    ...(rule.scheduleText === undefined ? {} : { ScheduleExpression: rule.scheduleText }),
  };
}
