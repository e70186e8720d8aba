import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Identities } from "../../core/iam/identities";
import { operationsOf } from "../../wire/operation";
import * as inputs from "./inputs";
import { findPolicy, ownPolicy } from "./managedPolicies";

const rules = inputs.memberRules;

/** Tags of roles, policies and instance profiles. */
export function tagOperations(context: CloudContext, identities: Identities) {
  const operation = operationsOf("iam", context);
  const arnOf = (kind: string, name: string) => `arn:aws:iam::${context.accountId}:${kind}/${name}`;
  const onRole =
    (action: string) =>
    ({ RoleName: name }: { readonly RoleName: string }) => [
      { action: `iam:${action}`, resource: identities.roles.get(name)?.arn ?? arnOf("role", name) },
    ];
  const onPolicy =
    (action: string) =>
    ({ PolicyArn }: { readonly PolicyArn: string }) => [{ action: `iam:${action}`, resource: PolicyArn }];
  const onProfile =
    (action: string) =>
    ({ InstanceProfileName: name }: { readonly InstanceProfileName: string }) => [
      {
        action: `iam:${action}`,
        resource: identities.instanceProfiles.get(name)?.arn ?? arnOf("instance-profile", name),
      },
    ];
  const profileTags = (name: string) => {
    const profile = identities.instanceProfiles.get(name);
    if (profile === undefined) throw inputs.noSuchEntity(`Instance Profile ${name}`);
    return profile.tags;
  };

  return {
    ...operation("TagRole", { supports: ["RoleName", "Tags"], rules }, onRole("TagRole"), (input) =>
      add(inputs.requireRole(identities, input.RoleName).tags, input.Tags),
    ),
    ...operation("UntagRole", { supports: ["RoleName", "TagKeys"], rules }, onRole("UntagRole"), (input) =>
      remove(inputs.requireRole(identities, input.RoleName).tags, input.TagKeys),
    ),
    ...operation("ListRoleTags", inputs.pageOfRole, onRole("ListRoleTags"), (input) =>
      show(inputs.requireRole(identities, input.RoleName).tags, input),
    ),

    ...operation("TagPolicy", { supports: ["PolicyArn", "Tags"], rules }, onPolicy("TagPolicy"), (input) =>
      add(ownPolicy(identities, input.PolicyArn).tags, input.Tags),
    ),
    ...operation(
      "UntagPolicy",
      { supports: ["PolicyArn", "TagKeys"], rules },
      onPolicy("UntagPolicy"),
      (input) => remove(ownPolicy(identities, input.PolicyArn).tags, input.TagKeys),
    ),
    ...operation(
      "ListPolicyTags",
      { supports: ["PolicyArn", "Marker", "MaxItems"], rules },
      onPolicy("ListPolicyTags"),
      (input) => show(findPolicy(identities, input.PolicyArn).tags, input),
    ),

    ...operation(
      "TagInstanceProfile",
      { supports: ["InstanceProfileName", "Tags"], rules },
      onProfile("TagInstanceProfile"),
      (input) => add(profileTags(input.InstanceProfileName), input.Tags),
    ),
    ...operation(
      "UntagInstanceProfile",
      { supports: ["InstanceProfileName", "TagKeys"], rules },
      onProfile("UntagInstanceProfile"),
      (input) => remove(profileTags(input.InstanceProfileName), input.TagKeys),
    ),
    ...operation(
      "ListInstanceProfileTags",
      { supports: ["InstanceProfileName", "Marker", "MaxItems"], rules },
      onProfile("ListInstanceProfileTags"),
      (input) => show(profileTags(input.InstanceProfileName), input),
    ),
  };
}

function add(tags: Map<string, string>, given: readonly inputs.Tag[]): object {
  if (new Set([...tags.keys(), ...given.map(({ Key }) => Key)]).size > inputs.mostTags) {
    throw new AwsError(
      "LimitExceededException",
      `Cannot exceed quota for TagsPerResource: ${inputs.mostTags}`,
      409,
    );
  }
  for (const { Key, Value } of given) tags.set(Key, Value);
  return {};
}

function remove(tags: Map<string, string>, keys: readonly string[]): object {
  for (const key of keys) tags.delete(key);
  return {};
}

function show(
  tags: ReadonlyMap<string, string>,
  paging: { readonly Marker?: string; readonly MaxItems?: number },
) {
  const { items, rest } = inputs.page(inputs.tagList(tags), paging);
  return { Tags: items, ...rest };
}
