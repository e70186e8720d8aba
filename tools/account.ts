import type { Cloud } from "embedded-aws";
import type { Project } from "embedded-pulumi";

/** Makes what a stack expects to stand in its account already, and so does not deploy itself: the SES identity. */
export async function furnishAccount(
  cloud: Cloud,
  { name, config }: Pick<Project, "name" | "config">,
): Promise<void> {
  const arn = config[`${name}:confirmationIdentityArn`] ?? "";
  const identity = arn.split(":identity/")[1];
  if (identity !== undefined) await cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: identity });
}
