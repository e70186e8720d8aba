import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { ResourceSchemas } from "./terraformSchema";
import type { TerraformResources } from "./terraformProgram";

const run = promisify(execFile);

const PROVIDER = "registry.terraform.io/hashicorp/aws";
/** Services of the provider's configuration that the program's resources belong to. */
const SERVICES = [
  ...["apigatewayv2", "autoscaling", "cloudwatch", "cloudwatchevents", "cloudwatchlogs", "dynamodb", "ec2"],
  ...["elbv2", "iam", "kms", "lambda", "sesv2", "sns", "sqs", "ssm", "sts", "xray"],
];
/** Folders that a filesystem mirror of plugins is looked for in; Terraform's own come first. */
const MIRRORS = [
  process.env.TF_PLUGINS,
  path.join(process.env.HOME ?? "/", ".terraform.d/plugins"),
  "/usr/local/share/terraform/plugins",
  ...folders("/opt"),
];

/** What is there to run Terraform with; undefined, with a reason on the console, where something is missing. */
export async function findTerraform(): Promise<{ readonly plugins: string } | undefined> {
  const plugins = MIRRORS.find((folder) => folder !== undefined && existsSync(path.join(folder, PROVIDER)));
  const has = await run("terraform", ["version"]).then(
    () => true,
    () => false,
  );
  if (has && plugins !== undefined) return { plugins };
  const missing = has
    ? `a folder of plugins with ${PROVIDER} (TF_PLUGINS names it)`
    : "terraform on the path";
  if (process.env.CI_REQUIRE_TERRAFORM === "1") throw new Error(`missing: ${missing}`);
  console.warn(`SKIPPED: HashiCorp's provider is not tried; missing: ${missing}`);
  return undefined;
}

/** Terraform in a folder of its own, against one endpoint. */
export class Terraform {
  constructor(
    private readonly directory: string,
    private readonly plugins: string,
    private readonly endpoint: string,
  ) {}

  async start(): Promise<ResourceSchemas> {
    const endpoints = Object.fromEntries(SERVICES.map((service) => [service, this.endpoint]));
    await mkdir(this.directory, { recursive: true });
    await this.#write("main", {
      terraform: { required_providers: { aws: { source: "hashicorp/aws" } } },
      // The key is nobody's, which makes it the administrator's.
      provider: { aws: { region: "us-east-1", access_key: "administrator", secret_key: "any", endpoints } },
    });
    await this.#run("init", `-plugin-dir=${this.plugins}`);
    const { provider_schemas: schemas } = JSON.parse(await this.#run("providers", "schema", "-json")) as {
      provider_schemas: Record<string, { resource_schemas: ResourceSchemas }>;
    };
    return schemas[PROVIDER]?.resource_schemas ?? {};
  }

  /** Makes the cloud what the resources say; `replaced` are deleted and made anew. */
  async apply(resources: TerraformResources, replaced: readonly string[] = []): Promise<string> {
    await this.#write("resources", { resource: resources });
    const replace = replaced.map((address) => `-replace=${address}`);
    return this.#run("apply", "-auto-approve", "-input=false", "-parallelism=20", ...replace);
  }

  /** What a plan would still change: nothing, once an apply was understood. */
  async pending(): Promise<readonly string[]> {
    const planned = await this.#run("plan", "-input=false", "-parallelism=20", "-out=next.plan");
    // To show a plan takes the provider's whole schema again, which takes longer than the plan.
    if (planned.includes("No changes.")) return [];
    const { resource_changes: changes = [] } = JSON.parse(await this.#run("show", "-json", "next.plan")) as {
      resource_changes?: { address: string; change: { actions: string[]; before: object; after: object } }[];
    };
    return changes
      .filter(({ change }) => !change.actions.includes("no-op"))
      .map(({ address, change }) => `${address}: ${change.actions.join(", ")} ${differing(change)}`);
  }

  async destroy(): Promise<void> {
    await this.#run("destroy", "-auto-approve", "-input=false", "-parallelism=20");
  }

  async #write(name: string, content: object): Promise<void> {
    await writeFile(path.join(this.directory, `${name}.tf.json`), JSON.stringify(content, undefined, 1));
  }

  async #run(...args: readonly string[]): Promise<string> {
    const plain = args[0] === "providers" || args[0] === "show" ? [] : ["-no-color"];
    // No proxy and no settings of the user's come between the provider and a loopback endpoint.
    const env = {
      PATH: process.env.PATH,
      HOME: this.directory,
      TF_IN_AUTOMATION: "1",
      TF_CLI_CONFIG_FILE: "",
    };
    try {
      const { stdout } = await run("terraform", [...args, ...plain], {
        cwd: this.directory,
        env,
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout;
    } catch (error) {
      const { stderr = "" } = error as { stderr?: string };
      throw new Error(`terraform ${args[0]}: ${stderr.slice(0, 6000)}`, { cause: error });
    }
  }
}

/** Members of a planned change that differ, for the person who reads the failure. */
function differing({
  before,
  after,
}: {
  readonly before: object | null;
  readonly after: object | null;
}): string {
  const [old, next] = [new Map(Object.entries(before ?? {})), new Map(Object.entries(after ?? {}))];
  return [...new Set([...old.keys(), ...next.keys()])]
    .filter((name) => JSON.stringify(old.get(name)) !== JSON.stringify(next.get(name)))
    .map((name) => `${name}: ${JSON.stringify(old.get(name))} → ${JSON.stringify(next.get(name))}`)
    .join("; ");
}

function folders(parent: string): string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent).map((name) => path.join(parent, name));
}
