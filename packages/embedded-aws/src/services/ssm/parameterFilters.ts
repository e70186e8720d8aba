import { AwsError } from "../../core/errors";
import { newestOf, type Parameter, TYPES } from "./parameters";

/** SSM API reference, ParameterStringFilter. */
export const FILTER_KEY = /^(?:tag:.+|Name|Type|KeyId|Path|Label|Tier)$/;

export interface ParameterFilter {
  readonly Key: string;
  readonly Option?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

interface FilterKey {
  /** The first is meant where none is given. */
  readonly options: readonly string[];
  /** Undefined for a key that takes any. */
  readonly values?: readonly string[];
}

const text: FilterKey = { options: ["Equals", "BeginsWith"] };
/** Of DescribeParameters, which knows no labels. */
const keys: Readonly<Record<string, FilterKey>> = {
  Path: { options: ["OneLevel", "Recursive"] },
  Name: { options: ["Equals", "BeginsWith", "Contains"] },
  Type: { ...text, values: TYPES },
  KeyId: text,
  Tier: { ...text, values: ["Standard", "Advanced", "Intelligent-Tiering"] },
};
const tagKey: FilterKey = { options: ["Equals"] };

/** @throws AwsError for filters that DescribeParameters refuses. */
export function checkFilters(filters: readonly ParameterFilter[]): void {
  const seen = new Set<string>();
  for (const filter of filters) {
    if (seen.has(filter.Key)) {
      throw new AwsError(
        "ValidationException",
        `The following filter is duplicated in the request: ${filter.Key}. A request can contain only one occurrence of a specific filter.`,
      );
    }
    seen.add(filter.Key);
    checkFilter(filter);
  }
}

function checkFilter({ Key, Option, Values }: ParameterFilter): void {
  const key = Key.startsWith("tag:") ? tagKey : keys[Key];
  if (key === undefined) {
    throw new AwsError(
      "InvalidFilterKey",
      `The following filter key is not valid: ${Key}. Valid filter keys include: [${Object.keys(keys).join(", ")}]`,
    );
  }
  if (Option !== undefined && !key.options.includes(Option)) {
    throw new AwsError(
      "InvalidFilterOption",
      `The following filter option is not valid: ${Option}. Valid options include: [${key.options.join(", ")}]`,
    );
  }
  // A tag may be asked for whatever its value.
  if (key !== tagKey && (Values === undefined || Values.length === 0)) {
    throw new AwsError(
      "InvalidFilterValue",
      `The following filter values are missing : null for filter key ${Key}`,
    );
  }
  for (const value of Values ?? []) checkValue(Key, key, value, Option);
}

function checkValue(name: string, { values }: FilterKey, value: string, option: string | undefined): void {
  if (name === "Path" && !/^\/(?:[a-zA-Z0-9_.-]+(?:\/[a-zA-Z0-9_.-]+)*\/?)?$/.test(value)) {
    throw new AwsError(
      "ValidationException",
      `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/"; got "${value}".`,
    );
  }
  if (values === undefined || option === "BeginsWith" || values.includes(value)) return;
  throw new AwsError(
    "InvalidFilterValue",
    `The following filter value is not valid: ${value}. Valid values include: [${values.join(", ")}]`,
  );
}

/** Whether a parameter is what a filter, which has been checked, asks for. */
export function passes(parameter: Parameter, { Key, Option, Values = [] }: ParameterFilter): boolean {
  const { name, tags } = parameter;
  const { type, keyId, tier } = newestOf(parameter);
  if (Key === "Path") return Values.some((path) => isBelow(name, path, Option === "Recursive"));
  const value = Key.startsWith("tag:")
    ? tags.get(Key.slice("tag:".length))
    : { Name: name, Type: type, KeyId: keyId, Tier: tier }[Key];
  if (value === undefined) return false;
  if (Values.length === 0) return true;
  return Values.some((wanted) => {
    if (Option === "BeginsWith") return value.startsWith(wanted);
    if (Option === "Contains") return value.includes(wanted);
    return value === wanted;
  });
}

/** Whether a parameter lies in a path, or, if it is recursive, anywhere below it. */
export function isBelow(name: string, path: string, recursive: boolean): boolean {
  const folder = path.endsWith("/") ? path : `${path}/`;
  if (!name.startsWith(folder)) return false;
  return recursive || !name.slice(folder.length).includes("/");
}
