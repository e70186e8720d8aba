import { AwsError, notSupported } from "../core/errors";
import type { ServiceName } from "./officialServices";
import type { InputProblem } from "./problem";

type Refusal = readonly [name: string, message: string];

/** A service's own words for an input that does not fit its model: error name, then what it says. */
interface Refusals {
  readonly missing: (path: string) => Refusal;
  readonly wrongType: (path: string, expected: string, got: string) => Refusal;
  /** For a value that breaks a rule beside the model (see `rules.ts`). */
  readonly invalid: (path: string, got: string, constraint: string) => Refusal;
  /** For a union with none or several of its members. Without it: a wrong type. */
  readonly union?: (path: string, present: number) => Refusal;
  /** For a member that the model does not have. Without it: what the embedded cloud says to those it lacks. */
  readonly unknown?: (path: string) => Refusal;
}

/** The sentence of AWS's common framework. Paths begin in lower case there. */
const mustNotBeNull = (path: string) =>
  `1 validation error detected: Value null at '${lowerCase(path)}' failed to satisfy constraint: Member must not be null`;

const constrained = (path: string, got: string, constraint: string) =>
  `1 validation error detected: Value ${got.replace(/^"|"$/g, "'")} at '${lowerCase(path)}' failed to satisfy constraint: ${constraint}`;

const notA = (path: string, expected: string, got: string) => `${path}: got ${got}; expected ${expected}`;

/** JSON of the wrong type does not get as far as the service: "Common error types" of the API references. */
const serialization = (path: string, expected: string, got: string) =>
  ["SerializationException", notA(path, expected, got)] as const;

/** A service with one name for everything that is wrong with an input. */
const always = (name: string): Refusals => ({
  missing: (path) => [name, mustNotBeNull(path)],
  wrongType: (path, expected, got) => [name, notA(path, expected, got)],
  invalid: (path, got, constraint) => [name, constrained(path, got, constraint)],
});

/** A service that speaks AWS JSON. */
const withSerialization = (name: string): Refusals => ({ ...always(name), wrongType: serialization });

const invalidValue = (name: string) => (path: string, got: string, constraint: string) =>
  [name, `Value ${got} for parameter ${path} is invalid. Reason: ${constraint}.`] as const;

/** From the pages "Errors" or "Common Errors" of each service's API reference. */
const refusals: Readonly<Record<ServiceName, Refusals>> = {
  apigateway: always("BadRequestException"),
  autoscaling: always("ValidationError"),
  dynamodb: {
    ...withSerialization("ValidationException"),
    union: (_path, present) => [
      "ValidationException",
      `Supplied AttributeValue ${present === 0 ? "is empty" : "has more than one datatypes set"}, must contain exactly one of the supported datatypes`,
    ],
  },
  elasticloadbalancing: always("ValidationError"),
  events: withSerialization("ValidationException"),
  kms: withSerialization("ValidationException"),
  ssm: withSerialization("ValidationException"),
  logs: withSerialization("InvalidParameterException"),
  iam: always("ValidationError"),
  sts: always("ValidationError"),
  ses: always("BadRequestException"),
  xray: always("InvalidRequestException"),
  lambda: { ...always("InvalidParameterValueException"), missing: always("ValidationException").missing },
  monitoring: {
    missing: (path) => [
      "MissingRequiredParameterException",
      `The parameter ${path} is required, and was not given.`,
    ],
    wrongType: (path, expected, got) => ["InvalidParameterValueException", notA(path, expected, got)],
    invalid: invalidValue("InvalidParameterValueException"),
  },
  sqs: {
    missing: (path) => ["MissingParameter", `The request must contain the parameter ${path}.`],
    wrongType: serialization,
    invalid: invalidValue("InvalidParameterValue"),
  },
  sns: {
    missing: (path) => invalidOfSns(path, "no value for required parameter"),
    wrongType: (path, expected, got) => invalidOfSns(path, `got ${got}; expected ${expected}`),
    invalid: (path, got, constraint) => invalidOfSns(path, `got ${got}. ${constraint}`),
  },
  // "Error codes for the Amazon EC2 API".
  ec2: {
    missing: (path) => ["MissingParameter", `The request must contain the parameter ${path}`],
    wrongType: (path, expected, got) => [
      "InvalidParameterValue",
      `Value (${got}) for parameter ${path} is invalid. Expected ${expected}.`,
    ],
    invalid: invalidValue("InvalidParameterValue"),
    unknown: (path) => ["UnknownParameter", `The parameter ${path} is not recognized`],
  },
};

function invalidOfSns(path: string, reason: string): Refusal {
  return ["InvalidParameterException", `Invalid parameter: ${path} Reason: ${reason}`];
}

/** What the service says to an input that does not fit; one form for all services if only support is lacking. */
export function refusalOf(service: ServiceName, operation: string, problem: InputProblem): AwsError {
  const { fault, path } = problem;
  const words = refusals[service];
  switch (fault.kind) {
    case "missing":
      return new AwsError(...words.missing(path));
    case "wrongType":
      return new AwsError(...words.wrongType(path === "" ? "input" : path, fault.expected, fault.got));
    case "union": {
      const expected = "exactly one of the union's members";
      return new AwsError(
        ...(words.union?.(path, fault.present) ??
          words.wrongType(path, expected, `${fault.present} of them`)),
      );
    }
    case "constraint":
      return new AwsError(...words.invalid(path, fault.got, fault.constraint));
    case "unknown":
      if (words.unknown !== undefined) return new AwsError(...words.unknown(path));
      return notSupported(`The member ${path} of ${service}:${operation}`);
    case "notSupported":
      return "value" in fault
        ? notSupported(`${path} of ${service}:${operation}: the value ${fault.value}`, fault.supported)
        : notSupported(`The member ${path} of ${service}:${operation}`);
  }
}

/** The code and status of a refused permission, where they are not AccessDeniedException and 400. */
const denials: Partial<Record<ServiceName, readonly [name: string, status: number]>> = {
  apigateway: ["AccessDeniedException", 403],
  autoscaling: ["AccessDenied", 403],
  ec2: ["UnauthorizedOperation", 403],
  elasticloadbalancing: ["AccessDenied", 403],
  iam: ["AccessDenied", 403],
  lambda: ["AccessDeniedException", 403],
  ses: ["AccessDeniedException", 403],
  sns: ["AuthorizationErrorException", 403],
  sqs: ["AccessDeniedException", 403],
  sts: ["AccessDenied", 403],
  xray: ["AccessDeniedException", 403],
};

export function accessDeniedBy(service: ServiceName, message: string): AwsError {
  const [name, status] = denials[service] ?? ["AccessDeniedException", 400];
  const lead = service === "ec2" ? "You are not authorized to perform this operation. " : "";
  return new AwsError(name, lead + message, status);
}

function lowerCase(path: string): string {
  return path.replace(/(^|\.)([A-Z])/g, (_, dot: string, letter: string) => dot + letter.toLowerCase());
}
