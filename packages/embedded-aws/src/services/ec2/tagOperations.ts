import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import { notFound } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, tagMap, tagRules } from "./inputs";
import type { Instances } from "./instances";
import { requestTagKeys, resourceTagKeys } from "./launchAccess";
import type { KeyPairs } from "./keyPairs";
import type { LaunchTemplates } from "./launchTemplates";
import { Network, type NetworkResourceType } from "./network";
import type { SecurityGroups } from "./securityGroups";
import { filteredPage } from "./pages";

interface Tagged {
  readonly resourceId: string;
  readonly resourceType: "instance" | "key-pair" | "launch-template" | "security-group" | NetworkResourceType;
  readonly arn: string;
  readonly tags: Map<string, string>;
}

interface TagRow {
  readonly resourceId: string;
  readonly resourceType: Tagged["resourceType"];
  readonly key: string;
  readonly value: string;
}

const FILTERS: FilterValues<TagRow> = {
  key: (row) => [row.key],
  value: (row) => [row.value],
  "resource-id": (row) => [row.resourceId],
  "resource-type": (row) => [row.resourceType],
};

/** What EC2 says of an id that has the form of one, and is not there, or is not seen yet. */
const KINDS: readonly (readonly [form: RegExp, code: string, what: string])[] = [
  [/^i-[0-9a-f]{8,17}$/, "InvalidInstanceID.NotFound", "instance ID"],
  [/^lt-[0-9a-f]{8,17}$/, "InvalidLaunchTemplateId.NotFound", "launch template ID"],
  [/^sg-[0-9a-f]{8,17}$/, "InvalidGroup.NotFound", "security group"],
  [/^key-[0-9a-f]{8,17}$/, "InvalidKeyPair.NotFound", "key pair"],
  ...Network.unknownIds,
];

/** Tags on the resources that live here by themselves. */
export function tagOperations(
  context: CloudContext,
  instances: Instances,
  templates: LaunchTemplates,
  groups: SecurityGroups,
  keyPairs: KeyPairs,
  network: Network,
) {
  const operation = operationsOf("ec2", context);
  const find = (id: string): Tagged => {
    const instance = instances.seenById(id);
    if (instance !== undefined) {
      return { resourceId: id, resourceType: "instance", arn: instance.arn, tags: instance.tags };
    }
    const template = templates.byId(id);
    if (template !== undefined) {
      return { resourceId: id, resourceType: "launch-template", arn: template.arn, tags: template.tags };
    }
    const group = groups.byId(id);
    if (group !== undefined) {
      return { resourceId: id, resourceType: "security-group", arn: group.arn, tags: group.tags };
    }
    const pair = [...keyPairs.values()].find((known) => known.id === id);
    if (pair !== undefined) {
      const arn = `arn:aws:ec2:${context.region}:${context.accountId}:key-pair/${pair.name}`;
      return { resourceId: id, resourceType: "key-pair", arn, tags: pair.tags };
    }
    const part = network.tagged().find(({ resource }) => resource.id === id);
    if (part !== undefined) {
      const { resourceType, resource } = part;
      return { resourceId: id, resourceType, arn: resource.arn, tags: resource.tags };
    }
    for (const [form, code, what] of KINDS) if (form.test(id)) throw notFound(code, what, [id]);
    throw new AwsError(
      "InvalidID",
      `The ID '${id}' is not valid; expected that of an instance, a launch template, a security group, a key pair or a part of a network`,
    );
  };
  const rows = (): TagRow[] => {
    const tagged = [
      ...instances.seen().map(({ instance }) => find(instance.id)),
      ...templates.list().map((template) => find(template.id)),
      ...groups.list().map((group) => find(group.id)),
      ...[...keyPairs.values()].map((pair) => find(pair.id)),
      ...network.tagged().map(({ resource }) => find(resource.id)),
    ];
    return tagged.flatMap(({ resourceId, resourceType, tags }) =>
      [...tags].map(([key, value]) => ({ resourceId, resourceType, key, value })),
    );
  };

  return {
    ...operation(
      "CreateTags",
      {
        supports: ["Resources", "Tags"],
        rules: { Resources: { length: [1, 1000] }, ...tagRules, Tags: { length: [1, 50] } },
      },
      ({ Resources, Tags }) =>
        Resources.map(find).map(({ arn, tags }) => ({
          action: "ec2:CreateTags",
          resource: arn,
          context: { ...resourceTagKeys(tags), ...requestTagKeys(tagMap(Tags)) },
        })),
      ({ Resources, Tags }) => {
        for (const { tags } of Resources.map(find)) {
          const given = tagMap(Tags);
          // Those that AWS puts on its own resources are not counted (EC2 user guide, "Tag restrictions").
          const own = [...tags.keys()].filter((key) => !key.startsWith("aws:"));
          checkTagTotal("ec2", own, given.keys());
          for (const [key, value] of given) tags.set(key, value);
        }
        return {};
      },
    ),
    ...operation(
      "DeleteTags",
      {
        supports: ["Resources", "Tags"],
        // Those of AWS's own stay: their keys are refused.
        rules: { Resources: { length: [1, 1000] }, ...tagRules },
      },
      ({ Resources, Tags = [] }) =>
        Resources.map(find).map(({ arn, tags }) => ({
          action: "ec2:DeleteTags",
          resource: arn,
          context: { ...resourceTagKeys(tags), "aws:TagKeys": Tags.flatMap(({ Key }) => Key ?? []) },
        })),
      ({ Resources, Tags }) => {
        for (const { tags } of Resources.map(find)) {
          // "If you omit this parameter, we delete all user-defined tags"; with a value, only the tag that has it.
          const going =
            Tags ??
            [...tags.keys()]
              .filter((key) => !key.startsWith("aws:"))
              .map((Key) => ({ Key, Value: undefined }));
          for (const { Key = "", Value } of going)
            if (Value === undefined || tags.get(Key) === Value) tags.delete(Key);
        }
        return {};
      },
    ),
    ...operation(
      "DescribeTags",
      { supports: ["Filters", "MaxResults", "NextToken"], rules: describeRules },
      () => [{ action: "ec2:DescribeTags", resource: "*" }],
      ({ ...query }) => {
        const { items, NextToken } = filteredPage(rows(), query, FILTERS);
        const Tags = items.map(({ resourceId, resourceType, key, value }) => ({
          ResourceId: resourceId,
          ResourceType: resourceType,
          Key: key,
          Value: value,
        }));
        return { Tags, NextToken };
      },
    ),
  };
}
