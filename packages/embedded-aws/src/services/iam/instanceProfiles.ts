import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { iamId, type Identities, type InstanceProfile } from "../../core/iam/identities";
import { operationsOf, type Output } from "../../wire/operation";
import * as inputs from "./inputs";
import { describeRole } from "./roles";

/** What an EC2 instance carries its role in. */
export function instanceProfileOperations(context: CloudContext, identities: Identities) {
  const arnOf = (name: string, path = "/") =>
    identities.instanceProfiles.get(name)?.arn ??
    `arn:aws:iam::${context.accountId}:instance-profile${path}${name}`;
  const require = (name: string) => {
    const profile = identities.instanceProfiles.get(name);
    if (profile === undefined) throw inputs.noSuchEntity(`Instance Profile ${name}`);
    return profile;
  };
  const operation = operationsOf("iam", context);
  return {
    ...operation(
      "CreateInstanceProfile",
      { supports: ["InstanceProfileName", "Path", "Tags"], rules: inputs.memberRules },
      (input) => [
        { action: "iam:CreateInstanceProfile", resource: arnOf(input.InstanceProfileName, input.Path) },
      ],
      ({ InstanceProfileName: name, Path: path = "/", Tags }) => {
        if (inputs.isNameTaken(identities.instanceProfiles.keys(), name))
          throw inputs.alreadyExists(`Instance Profile ${name}`);
        const profile: InstanceProfile = {
          name,
          id: iamId(context.random, "AIPA", 17),
          arn: arnOf(name, path),
          path,
          createDate: context.clock.now(),
          tags: inputs.tagMap(Tags),
          settlesAt: identities.settling.settlesAt(),
          role: undefined,
        };
        identities.instanceProfiles.set(name, profile);
        return { InstanceProfile: describeProfile(profile) };
      },
    ),

    ...operation(
      "AddRoleToInstanceProfile",
      { supports: ["InstanceProfileName", "RoleName"], rules: inputs.memberRules },
      (input) => [
        { action: "iam:AddRoleToInstanceProfile", resource: arnOf(input.InstanceProfileName) },
        {
          action: "iam:PassRole",
          resource: inputs.requireRole(identities, input.RoleName).arn,
          context: { "iam:PassedToService": "ec2.amazonaws.com" },
        },
      ],
      (input) => {
        const profile = require(input.InstanceProfileName);
        const role = inputs.requireRole(identities, input.RoleName);
        if (profile.role !== undefined) {
          throw new AwsError(
            "LimitExceededException",
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
            409,
          );
        }
        profile.role = role;
        return {};
      },
    ),

    ...operation(
      "RemoveRoleFromInstanceProfile",
      { supports: ["InstanceProfileName", "RoleName"], rules: inputs.memberRules },
      (input) => [
        { action: "iam:RemoveRoleFromInstanceProfile", resource: arnOf(input.InstanceProfileName) },
      ],
      (input) => {
        const profile = require(input.InstanceProfileName);
        if (profile.role?.roleName !== input.RoleName)
          throw inputs.noSuchEntity(`The role ${input.RoleName} in the instance profile ${profile.name}`);
        profile.role = undefined;
        return {};
      },
    ),

    ...operation(
      "DeleteInstanceProfile",
      { supports: ["InstanceProfileName"], rules: inputs.memberRules },
      (input) => [{ action: "iam:DeleteInstanceProfile", resource: arnOf(input.InstanceProfileName) }],
      (input) => {
        const profile = require(input.InstanceProfileName);
        if (profile.role !== undefined)
          throw inputs.deleteConflict("must remove roles from instance profile first.");
        identities.instanceProfiles.delete(profile.name);
        return {};
      },
    ),

    ...operation(
      "GetInstanceProfile",
      { supports: ["InstanceProfileName"], rules: inputs.memberRules },
      (input) => [{ action: "iam:GetInstanceProfile", resource: arnOf(input.InstanceProfileName) }],
      (input) => ({ InstanceProfile: describeProfile(require(input.InstanceProfileName)) }),
    ),

    ...operation(
      "ListInstanceProfiles",
      { supports: ["PathPrefix", "Marker", "MaxItems"], rules: inputs.memberRules },
      () => [{ action: "iam:ListInstanceProfiles", resource: arnOf("") }],
      ({ PathPrefix = "/", ...paging }) => {
        const all = [...identities.instanceProfiles.values()];
        const { items, rest } = inputs.page(
          all.filter(({ path }) => path.startsWith(PathPrefix)),
          paging,
        );
        return { InstanceProfiles: items.map(describeProfile), ...rest };
      },
    ),

    ...operation(
      "ListInstanceProfilesForRole",
      inputs.pageOfRole,
      (input) => [
        {
          action: "iam:ListInstanceProfilesForRole",
          resource: inputs.requireRole(identities, input.RoleName).arn,
        },
      ],
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        const holders = [...identities.instanceProfiles.values()].filter((profile) => profile.role === role);
        const { items, rest } = inputs.page(holders, input);
        return { InstanceProfiles: items.map(describeProfile), ...rest };
      },
    ),
  };
}

function describeProfile(profile: InstanceProfile): Output<"iam", "GetInstanceProfile">["InstanceProfile"] {
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: inputs.iamDate(profile.createDate),
    Tags: inputs.tagList(profile.tags),
    Roles: profile.role === undefined ? [] : [describeRole(profile.role)],
  };
}
