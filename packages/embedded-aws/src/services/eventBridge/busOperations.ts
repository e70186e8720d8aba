import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import type { TagStore } from "../../core/tagStore";
import { operationsOf } from "../../wire/operation";
import type { Bus } from "./bus";
import type { Buses } from "./buses";
import { checkedPolicy, withoutPermission, withPermission } from "./busPolicy";
import { LARGEST_PAGE, memberRules } from "./memberRules";

/** From the EventBridge API reference; a "/" is for the buses of partners. */
const newName = { pattern: /^[.\-_A-Za-z0-9]{1,256}$/ } as const;
const Description = { length: [0, 512] } as const;
const KmsKeyIdentifier = { pattern: /^[a-zA-Z0-9_\-/:]{0,2048}$/ } as const;
const settings = ["Description", "KmsKeyIdentifier", "DeadLetterConfig"] as const;
const settingRules = {
  Description,
  KmsKeyIdentifier,
  "DeadLetterConfig.Arn": { pattern: /^arn:[^:]+:sqs:[^:]+:\d{12}:[A-Za-z0-9_-]{1,80}$/ },
} as const;

/** The account's event buses, and who may send to them. */
export function busOperations(context: CloudContext, buses: Buses, tags: TagStore) {
  const operation = operationsOf("events", context);
  const on = (action: string) => (given: string | undefined) => [
    { action: `events:${action}`, resource: buses.arnOf(buses.nameIn(given)) },
  ];
  const permissionAccess =
    (action: string) =>
    ({ EventBusName }: { readonly EventBusName?: string }) =>
      on(action)(EventBusName);
  return {
    ...operation(
      "CreateEventBus",
      {
        supports: ["Name", ...settings, "Tags"],
        rules: { ...memberRules, ...settingRules, Name: newName },
      },
      (input) => on("CreateEventBus")(input.Name),
      (input) => {
        const bus = buses.create(input.Name);
        set(bus, input);
        if (input.Tags !== undefined) tags.add(bus.arn, input.Tags);
        return { EventBusArn: bus.arn, ...described(bus) };
      },
    ),

    ...operation(
      "DescribeEventBus",
      { supports: ["Name"] },
      (input) => on("DescribeEventBus")(input.Name),
      (input) => {
        const bus = buses.get(input.Name);
        return { ...summary(bus), ...described(bus) };
      },
    ),

    ...operation(
      "UpdateEventBus",
      { supports: ["Name", ...settings], rules: settingRules },
      (input) => on("UpdateEventBus")(input.Name),
      (input) => {
        const bus = buses.get(input.Name);
        set(bus, { ...input, Description: input.Description ?? bus.description });
        bus.modifiedAt = context.clock.now();
        return { Arn: bus.arn, Name: bus.name, ...described(bus) };
      },
    ),

    ...operation(
      "DeleteEventBus",
      { supports: ["Name"] },
      (input) => on("DeleteEventBus")(input.Name),
      (input) => {
        const name = buses.nameIn(input.Name);
        buses.delete(name);
        tags.forget(buses.arnOf(name));
        return {};
      },
    ),

    ...operation(
      "ListEventBuses",
      { supports: ["NamePrefix", "NextToken", "Limit"], rules: memberRules },
      () => [{ action: "events:ListEventBuses", resource: "*" }],
      ({ NamePrefix = "", NextToken, Limit = LARGEST_PAGE }) => {
        const wanted = buses.list().filter(({ name }) => name.startsWith(NamePrefix));
        const { items, next } = pageOf(wanted, NextToken, Limit, "ValidationException");
        return { EventBuses: items.map(summary), ...(next === undefined ? {} : { NextToken: next }) };
      },
    ),

    ...operation(
      "PutPermission",
      {
        supports: ["EventBusName", "Action", "Principal", "StatementId", "Condition", "Policy"],
        rules: {
          Action: { oneOf: ["events:PutEvents"] },
          Principal: { pattern: /^(\d{12}|\*)$/ },
          StatementId: { pattern: /^[a-zA-Z0-9-_]{1,64}$/ },
          "Condition.Type": { oneOf: ["StringEquals"] },
          "Condition.Key": { oneOf: ["aws:PrincipalOrgID"] },
        },
      },
      permissionAccess("PutPermission"),
      ({ EventBusName, Action, Principal, StatementId, Condition, Policy }) => {
        const bus = buses.get(EventBusName);
        const parts = [Action, Principal, StatementId];
        if (Policy !== undefined && [...parts, Condition].some((part) => part !== undefined))
          throw invalid("Policy stands for Action, Principal, StatementId and Condition; got both");
        if (
          Policy === undefined &&
          (Principal === undefined || StatementId === undefined || Action === undefined)
        )
          throw invalid("expected Policy, or Action, Principal and StatementId");
        const policy =
          Policy ??
          withPermission(bus.policy, {
            id: StatementId ?? "",
            principal: Principal ?? "",
            busArn: bus.arn,
            organization: Condition?.Value,
          });
        bus.policy = checkedPolicy(context.policies, policy);
        bus.modifiedAt = context.clock.now();
        return {};
      },
    ),

    ...operation(
      "RemovePermission",
      { supports: ["EventBusName", "StatementId", "RemoveAllPermissions"] },
      permissionAccess("RemovePermission"),
      ({ EventBusName, StatementId, RemoveAllPermissions = false }) => {
        const bus = buses.get(EventBusName);
        bus.policy = RemoveAllPermissions ? undefined : withoutPermission(bus.policy, StatementId);
        bus.modifiedAt = context.clock.now();
        return {};
      },
    ),
  };
}

function summary(bus: Bus) {
  return {
    Name: bus.name,
    Arn: bus.arn,
    ...(bus.description === undefined ? {} : { Description: bus.description }),
    ...(bus.policy === undefined ? {} : { Policy: bus.policy }),
    CreationTime: new Date(bus.createdAt),
    LastModifiedTime: new Date(bus.modifiedAt),
  };
}

interface Settings {
  readonly Description?: string | undefined;
  readonly KmsKeyIdentifier?: string | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
}

/** Without a key's identifier AWS's own key encrypts, also where there was another: EventBridge API reference. */
function set(bus: Bus, { Description: description, KmsKeyIdentifier, DeadLetterConfig }: Settings): void {
  bus.description = description;
  bus.keyId = KmsKeyIdentifier === "" ? undefined : KmsKeyIdentifier;
  bus.deadLetterArn = DeadLetterConfig?.Arn;
}

function described({ description, keyId, deadLetterArn }: Bus): Settings {
  return {
    ...(description === undefined ? {} : { Description: description }),
    ...(keyId === undefined ? {} : { KmsKeyIdentifier: keyId }),
    ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
  };
}

function invalid(reason: string): AwsError {
  return new AwsError("ValidationException", `PutPermission: ${reason}`);
}
