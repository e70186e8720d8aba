import { AwsError } from "../../core/errors";
import { operationsOf, type Output } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import { pageOf } from "./description";
import { byNameAlone } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { checkRevision, LATEST, type Alias, type LambdaFunction } from "./lambdaFunction";
import { revisionOf } from "./versions";

/** From the Lambda API reference. */
const rules: Rules = {
  ...byNameAlone.rules,
  /** Not a number alone: that would be a version. */
  Name: { pattern: /^(?!\d+$)[a-zA-Z0-9-_]{1,128}$/ },
  FunctionVersion: { pattern: /^(\$LATEST|\d{1,1024})$/ },
  Description: { length: [0, 256] },
  MaxItems: { range: [1, 10_000] },
};
const byAlias = { supports: ["FunctionName", "Name"], rules } as const;
const settable = [
  "FunctionName",
  "Name",
  "FunctionVersion",
  "Description",
  "RoutingConfig.AdditionalVersionWeights",
] as const;

/** Aliases: names for versions, with a share for a second one. */
export function aliasOperations({ context, store }: FunctionParts) {
  const operation = operationsOf("lambda", context);
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];
  const aliasOf = (fn: LambdaFunction, name: string): Alias => {
    const alias = fn.aliases.get(name);
    if (alias !== undefined) return alias;
    throw new AwsError("ResourceNotFoundException", `Cannot find alias arn: ${fn.arn}:${name}`);
  };

  return {
    ...operation("CreateAlias", { supports: settable, rules }, on("CreateAlias"), (input) => {
      const fn = store.get(input.FunctionName);
      const { Name, FunctionVersion: version, Description = "", RoutingConfig } = input;
      if (fn.aliases.has(Name)) {
        throw new AwsError("ResourceConflictException", `Alias already exists: ${fn.arn}:${Name}`);
      }
      const alias: Alias = {
        name: Name,
        version,
        description: Description,
        additional: additionalVersion(RoutingConfig?.AdditionalVersionWeights),
        revisionId: context.random.uuid(),
      };
      checkVersions(fn, alias);
      fn.aliases.set(Name, alias);
      return describe(fn, alias);
    }),

    ...operation("GetAlias", byAlias, on("GetAlias"), (input) => {
      const fn = store.get(input.FunctionName);
      return describe(fn, aliasOf(fn, input.Name));
    }),

    ...operation(
      "UpdateAlias",
      { supports: [...settable, "RevisionId"], rules },
      on("UpdateAlias"),
      ({ FunctionName, Name, FunctionVersion, Description, RoutingConfig, RevisionId }) => {
        const fn = store.get(FunctionName);
        const alias = aliasOf(fn, Name);
        checkRevision(alias, RevisionId);
        const changed: Alias = {
          ...alias,
          ...(FunctionVersion !== undefined && { version: FunctionVersion }),
          ...(Description !== undefined && { description: Description }),
          ...(RoutingConfig !== undefined && {
            additional: additionalVersion(RoutingConfig.AdditionalVersionWeights),
          }),
          revisionId: context.random.uuid(),
        };
        checkVersions(fn, changed);
        fn.aliases.set(Name, changed);
        return describe(fn, changed);
      },
    ),

    ...operation("DeleteAlias", byAlias, on("DeleteAlias"), ({ FunctionName, Name }) => {
      const fn = store.get(FunctionName);
      fn.aliases.delete(Name);
      fn.policies.delete(Name);
      fn.asyncInvoke.delete(Name);
      return {};
    }),

    ...operation(
      "ListAliases",
      { supports: ["FunctionName", "FunctionVersion", "Marker", "MaxItems"], rules },
      on("ListAliases"),
      ({ FunctionName, FunctionVersion, Marker, MaxItems }) => {
        const fn = store.get(FunctionName);
        const all = [...fn.aliases.values()]
          .filter(
            ({ version, additional }) =>
              FunctionVersion === undefined || [version, additional?.version].includes(FunctionVersion),
          )
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map((alias) => describe(fn, alias));
        const { page, NextMarker } = pageOf(all, Marker, MaxItems);
        return { Aliases: page, NextMarker };
      },
    ),
  };
}

function additionalVersion(weights: Readonly<Record<string, number>> = {}): Alias["additional"] {
  const [[version, weight] = [undefined, 0], ...others] = Object.entries(weights);
  if (version === undefined) return undefined;
  if (others.length > 0)
    throw invalid("Number of items in AdditionalVersionWeights cannot be greater than 1");
  if (!(weight >= 0 && weight <= 1)) {
    throw invalid(
      `AdditionalVersionWeights: got ${weight} for version ${version}; expected a share between 0.0 and 1.0`,
    );
  }
  return { version, weight };
}

/** Lambda developer guide, "Alias routing": both versions are published, with one role and one dead-letter queue. */
function checkVersions(fn: LambdaFunction, { version, additional }: Alias): void {
  const main = revisionOf({ fn, qualifier: version });
  if (additional === undefined) return;
  if (version === LATEST || additional.version === LATEST) {
    throw invalid("$LATEST is not supported for an alias pointing to more than 1 version");
  }
  if (version === additional.version) {
    throw invalid(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  }
  const second = fn.versions.get(additional.version);
  if (second === undefined) {
    throw new AwsError("ResourceNotFoundException", `Function not found: ${fn.arn}:${additional.version}`);
  }
  for (const member of ["Role", "DeadLetterArn"] as const) {
    if (main.settings[member] === second.settings[member]) continue;
    throw invalid(
      `RoutingConfig: versions ${version} and ${additional.version} differ in ${member === "Role" ? "their execution role" : "their dead-letter queue"}; expected the same of both`,
    );
  }
}

function describe(fn: LambdaFunction, alias: Alias): Output<"lambda", "GetAlias"> {
  const { name, version, description, additional, revisionId } = alias;
  return {
    AliasArn: `${fn.arn}:${name}`,
    Name: name,
    FunctionVersion: version,
    Description: description,
    ...(additional !== undefined && {
      RoutingConfig: { AdditionalVersionWeights: { [additional.version]: additional.weight } },
    }),
    RevisionId: revisionId,
  };
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
