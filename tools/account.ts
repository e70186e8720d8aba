import type { Cloud } from "embedded-aws";
import type { Project } from "embedded-pulumi";

/** Makes what a stack expects to stand in its account already, and so does not deploy itself: what SES sends by. */
export async function furnishAccount(
  cloud: Cloud,
  { name, config }: Pick<Project, "name" | "config">,
): Promise<void> {
  const valueOf = (key: string) => config[`${name}:${key}`] ?? "";
  const [, covering] = valueOf("confirmationIdentityArn").split(":identity/");
  const identity = covering ?? valueOf("confirmationSender");
  if (identity !== "" && valueOf("createSenderIdentity") !== "true")
    await cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: identity });
  const set = valueOf("confirmationConfigurationSet");
  if (set !== "") await cloud.call("ses", "CreateConfigurationSet", { ConfigurationSetName: set });
}
