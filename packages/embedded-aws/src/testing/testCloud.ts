import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud, type Cloud, type CloudOptions } from "../cloud";
import type { Credentials } from "../core/service";

export interface TestCloud extends Cloud {
  /** Configuration of any SDK v3 client, as the administrator. */
  readonly client: ClientConfig;
  /** The same, as a session of a role. */
  clientAs(credentials: Credentials): ClientConfig;
}

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** The embedded cloud on a free port, with files in a temporary directory that `close` removes. */
export async function startTestCloud(
  options: Pick<
    CloudOptions,
    "clock" | "inspect" | "keep" | "services" | "seed" | "conditions" | "images" | "port"
  > = {},
): Promise<TestCloud> {
  const directory = mkdtempSync(join(tmpdir(), "test-cloud-"));
  const cloud = await startCloud({ port: 0, directory, checkAnswers: true, ...options });
  const clientAs = (credentials: ClientConfig["credentials"]) => ({
    endpoint: cloud.endpoint,
    region: cloud.context.region,
    credentials,
  });
  return { ...cloud, clientAs, client: clientAs({ accessKeyId: "administrator", secretAccessKey: "any" }) };
}
