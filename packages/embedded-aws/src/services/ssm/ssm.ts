import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { Call, CloudContext, Service } from "../../core/service";
import { officialService, operationsOf } from "../../wire/operation";
import { checkFilters, FILTER_KEY, isBelow, passes } from "./parameterFilters";
import { newestOf, notFound, Parameters, type Parameter, type Version } from "./parameters";
import { putParameter } from "./putParameter";
import { tagOperations } from "./tagOperations";

const MOST_NAMES = 10;
/** What DescribeParameters gives unless it is asked for more. */
const DEFAULT_DESCRIBED = 10;

/** Systems Manager's Parameter Store: plain and encrypted parameters with their versions, and AWS's public ones. */
export function createSsm(context: CloudContext): Service {
  const parameters = new Parameters(context);
  const operation = operationsOf("ssm", context);
  const access = (action: string, names: readonly string[]) =>
    names.map((name) => ({
      action: `ssm:${action}`,
      resource: parameters.arnOf(parameters.named(name).name),
    }));

  async function shown(parameter: Parameter, version: Version, decrypt: boolean, { caller }: Call) {
    const { type, value, keyId } = version;
    const clear =
      keyId === undefined || !decrypt
        ? value
        : await parameters.decrypt(parameter.name, value, keyId, caller);
    return {
      Name: parameter.name,
      Type: type,
      Value: clear,
      Version: version.version,
      LastModifiedDate: new Date(version.lastModified),
      ARN: parameters.arnOf(parameter.name),
      DataType: "text",
    };
  }

  /** A parameter's version as a request names it; undefined when there is no such parameter. */
  function found(given: string): { readonly parameter: Parameter; readonly version: Version } | undefined {
    const { name, version: number } = parameters.named(given);
    const parameter = parameters.find(name);
    if (parameter === undefined) return undefined;
    if (number === undefined) return { parameter, version: newestOf(parameter) };
    const version = parameter.versions.find((one) => one.version === number);
    if (version !== undefined) return { parameter, version };
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${number} of ${name}. Verify the version and try again.`,
    );
  }

  return officialService("ssm", {
    ...putParameter(context, parameters),
    ...tagOperations(context, parameters),

    ...operation(
      "GetParameter",
      { supports: ["Name", "WithDecryption"] },
      (input) => access("GetParameter", [input.Name]),
      async ({ Name, WithDecryption = false }, call) => {
        const one = found(Name);
        if (one === undefined) throw notFound(Name);
        return { Parameter: await shown(one.parameter, one.version, WithDecryption, call) };
      },
    ),

    ...operation(
      "GetParameters",
      { supports: ["Names", "WithDecryption"], rules: { Names: { length: [1, MOST_NAMES] } } },
      (input) => access("GetParameters", input.Names),
      async ({ Names: asked, WithDecryption = false }, call) => {
        // Each is answered once, however often it is asked for.
        const Names = [...new Set(asked)];
        const InvalidParameters = Names.filter((name) => {
          try {
            return found(name) === undefined;
          } catch (error) {
            if (error instanceof AwsError) return true;
            throw error;
          }
        });
        const given = Names.filter((name) => !InvalidParameters.includes(name)).flatMap(
          (name) => found(name) ?? [],
        );
        return {
          Parameters: await Promise.all(
            given.map(({ parameter, version }) => shown(parameter, version, WithDecryption, call)),
          ),
          InvalidParameters,
        };
      },
    ),

    ...operation(
      "GetParametersByPath",
      {
        supports: ["Path", "Recursive", "WithDecryption", "MaxResults", "NextToken"],
        rules: { Path: { length: [1, 2048] }, MaxResults: { range: [1, MOST_NAMES] } },
      },
      (input) => [
        { action: "ssm:GetParametersByPath", resource: parameters.arnOf(input.Path.replace(/(.)\/$/, "$1")) },
      ],
      async (
        { Path, Recursive = false, WithDecryption = false, MaxResults = MOST_NAMES, NextToken },
        call,
      ) => {
        if (!Path.startsWith("/")) {
          throw new AwsError(
            "ValidationException",
            `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/"; got "${Path}".`,
          );
        }
        // Those of AWS are given to whoever asks below /aws.
        const all = Path.startsWith("/aws") ? parameters.all() : parameters.own();
        const below = all.filter(({ name }) => isBelow(name, Path, Recursive));
        const { items, next } = pageOf(below, NextToken, MaxResults, "InvalidNextToken");
        return {
          Parameters: await Promise.all(
            items.map((parameter) => shown(parameter, newestOf(parameter), WithDecryption, call)),
          ),
          NextToken: next,
        };
      },
    ),

    ...operation(
      "GetParameterHistory",
      {
        supports: ["Name", "WithDecryption", "MaxResults", "NextToken"],
        rules: { MaxResults: { range: [1, 50] } },
      },
      (input) => access("GetParameterHistory", [input.Name]),
      async ({ Name, WithDecryption = false, MaxResults = 50, NextToken }, call) => {
        const parameter = parameters.find(parameters.named(Name).name);
        if (parameter === undefined) throw notFound(Name);
        const { items, next } = pageOf(parameter.versions, NextToken, MaxResults, "InvalidNextToken");
        const history = await Promise.all(
          items.map(async (version) => {
            const { ARN: _, ...members } = await shown(parameter, version, WithDecryption, call);
            return { ...members, ...details(version) };
          }),
        );
        return { Parameters: history, NextToken: next };
      },
    ),

    ...operation(
      "DescribeParameters",
      {
        supports: ["ParameterFilters", "MaxResults", "NextToken"],
        rules: {
          MaxResults: { range: [1, 50] },
          "ParameterFilters.Key": { length: [1, 132], pattern: FILTER_KEY },
          "ParameterFilters.Option": { length: [1, 10] },
          "ParameterFilters.Values": { length: [1, 50] },
        },
      },
      () => [{ action: "ssm:DescribeParameters", resource: "*" }],
      ({ ParameterFilters = [], MaxResults = DEFAULT_DESCRIBED, NextToken }) => {
        checkFilters(ParameterFilters);
        const matching = parameters
          .own()
          .filter((parameter) => ParameterFilters.every((filter) => passes(parameter, filter)));
        const { items, next } = pageOf(matching, NextToken, MaxResults, "InvalidNextToken");
        return {
          Parameters: items.map((parameter) => {
            const version = newestOf(parameter);
            return {
              Name: parameter.name,
              ARN: parameters.arnOf(parameter.name),
              Type: version.type,
              Version: version.version,
              LastModifiedDate: new Date(version.lastModified),
              DataType: "text",
              ...details(version),
            };
          }),
          NextToken: next,
        };
      },
    ),

    ...operation(
      "DeleteParameter",
      { supports: ["Name"] },
      (input) => access("DeleteParameter", [input.Name]),
      ({ Name }) => {
        if (!parameters.delete(parameters.named(Name).name)) throw notFound(Name);
        return {};
      },
    ),

    ...operation(
      "DeleteParameters",
      { supports: ["Names"], rules: { Names: { length: [1, MOST_NAMES] } } },
      (input) => access("DeleteParameters", input.Names),
      ({ Names }) => {
        const deleted = Names.filter((name) => parameters.delete(parameters.named(name).name));
        return {
          DeletedParameters: deleted,
          InvalidParameters: Names.filter((name) => !deleted.includes(name)),
        };
      },
    ),
  });
}

function details({ keyId, description, allowedPattern, tier }: Version) {
  return {
    Tier: tier,
    Policies: [],
    ...(keyId !== undefined && { KeyId: keyId }),
    ...(description !== undefined && { Description: description }),
    ...(allowedPattern !== undefined && { AllowedPattern: allowedPattern }),
  };
}
