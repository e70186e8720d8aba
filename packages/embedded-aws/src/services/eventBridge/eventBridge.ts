import { pageOf } from "../../core/paging";
import type { Access, CloudContext, Service } from "../../core/service";
import { TagStore } from "../../core/tagStore";
import { officialService, operationsOf } from "../../wire/operation";
import { Buses } from "./buses";
import { busOperations } from "./busOperations";
import { Deliveries } from "./delivery";
import { LARGEST_PAGE, memberRules, ruleName } from "./memberRules";
import { putEvents } from "./putEvents";
import { type Rule, ruleArn } from "./rules";
import { Schedules } from "./schedules";
import { tagOperations } from "./tagOperations";
import { checkTarget, targetMembers, targetRules } from "./target";

interface OnBus {
  readonly EventBusName?: string | undefined;
}

/** EventBridge: event buses, their rules, schedules and targets. */
export function createEvents(context: CloudContext): Service {
  const deliveries = new Deliveries(context);
  const buses = new Buses(context, deliveries);
  const schedules = new Schedules(context, (ruleName) => buses.default.runSchedule(ruleName));
  const tags = new TagStore();
  return officialService(
    "events",
    {
      ...putEvents(context, buses),
      ...busOperations(context, buses, tags),
      ...ruleOperations(context, buses, schedules, tags),
      ...targetOperations(context, buses),
      ...tagOperations(context, buses, tags),
    },
    () => {
      schedules.close();
      deliveries.close();
      return Promise.resolve();
    },
  );
}

function onRule(
  context: CloudContext,
  buses: Buses,
  action: string,
): (input: OnBus & { readonly Name: string }) => Access[] {
  return ({ EventBusName, Name }) => [
    {
      action: `events:${action}`,
      resource: ruleArn(context, buses.nameIn(EventBusName), Name),
      resourcePolicy: buses.find(EventBusName)?.policy,
    },
  ];
}

const namedRules = { ...memberRules, Name: ruleName } as const;

function ruleOperations(context: CloudContext, buses: Buses, schedules: Schedules, tags: TagStore) {
  const operation = operationsOf("events", context);
  const named = { supports: ["Name", "EventBusName"], rules: namedRules } as const;
  const on = (action: string) => onRule(context, buses, action);
  return {
    ...operation(
      "PutRule",
      {
        supports: [
          ...(["Name", "EventBusName", "Description", "EventPattern"] as const),
          ...(["ScheduleExpression", "State", "Tags"] as const),
        ],
        rules: {
          ...namedRules,
          Description: { length: [0, 512] },
          EventPattern: { length: [0, 4096] },
          ScheduleExpression: { length: [0, 256] },
          State: {
            oneOf: ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"],
            supported: ["ENABLED", "DISABLED"],
          },
        },
      },
      on("PutRule"),
      (input) => {
        const { rules } = buses.get(input.EventBusName);
        // "If you are updating an existing rule, any tags you specify in the PutRule operation are ignored."
        const isNew = !rules.has(input.Name);
        const rule = rules.put(input);
        schedules.update(rule);
        if (isNew && input.Tags !== undefined) tags.add(rule.arn, input.Tags);
        return { RuleArn: rule.arn };
      },
    ),

    ...operation("DescribeRule", named, on("DescribeRule"), (input) => {
      const bus = buses.get(input.EventBusName);
      return describe(bus.rules.get(input.Name), bus.name);
    }),

    ...operation("EnableRule", named, on("EnableRule"), (input) => {
      schedules.update(buses.get(input.EventBusName).rules.enable(input.Name, true));
      return {};
    }),

    ...operation("DisableRule", named, on("DisableRule"), (input) => {
      schedules.update(buses.get(input.EventBusName).rules.enable(input.Name, false));
      return {};
    }),

    ...operation(
      "DeleteRule",
      // Force matters to rules that AWS's services have made.
      { supports: ["Name", "EventBusName", "Force"], rules: namedRules },
      on("DeleteRule"),
      (input) => {
        const bus = buses.get(input.EventBusName);
        bus.rules.delete(input.Name);
        if (bus === buses.default) schedules.remove(input.Name);
        tags.forget(bus.rules.arnOf(input.Name));
        return {};
      },
    ),

    ...operation(
      "ListRules",
      { supports: ["NamePrefix", "EventBusName", "NextToken", "Limit"], rules: memberRules },
      ({ EventBusName }) => on("ListRules")({ EventBusName, Name: "*" }),
      ({ NamePrefix = "", EventBusName, NextToken, Limit = LARGEST_PAGE }) => {
        const bus = buses.get(EventBusName);
        const wanted = bus.rules.list().filter((rule) => rule.name.startsWith(NamePrefix));
        const { items, next } = pageOf(wanted, NextToken, Limit, "ValidationException");
        return {
          Rules: items.map((rule) => describe(rule, bus.name)),
          ...(next === undefined ? {} : { NextToken: next }),
        };
      },
    ),
  };
}

function targetOperations(context: CloudContext, buses: Buses) {
  const operation = operationsOf("events", context);
  const on = (action: string) => (input: OnBus & { readonly Rule: string }) =>
    onRule(context, buses, action)({ ...input, Name: input.Rule });
  return {
    ...operation(
      "PutTargets",
      {
        supports: ["Rule", "EventBusName", ...targetMembers],
        rules: { ...memberRules, ...targetRules },
      },
      (input) =>
        input.Targets.flatMap((target) =>
          on("PutTargets")(input).map((access) => ({
            ...access,
            context: { "events:TargetArn": target.Arn },
          })),
        ),
      (input) => {
        for (const target of input.Targets) checkTarget(target, context);
        buses.get(input.EventBusName).rules.putTargets(input.Rule, input.Targets);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),

    ...operation(
      "ListTargetsByRule",
      { supports: ["Rule", "EventBusName", "NextToken", "Limit"], rules: memberRules },
      on("ListTargetsByRule"),
      (input) => {
        const targets = [...buses.get(input.EventBusName).rules.get(input.Rule).targets.values()];
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
        buses.get(input.EventBusName).rules.removeTargets(input.Rule, input.Ids);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
  };
}

function describe(rule: Rule, busName: string) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: busName,
    State: rule.enabled ? ("ENABLED" as const) : ("DISABLED" as const),
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    ...(rule.patternText === undefined ? {} : { EventPattern: rule.patternText }),
    ...(rule.scheduleText === undefined ? {} : { ScheduleExpression: rule.scheduleText }),
  };
}
