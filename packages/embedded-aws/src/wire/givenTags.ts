import { AwsError } from "../core/errors";
import type { ServiceName } from "./officialServices";

/** What AWS's services have in common for tags ("Tag naming limits and requirements"); some allow less by their rules. */
const MOST_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
const RESERVED = /^aws:/i;

interface GivenTag {
  readonly key: string;
  readonly value: string;
  /** Auto Scaling's tags name what they are for. */
  readonly of: string;
}

interface Words {
  /** For all that has no code of its own. */
  readonly invalid: string;
  readonly duplicate?: readonly [code: string, message: (key: string) => string];
  readonly reserved?: readonly [code: string, message: (key: string) => string];
  readonly tooMany?: readonly [code: string, message: string, status?: number];
}

/** From the errors that the services' API references list for tagging. */
const words: Readonly<Record<ServiceName, Words>> = {
  apigateway: { invalid: "BadRequestException" },
  autoscaling: { invalid: "ValidationError", tooMany: ["LimitExceededFault", "too many tags"] },
  dynamodb: {
    invalid: "ValidationException",
    tooMany: ["ValidationException", `The number of tags exceeds the limit of ${MOST_TAGS}`],
  },
  ec2: {
    invalid: "InvalidParameterValue",
    duplicate: ["InvalidParameterValue", (key) => `Duplicate tag key '${key}' specified.`],
    tooMany: ["TagLimitExceeded", "The maximum number of Tags for a resource has been reached."],
  },
  elasticloadbalancing: {
    invalid: "ValidationError",
    duplicate: ["DuplicateTagKeysException", (key) => `Tag keys must be unique; got '${key}' twice`],
    tooMany: ["TooManyTagsException", `A resource may have at most ${MOST_TAGS} tags`],
  },
  events: { invalid: "ValidationException" },
  iam: {
    invalid: "InvalidInputException",
    duplicate: [
      "InvalidInputException",
      () => "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ],
    tooMany: ["LimitExceededException", `Cannot exceed quota for TagsPerResource: ${MOST_TAGS}`, 409],
  },
  kms: {
    invalid: "TagException",
    duplicate: ["TagException", () => "Duplicate tag keys"],
    reserved: ["TagException", () => "Tags beginning with aws: are reserved"],
    tooMany: ["LimitExceededException", `A key may have at most ${MOST_TAGS} tags`],
  },
  lambda: { invalid: "InvalidParameterValueException" },
  logs: {
    invalid: "InvalidParameterException",
    tooMany: ["TooManyTagsException", `A resource may have at most ${MOST_TAGS} tags`],
  },
  monitoring: { invalid: "InvalidParameterValueException" },
  ses: { invalid: "BadRequestException" },
  sns: {
    invalid: "InvalidParameterException",
    duplicate: ["InvalidParameterException", () => "Invalid parameter: Duplicated keys are not allowed."],
    tooMany: ["TagLimitExceededException", "Could not complete request: tag quota of per resource exceeded"],
  },
  sqs: { invalid: "InvalidParameterValue" },
  ssm: {
    invalid: "ValidationException",
    tooMany: ["TooManyTagsError", `A parameter may have at most ${MOST_TAGS} tags`],
  },
  sts: { invalid: "ValidationError" },
  xray: { invalid: "InvalidRequestException" },
};

/** Operations whose tags say what to look for, or what to take away. */
const readsOnly = /^(?:Untag|Delete|Remove|Describe|Get|List)/;

/**
 * Refuses, in the service's words, tags that AWS would not put on anything: keys given twice, keys of AWS's own
 * (`aws:`), keys and values that are too long, more than a resource may have.
 */
export function checkGivenTags(service: ServiceName, operation: string, input: unknown): void {
  if (readsOnly.test(operation)) return;
  for (const tags of tagListsIn(input)) checkList(service, tags);
}

/** Refuses to have `given` added where `held` is, beyond the tags that one resource may have. */
export function checkTagTotal(service: ServiceName, held: Iterable<string>, given: Iterable<string>): void {
  if (new Set([...held, ...given]).size > MOST_TAGS) throw tooMany(service);
}

function checkList(service: ServiceName, tags: readonly GivenTag[]): void {
  const { invalid, duplicate, reserved } = words[service];
  const refuse = (own: Words["duplicate"], key: string, otherwise: string) =>
    own === undefined ? new AwsError(invalid, otherwise) : new AwsError(own[0], own[1](key));
  const seen = new Set<string>();
  for (const { key, value, of } of tags) {
    if (RESERVED.test(key)) {
      throw refuse(
        reserved,
        key,
        `Tags: got the key '${key.slice(0, LONGEST_KEY)}'; keys that begin with aws: are AWS's own`,
      );
    }
    if (key.length < 1 || key.length > LONGEST_KEY || value.length > LONGEST_VALUE) {
      throw new AwsError(
        invalid,
        `Tags: got the key '${key.slice(0, LONGEST_KEY)}' of ${key.length} characters with a value of ` +
          `${value.length}; expected a key of 1 to ${LONGEST_KEY} and a value of at most ${LONGEST_VALUE}`,
      );
    }
    // IAM keeps the case of its keys, and has no two that differ in it alone.
    const same = `${of}\0${service === "iam" ? key.toLowerCase() : key}`;
    if (seen.has(same)) throw refuse(duplicate, key, `Tags: got the key '${key}' twice; expected it once`);
    seen.add(same);
  }
  if (tags.length > MOST_TAGS) throw tooMany(service);
}

function tooMany(service: ServiceName): AwsError {
  const { invalid, tooMany: own } = words[service];
  return own === undefined
    ? new AwsError(invalid, `Tags: a resource may have at most ${MOST_TAGS} tags`)
    : new AwsError(...own);
}

/** The members of inputs that are tags: `Tags` or `tags`, a list or a map, and EC2's for each kind of resource. */
function tagListsIn(input: unknown): GivenTag[][] {
  if (!isRecord(input)) return [];
  const { Tags = input.tags, TagSpecifications, LaunchTemplateData } = input;
  return [
    ...(Tags === undefined || Tags === null ? [] : [tagsFrom(Tags)]),
    ...(Array.isArray(TagSpecifications) ? TagSpecifications.flatMap(tagListsIn) : []),
    ...(LaunchTemplateData === undefined ? [] : tagListsIn(LaunchTemplateData)),
  ];
}

function tagsFrom(given: unknown): GivenTag[] {
  if (Array.isArray(given)) {
    return given.filter(isRecord).map(({ Key, TagKey, Value, TagValue, ResourceId }) => ({
      key: text(Key ?? TagKey),
      value: text(Value ?? TagValue),
      of: text(ResourceId),
    }));
  }
  if (!isRecord(given)) return [];
  return Object.entries(given).map(([key, value]) => ({ key, value: text(value), of: "" }));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
