import type { Cloud } from "embedded-aws";
import type { Project } from "embedded-pulumi";

/** Where a stack is deployed when it does not say. */
const DEFAULT_REGION = "us-east-1";
const DEFAULT_ACCOUNT_ID = "000000000000";

/** The region and account that the embedded cloud plays for a stack: those that its configuration names. */
export function accountOf({ config }: Pick<Project, "config">): { region: string; accountId: string } {
  return {
    region: config["aws:region"] ?? DEFAULT_REGION,
    accountId: onlyAllowedAccount(config) ?? DEFAULT_ACCOUNT_ID,
  };
}

/** A stack bound to one account may name resources of that account. */
function onlyAllowedAccount(config: Project["config"]): string | undefined {
  const allowed: unknown = JSON.parse(config["aws:allowedAccountIds"] ?? "[]");
  return Array.isArray(allowed) && allowed.length === 1 ? String(allowed[0]) : undefined;
}

/** Makes what a stack expects to stand in its account already, and so does not deploy itself: the SES identity. */
export async function furnishAccount(
  cloud: Cloud,
  { name, config }: Pick<Project, "name" | "config">,
): Promise<void> {
  const arn = config[`${name}:confirmationIdentityArn`] ?? "";
  const identity = arn.split(":identity/")[1];
  if (identity !== undefined) await cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: identity });
}
