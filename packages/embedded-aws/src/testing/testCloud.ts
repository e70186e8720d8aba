import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../core/clock";
import { startCloud, type Cloud } from "../cloud";
import type { ImageOption } from "../services/ec2/images";
import type { Credentials } from "../core/service";
import type { ServiceFactory } from "../services";

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
  options: {
    clock?: Clock;
    services?: readonly ServiceFactory[];
    seed?: number;
    images?: readonly ImageOption[];
  } = {},
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
