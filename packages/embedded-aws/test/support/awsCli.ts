import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ClientConfig } from "../../src/testing/testCloud";

const run = promisify(execFile);

/**
 * Whether the AWS CLI is on this machine; tests that need it skip themselves aloud when it is not, and fail where
 * CI_REQUIRE_AWS_CLI=1 says that it can be had.
 */
export async function hasAwsCli(): Promise<boolean> {
  return await run("aws", ["--version"]).then(
    () => true,
    () => {
      if (process.env.CI_REQUIRE_AWS_CLI === "1")
        throw new Error("the AWS CLI is not on the PATH; expected it in CI");
      console.warn("      SKIPPED: the AWS CLI is not on the PATH of this machine");
      return false;
    },
  );
}

/** Runs the AWS CLI against a test cloud, free of the user's own configuration; resolves with its answer. */
export async function awsCli(client: ClientConfig, ...command: readonly string[]): Promise<unknown> {
  const { credentials } = client;
  const { stdout } = await run(
    "aws",
    [...command, "--endpoint-url", client.endpoint, "--region", client.region, "--output", "json"],
    {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        AWS_MAX_ATTEMPTS: "1",
        AWS_PAGER: "",
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
      },
    },
  );
  return stdout.trim() === "" ? undefined : (JSON.parse(stdout) as unknown);
}
