import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { type CloudContext, operation, type Operation } from "../../core/service";
import { applyFilters, type FilterValues } from "./filters";
import { Filters, paging, Tags } from "./inputs";
import type { Instances } from "./instances";
import { requestTagKeys, resourceTagKeys } from "./launchAccess";
import type { LaunchTemplates } from "./launchTemplates";
import type { SecurityGroups } from "./securityGroups";

interface Tagged {
  readonly resourceId: string;
  readonly resourceType: "instance" | "launch-template" | "security-group";
  readonly arn: string;
  readonly tags: Map<string, string>;
}

interface TagRow {
  readonly resourceId: string;
  readonly resourceType: string;
  readonly key: string;
  readonly value: string;
}

const FILTERS: FilterValues<TagRow> = {
  key: (row) => [row.key],
  value: (row) => [row.value],
  "resource-id": (row) => [row.resourceId],
  "resource-type": (row) => [row.resourceType],
};

/** Tags on the resources that live here by themselves: instances, launch templates and security groups. */
export function tagOperations(
  context: CloudContext,
  instances: Instances,
  templates: LaunchTemplates,
  groups: SecurityGroups,
): Record<string, Operation> {
  const find = (id: string): Tagged => {
    const instance = instances.byId(id);
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
    throw new AwsError(
      "InvalidID",
      `The ID '${id}' is not valid; expected an instance's, a launch template's or a security group's`,
    );
  };
  const rows = (): TagRow[] => {
    const tagged = [
      ...instances.seen().map(({ instance }) => find(instance.id)),
      ...templates.list().map((template) => find(template.id)),
      ...groups.list().map((group) => find(group.id)),
    ];
    return tagged.flatMap(({ resourceId, resourceType, tags }) =>
      [...tags].map(([key, value]) => ({ resourceId, resourceType, key, value })),
    );
  };
  const ResourceId = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1000));

  return {
    CreateTags: operation(
      context,
      v.strictObject({ ResourceId, Tag: v.pipe(Tags, v.minLength(1)) }),
      (input) =>
        input.ResourceId.map(find).map(({ arn, tags }) => ({
          action: "ec2:CreateTags",
          resource: arn,
          context: {
            ...resourceTagKeys(tags),
            ...requestTagKeys(new Map(input.Tag.map((tag) => [tag.Key, tag.Value]))),
          },
        })),
      (input) => {
        for (const { tags } of input.ResourceId.map(find)) {
          for (const tag of input.Tag) tags.set(tag.Key, tag.Value);
        }
        return { return: true };
      },
    ),
    DescribeTags: operation(
      context,
      v.strictObject({ Filter: Filters, ...paging }),
      () => [{ action: "ec2:DescribeTags", resource: "*" }],
      (input) => {
        const wanted = applyFilters(rows(), input.Filter, FILTERS);
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxResults, "InvalidNextToken");
        return { tagSet: items, ...(next === undefined ? {} : { nextToken: next }) };
      },
    ),
  };
}
