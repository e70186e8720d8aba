import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { type Project } from "embedded-pulumi";
import { isExecutable } from "./buildCli";

/**
 * Variables by which Pulumi's own `aws` provider works in the embedded cloud, where its plugin, at the version of the
 * installed SDK, lies on this machine; undefined where it does not, and a stand-in takes its place.
 */
export function realProvider(
  project: Project,
  endpoint: string,
  region: string,
): Readonly<Record<string, string>> | undefined {
  const { version } = createRequire(path.join(project.directory, "package.json"))(
    "@pulumi/aws/package.json",
  ) as {
    readonly version: string;
  };
  const home = process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi");
  const name = process.platform === "win32" ? "pulumi-resource-aws.exe" : "pulumi-resource-aws";
  if (!isExecutable(path.join(home, "plugins", `resource-aws-v${version}`, name))) return undefined;
  return {
    PULUMI_HOME: home,
    // Nothing is attached: the plugin is run.
    PULUMI_DEBUG_PROVIDERS: "",
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
