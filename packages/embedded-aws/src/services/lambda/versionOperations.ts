import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { describeVersion, pageOf } from "./description";
import { byNameAlone } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { checkRevision } from "./lambdaFunction";
import { publishVersion, revisionsOf } from "./versions";

/** Versions: a function's code and settings as they were, which never change. */
export function versionOperations({ context, store }: FunctionParts) {
  const operation = operationsOf("lambda", context);
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];

  return {
    ...operation(
      "PublishVersion",
      {
        supports: ["FunctionName", "CodeSha256", "Description", "RevisionId"],
        rules: { ...byNameAlone.rules, Description: { length: [0, 256] } },
      },
      on("PublishVersion"),
      ({ FunctionName, CodeSha256, Description, RevisionId }) => {
        const fn = store.get(FunctionName);
        checkRevision(fn, RevisionId);
        if (CodeSha256 !== undefined && CodeSha256 !== fn.code.sha256) {
          throw new AwsError(
            "InvalidParameterValueException",
            `CodeSHA256 (${CodeSha256}) is different from current CodeSHA256 in $LATEST (${fn.code.sha256}). Please try again with the CodeSHA256 in $LATEST.`,
          );
        }
        return describeVersion(publishVersion(context, fn, Description));
      },
    ),

    ...operation(
      "ListVersionsByFunction",
      {
        supports: ["FunctionName", "Marker", "MaxItems"],
        rules: { ...byNameAlone.rules, MaxItems: { range: [1, 10_000] } },
      },
      on("ListVersionsByFunction"),
      ({ FunctionName, Marker, MaxItems }) => {
        const all = revisionsOf(store.get(FunctionName)).map(describeVersion);
        const { page, NextMarker } = pageOf(all, Marker, MaxItems);
        return { Versions: page, NextMarker };
      },
    ),

    // No function has one: signing profiles are not here, and CreateFunction refuses their configuration.
    ...operation(
      "GetFunctionCodeSigningConfig",
      { supports: ["FunctionName"], rules: byNameAlone.rules },
      on("GetFunctionCodeSigningConfig"),
      ({ FunctionName }) => ({ FunctionName: store.get(FunctionName).name, CodeSigningConfigArn: "" }),
    ),
  };
}
