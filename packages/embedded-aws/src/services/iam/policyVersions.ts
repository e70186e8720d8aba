import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Identities } from "../../core/iam/identities";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import type { PolicyVersion } from "../../core/iam/policyVersions";
import { operationsOf } from "../../wire/operation";
import * as inputs from "./inputs";
import { findPolicy, ownPolicy } from "./managedPolicies";
import { checkManagedPolicySize } from "./quotas";

/** IAM user guide, "Versioning IAM policies". */
const MOST_VERSIONS = 5;

const byVersion = { supports: ["PolicyArn", "VersionId"] } as const;

/** The versions of the account's own policies. */
export function policyVersionOperations(context: CloudContext, identities: Identities) {
  const operation = operationsOf("iam", context);
  const onPolicy =
    (action: string) =>
    ({ PolicyArn }: { readonly PolicyArn: string }) => [{ action: `iam:${action}`, resource: PolicyArn }];
  const ownVersion = (input: { readonly PolicyArn: string; readonly VersionId: string }) => {
    const { versions } = ownPolicy(identities, input.PolicyArn);
    const version = versions.get(input.VersionId);
    if (version === undefined) throw missing(input.PolicyArn, input.VersionId);
    return { versions, version };
  };

  return {
    ...operation(
      "CreatePolicyVersion",
      { supports: ["PolicyArn", "PolicyDocument", "SetAsDefault"] },
      onPolicy("CreatePolicyVersion"),
      ({ PolicyArn, PolicyDocument: text, SetAsDefault = false }) => {
        const { versions } = ownPolicy(identities, PolicyArn);
        checkManagedPolicySize(text);
        const document = parsePolicyDocument(text, "identity");
        if (versions.size >= MOST_VERSIONS) {
          throw new AwsError(
            "LimitExceededException",
            `A managed policy can have up to ${MOST_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
            409,
          );
        }
        const version = versions.add({ text, document }, context.clock.now());
        if (SetAsDefault) versions.setDefault(version);
        return { PolicyVersion: summary(version, SetAsDefault) };
      },
    ),

    ...operation("GetPolicyVersion", byVersion, onPolicy("GetPolicyVersion"), (input) => {
      const { versions } = findPolicy(identities, input.PolicyArn);
      const version = versions.get(input.VersionId);
      if (version === undefined) throw missing(input.PolicyArn, input.VersionId);
      return {
        PolicyVersion: {
          // IAM hands policies out percent-encoded (RFC 3986).
          Document: encodeURIComponent(version.text),
          ...summary(version, version === versions.default),
        },
      };
    }),

    ...operation(
      "ListPolicyVersions",
      { supports: ["PolicyArn", "Marker", "MaxItems"], rules: inputs.memberRules },
      onPolicy("ListPolicyVersions"),
      (input) => {
        const { versions } = findPolicy(identities, input.PolicyArn);
        const { items, rest } = inputs.page(versions.list(), input);
        return { Versions: items.map((version) => summary(version, version === versions.default)), ...rest };
      },
    ),

    ...operation("SetDefaultPolicyVersion", byVersion, onPolicy("SetDefaultPolicyVersion"), (input) => {
      const { versions, version } = ownVersion(input);
      versions.setDefault(version);
      return {};
    }),

    ...operation("DeletePolicyVersion", byVersion, onPolicy("DeletePolicyVersion"), (input) => {
      const { versions, version } = ownVersion(input);
      if (version === versions.default)
        throw inputs.deleteConflict("the default version of a policy goes with the policy alone.");
      versions.delete(version);
      return {};
    }),
  };
}

function summary({ id, createDate }: PolicyVersion, isDefault: boolean) {
  return { VersionId: id, IsDefaultVersion: isDefault, CreateDate: inputs.iamDate(createDate) };
}

function missing(policyArn: string, version: string): AwsError {
  return inputs.noSuchEntity(`Policy ${policyArn} version ${version}`);
}
