import { pageOf } from "../../core/paging";
import type { Access, CloudContext, Service } from "../../core/service";
import { TagStore } from "../../core/tagStore";
import { officialService, operationsOf } from "../../wire/operation";
import type { Rules as InputRules } from "../../wire/rules";
import { Bus } from "./bus";
import { Deliveries } from "./delivery";
import { putEvents } from "./putEvents";
import { BUS_NAME, checkBus, type Rule, Rules } from "./rules";
import { Schedules } from "./schedules";
import { checkTarget, targetMembers, targetRules } from "./target";

/** From the EventBridge API reference. */
const ruleName = { pattern: /^[.\-_A-Za-z0-9]{1,64}$/ } as const;
const LARGEST_PAGE = 100;
const memberRules = {
  Name: ruleName,
  Rule: ruleName,
  Limit: { range: [1, LARGEST_PAGE] },
  Ids: { length: [1, 100] },
  ResourceARN: { pattern: /^arn:aws:events:/ },
  "Tags.Key": { length: [1, 128] },
  "Tags.Value": { length: [0, 256] },
} as const satisfies InputRules;

/** EventBridge: the default event bus, its rules, schedules and targets. */
export function createEvents(context: CloudContext): Service {
  const rules = new Rules(context);
  const deliveries = new Deliveries(context);
  const bus = new Bus(context, rules, deliveries);
  const schedules = new Schedules(context, (ruleName) => bus.runSchedule(ruleName));
  const tags = new TagStore();
  return officialService(
    "events",
    {
      ...putEvents(context, bus),
      ...ruleOperations(context, rules, schedules, tags),
      ...targetOperations(context, rules),
      ...tagOperations(context, tags),
    },
    () => {
      schedules.close();
      deliveries.close();
      return Promise.resolve();
    },
  );
}

function onRule(rules: Rules, action: string): (input: { readonly Name: string }) => Access[] {
  return (input) => [{ action: `events:${action}`, resource: rules.arnOf(input.Name) }];
}

function ruleOperations(context: CloudContext, rules: Rules, schedules: Schedules, tags: TagStore) {
  const operation = operationsOf("events", context);
  const named = { supports: ["Name", "EventBusName"], rules: memberRules } as const;
  return {
    ...operation(
      "PutRule",
      {
        supports: [
          ...(["Name", "EventBusName", "Description", "EventPattern"] as const),
          ...(["ScheduleExpression", "State", "Tags"] as const),
        ],
        rules: {
          ...memberRules,
          Description: { length: [0, 512] },
          EventPattern: { length: [0, 4096] },
          ScheduleExpression: { length: [0, 256] },
          State: {
            oneOf: ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"],
            supported: ["ENABLED", "DISABLED"],
          },
        },
      },
      onRule(rules, "PutRule"),
      (input) => {
        checkBus(input.EventBusName);
        const rule = rules.put(input);
        schedules.update(rule);
        if (input.Tags !== undefined) tags.add(rule.arn, input.Tags);
        return { RuleArn: rule.arn };
      },
    ),

    ...operation("DescribeRule", named, onRule(rules, "DescribeRule"), (input) => {
      checkBus(input.EventBusName);
      return describe(rules.get(input.Name));
    }),

    ...operation("EnableRule", named, onRule(rules, "EnableRule"), (input) => {
      checkBus(input.EventBusName);
      schedules.update(rules.enable(input.Name, true));
      return {};
    }),

    ...operation("DisableRule", named, onRule(rules, "DisableRule"), (input) => {
      checkBus(input.EventBusName);
      schedules.update(rules.enable(input.Name, false));
      return {};
    }),

    ...operation(
      "DeleteRule",
      // Force matters to rules that AWS's services have made.
      { supports: ["Name", "EventBusName", "Force"], rules: memberRules },
      onRule(rules, "DeleteRule"),
      (input) => {
        checkBus(input.EventBusName);
        rules.delete(input.Name);
        schedules.remove(input.Name);
        tags.forget(rules.arnOf(input.Name));
        return {};
      },
    ),

    ...operation(
      "ListRules",
      { supports: ["NamePrefix", "EventBusName", "NextToken", "Limit"], rules: memberRules },
      () => [{ action: "events:ListRules", resource: rules.arnOf("*") }],
      ({ NamePrefix = "", EventBusName, NextToken, Limit = LARGEST_PAGE }) => {
        checkBus(EventBusName);
        const wanted = rules.list().filter((rule) => rule.name.startsWith(NamePrefix));
        const { items, next } = pageOf(wanted, NextToken, Limit, "ValidationException");
        return { Rules: items.map(describe), ...(next === undefined ? {} : { NextToken: next }) };
      },
    ),
  };
}

function targetOperations(context: CloudContext, rules: Rules) {
  const operation = operationsOf("events", context);
  const on = (action: string) => (input: { readonly Rule: string }) =>
    onRule(rules, action)({ Name: input.Rule });
  return {
    ...operation(
      "PutTargets",
      {
        supports: ["Rule", "EventBusName", ...targetMembers],
        rules: { Rule: ruleName, ...targetRules },
      },
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

    ...operation(
      "ListTargetsByRule",
      { supports: ["Rule", "EventBusName", "NextToken", "Limit"], rules: memberRules },
      on("ListTargetsByRule"),
      (input) => {
        checkBus(input.EventBusName);
        const targets = [...rules.get(input.Rule).targets.values()];
        const { items, next } = pageOf(
          targets,
          input.NextToken,
          input.Limit ?? LARGEST_PAGE,
          "ValidationException",
        );
        return { Targets: items, ...(next === undefined ? {} : { NextToken: next }) };
      },
    ),

    ...operation(
      "RemoveTargets",
      { supports: ["Rule", "EventBusName", "Ids", "Force"], rules: memberRules },
      on("RemoveTargets"),
      (input) => {
        checkBus(input.EventBusName);
        rules.removeTargets(input.Rule, input.Ids);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
  };
}

function tagOperations(context: CloudContext, tags: TagStore) {
  const operation = operationsOf("events", context);
  const on = (action: string) => (input: { readonly ResourceARN: string }) => [
    { action: `events:${action}`, resource: input.ResourceARN },
  ];
  return {
    ...operation(
      "TagResource",
      { supports: ["ResourceARN", "Tags"], rules: memberRules },
      on("TagResource"),
      (input) => {
        tags.add(input.ResourceARN, input.Tags);
        return {};
      },
    ),

    ...operation(
      "UntagResource",
      { supports: ["ResourceARN", "TagKeys"], rules: memberRules },
      on("UntagResource"),
      (input) => {
        tags.remove(input.ResourceARN, input.TagKeys);
        return {};
      },
    ),

    ...operation(
      "ListTagsForResource",
      { supports: ["ResourceARN"], rules: memberRules },
      on("ListTagsForResource"),
      (input) => ({ Tags: tags.list(input.ResourceARN) }),
    ),
  };
}

function describe(rule: Rule) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: BUS_NAME,
    State: rule.enabled ? ("ENABLED" as const) : ("DISABLED" as const),
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    ...(rule.patternText === undefined ? {} : { EventPattern: rule.patternText }),
    ...(rule.scheduleText === undefined ? {} : { ScheduleExpression: rule.scheduleText }),
  };
}
