import type { Output } from "../../wire/operation";
import type { Revision } from "./lambdaFunction";

/** A function, or a version of it, as `GetFunctionConfiguration` shows it, under its ARN as it was asked for. */
export function describeFunction(fn: Revision, arn = fn.arn): Output<"lambda", "GetFunctionConfiguration"> {
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
    Version: fn.version,
    ...(Object.keys(settings.Environment).length > 0 && { Environment: { Variables: settings.Environment } }),
    TracingConfig: { Mode: settings.TracingMode },
    ...(settings.DeadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: settings.DeadLetterArn } }),
    ...(settings.KMSKeyArn !== undefined && { KMSKeyArn: settings.KMSKeyArn }),
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

/** A version under its own ARN. */
export function describeVersion(revision: Revision) {
  return describeFunction(revision, `${revision.arn}:${revision.version}`);
}

/** Functions, or versions of one, in one answer. */
const MOST_LISTED = 50;

/** One page of a list; its marker is the ARN of the last item on the page before. */
export function pageOf<Item extends Partial<Readonly<Record<"FunctionArn" | "AliasArn", unknown>>>>(
  all: readonly Item[],
  marker: string | undefined,
  maxItems = MOST_LISTED,
): { readonly page: Item[]; readonly NextMarker: string | undefined } {
  const arnOf = (item: Item) => String(item.AliasArn ?? item.FunctionArn);
  const from = all.findIndex((item) => arnOf(item) === marker) + 1;
  const page = all.slice(from, from + Math.min(maxItems, MOST_LISTED));
  const last = page.at(-1);
  const more = last !== undefined && last !== all.at(-1);
  return { page, NextMarker: more ? arnOf(last) : undefined };
}
