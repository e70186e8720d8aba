import type { Output } from "../../wire/operation";
import type { LambdaFunction } from "./lambdaFunction";

/** A function as `GetFunctionConfiguration` shows it, under its ARN as it was asked for. */
export function describeFunction(
  fn: LambdaFunction,
  arn = fn.arn,
): Output<"lambda", "GetFunctionConfiguration"> {
  const { settings, code } = fn;
  return {
    FunctionName: fn.name,
    FunctionArn: arn,
    Runtime: settings.Runtime,
    Role: settings.Role,
    Handler: settings.Handler,
    CodeSize: code.size,
    CodeSha256: code.sha256,
    Description: settings.Description,
    Timeout: settings.Timeout,
    MemorySize: settings.MemorySize,
    LastModified: new Date(fn.lastModified).toISOString().replace("Z", "+0000"),
    Version: "$LATEST",
    ...(Object.keys(settings.Environment).length > 0 && { Environment: { Variables: settings.Environment } }),
    TracingConfig: { Mode: settings.TracingMode },
    ...(settings.DeadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: settings.DeadLetterArn } }),
    RevisionId: fn.revisionId,
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    Architectures: settings.Architectures,
    EphemeralStorage: { Size: settings.EphemeralStorage },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: settings.Logging,
  };
}
