import { AwsError } from "../../core/errors";
import { RESERVED_VARIABLES } from "./environmentVariables";
import type { ConfigurationInput } from "./functionInputs";
import type { FunctionSettings, LoggingConfig } from "./lambdaFunction";
import { MAX_ENVIRONMENT_BYTES } from "./limits";

/** What a function has where its creator says nothing: Lambda API reference, `CreateFunction`. */
export function defaultSettings(
  name: string,
  required: Pick<FunctionSettings, "Runtime" | "Role" | "Handler">,
): FunctionSettings {
  return {
    ...required,
    Description: "",
    Timeout: 3,
    MemorySize: 128,
    Environment: {},
    TracingMode: "PassThrough",
    Logging: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` },
    EphemeralStorage: 512,
    Architectures: ["x86_64"],
  };
}

/** The settings with the given ones in place of the former; an object such as `Environment` is replaced whole. */
export function applyConfiguration(
  name: string,
  former: FunctionSettings,
  input: ConfigurationInput,
): FunctionSettings {
  const { DeadLetterArn: formerDeadLetterArn, KMSKeyArn: formerKeyArn, ...rest } = former;
  const keyArn = input.KMSKeyArn ?? formerKeyArn;
  const deadLetterArn =
    input.DeadLetterConfig === undefined ? formerDeadLetterArn : input.DeadLetterConfig.TargetArn;
  return {
    ...rest,
    ...(input.Runtime !== undefined && { Runtime: input.Runtime }),
    ...(input.Role !== undefined && { Role: input.Role }),
    ...(input.Handler !== undefined && { Handler: input.Handler }),
    ...(input.Description !== undefined && { Description: input.Description }),
    ...(input.Timeout !== undefined && { Timeout: input.Timeout }),
    ...(input.MemorySize !== undefined && { MemorySize: input.MemorySize }),
    ...(input.Environment !== undefined && {
      Environment: checkedVariables(input.Environment.Variables ?? {}),
    }),
    ...(input.TracingConfig?.Mode !== undefined && { TracingMode: input.TracingConfig.Mode }),
    ...(input.LoggingConfig !== undefined && { Logging: logging(name, input.LoggingConfig) }),
    ...(input.EphemeralStorage !== undefined && { EphemeralStorage: input.EphemeralStorage.Size }),
    // An empty one stands for Lambda's own key again.
    ...(keyArn !== undefined && keyArn !== "" && { KMSKeyArn: keyArn }),
    ...(deadLetterArn !== undefined &&
      deadLetterArn !== "" && { DeadLetterArn: checkedDeadLetterArn(deadLetterArn) }),
  };
}

function logging(name: string, input: NonNullable<ConfigurationInput["LoggingConfig"]>): LoggingConfig {
  const { LogFormat = "Text", LogGroup = `/aws/lambda/${name}`, ApplicationLogLevel, SystemLogLevel } = input;
  if (LogFormat === "JSON") {
    return {
      LogFormat,
      LogGroup,
      ApplicationLogLevel: ApplicationLogLevel ?? "INFO",
      SystemLogLevel: SystemLogLevel ?? "INFO",
    };
  }
  if (ApplicationLogLevel !== undefined || SystemLogLevel !== undefined) {
    throw new AwsError(
      "InvalidParameterValueException",
      "LoggingConfig: ApplicationLogLevel and SystemLogLevel need LogFormat JSON; got Text",
    );
  }
  return { LogFormat, LogGroup };
}

/** A function's own environment variables, or Lambda's refusal of them. */
export function checkedVariables(
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const misnamed = Object.keys(variables).find((name) => !/^[A-Za-z][A-Za-z0-9_]+$/.test(name));
  if (misnamed !== undefined) {
    throw new AwsError(
      "InvalidParameterValueException",
      `Environment.Variables: got the name ${JSON.stringify(misnamed)}; expected a letter, then letters, digits and underscores`,
    );
  }
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.includes(name));
  if (reserved.length > 0) {
    throw new AwsError(
      "InvalidParameterValueException",
      `Environment.Variables: ${reserved.join(", ")} ${reserved.length > 1 ? "are" : "is"} reserved for Lambda itself`,
    );
  }
  const size = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size > MAX_ENVIRONMENT_BYTES) {
    throw new AwsError(
      "InvalidParameterValueException",
      `Environment.Variables: got ${size} bytes; expected at most ${MAX_ENVIRONMENT_BYTES}, names and values together`,
    );
  }
  return variables;
}

function checkedDeadLetterArn(arn: string): string {
  if (!/^arn:aws:(sqs|sns):[a-z0-9-]+:\d{12}:[A-Za-z0-9-_]+$/.test(arn)) {
    throw new AwsError(
      "InvalidParameterValueException",
      `DeadLetterConfig.TargetArn: got "${arn}"; expected the ARN of an SQS standard queue or an SNS standard topic`,
    );
  }
  return arn;
}
