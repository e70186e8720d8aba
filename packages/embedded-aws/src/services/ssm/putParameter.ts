import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { MOST_BYTES, newestOf, TYPES, type Parameters, type Version } from "./parameters";

const MOST_LEVELS = 15;
/** Systems Manager keeps this many versions; the oldest go. */
const MOST_VERSIONS = 100;

const rules = {
  Name: { length: [1, 1011], pattern: /^[A-Za-z0-9_.\-/]+$/ },
  Value: { length: [1, MOST_BYTES.Advanced] },
  Type: { oneOf: TYPES },
  Tier: { oneOf: ["Standard", "Advanced", "Intelligent-Tiering"], supported: ["Standard", "Advanced"] },
  Description: { length: [0, 1024] },
  AllowedPattern: { length: [0, 1024] },
  KeyId: { length: [1, 256] },
  DataType: { supported: ["text"] },
} as const;

const invalid = (message: string) => new AwsError("ValidationException", message);

export function putParameter(context: CloudContext, parameters: Parameters) {
  return operationsOf("ssm", context)(
    "PutParameter",
    {
      supports: [
        "Name",
        "Value",
        "Type",
        "Overwrite",
        "Description",
        "KeyId",
        "AllowedPattern",
        "Tier",
        "DataType",
        "Tags",
      ],
      rules,
    },
    (input) => [{ action: "ssm:PutParameter", resource: parameters.arnOf(input.Name) }],
    async (input, { caller }) => {
      const { Name: name, Value: value, Overwrite, Tags = [] } = input;
      checkName(name);
      const present = parameters.find(name);
      if (present !== undefined && Overwrite !== true) {
        throw new AwsError(
          "ParameterAlreadyExists",
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        );
      }
      if (Overwrite === true && Tags.length > 0) {
        throw invalid(
          "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
        );
      }
      const old = present === undefined ? undefined : newestOf(present);
      const type = TYPES.find((known) => known === input.Type) ?? old?.type;
      if (type === undefined) {
        throw invalid("A parameter type is required when you create a parameter.");
      }
      const tier = input.Tier === "Advanced" ? "Advanced" : (old?.tier ?? "Standard");
      const bytes = Buffer.byteLength(value);
      if (bytes > MOST_BYTES[tier]) {
        throw invalid(
          `${tier} tier parameters support a maximum parameter value of ${MOST_BYTES[tier]} characters; got ${bytes}.`,
        );
      }
      checkPattern(value, input.AllowedPattern);
      if (input.KeyId !== undefined && type !== "SecureString") {
        throw invalid("KeyId is required for SecureString type parameter only.");
      }
      const keyId = type === "SecureString" ? (input.KeyId ?? old?.keyId ?? "alias/aws/ssm") : undefined;
      const kept = keyId === undefined ? value : await parameters.encrypt(name, value, keyId, caller);
      const version: Version = {
        version: (old?.version ?? 0) + 1,
        type,
        value: kept,
        keyId,
        description: input.Description ?? old?.description,
        allowedPattern: input.AllowedPattern,
        tier,
        lastModified: context.clock.now(),
      };
      if (present === undefined) {
        const tags = new Map(Tags.map(({ Key, Value }) => [Key, Value]));
        parameters.add({ name, versions: [version], tags });
      } else {
        present.versions.push(version);
        if (present.versions.length > MOST_VERSIONS) present.versions.shift();
      }
      return { Version: version.version, Tier: tier };
    },
  );
}

function checkName(name: string): void {
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw invalid(`Name: got "${name}"; names that begin with aws or ssm are AWS's`);
  }
  if (name.includes("/") && !name.startsWith("/")) {
    throw invalid(
      `Parameter name: got "${name}"; must be a fully qualified name: a name with "/" in it begins with one`,
    );
  }
  if (name.split("/").length - 1 > MOST_LEVELS) {
    throw new AwsError(
      "HierarchyLevelLimitExceededException",
      `A hierarchy can have a maximum of ${MOST_LEVELS} levels; got "${name}".`,
    );
  }
}

function checkPattern(value: string, pattern: string | undefined): void {
  if (pattern === undefined || pattern === "") return;
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, "s");
  } catch {
    throw new AwsError(
      "InvalidAllowedPatternException",
      `AllowedPattern: got "${pattern}"; expected a regular expression`,
    );
  }
  if (expression.test(value)) return;
  throw new AwsError(
    "ParameterPatternMismatchException",
    `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
  );
}
