import * as v from "valibot";
import { ResourceFailure } from "../engine/provider";
import type { PropertyMap } from "../engine/values";

/** A provider takes nested settings as JSON text, from the stack's configuration and from its resource alike. */
function json<Schema extends v.GenericSchema>(schema: Schema) {
  return v.optional(v.pipe(v.string(), v.parseJson(), schema));
}

/** What the AWS provider can be told here: the region, and tags for everything that it creates. */
const schema = v.strictObject({
  region: v.optional(v.string()),
  defaultTags: json(v.strictObject({ tags: v.optional(v.record(v.string(), v.string()), {}) })),
  // About credentials and endpoints of the real AWS, which nothing here calls: read and left alone.
  profile: v.optional(v.string()),
  allowedAccountIds: json(v.array(v.string())),
  skipCredentialsValidation: json(v.boolean()),
  skipMetadataApiCheck: json(v.boolean()),
  skipRegionValidation: json(v.boolean()),
  skipRequestingAccountId: json(v.boolean()),
});

export interface ProviderConfiguration {
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** Reads a provider's configuration. Throws `ResourceFailure` for a setting or a region that is not supported. */
export function readConfiguration(config: PropertyMap, region: string): ProviderConfiguration {
  const { version: _version, ...settings } = config;
  const parsed = v.safeParse(schema, settings);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const unsupported = issue.type === "strict_object";
    throw new ResourceFailure(
      unsupported ? "this provider setting is not supported by the embedded cloud" : issue.message,
      `aws:${v.getDotPath(issue) ?? "config"}`,
    );
  }
  if (parsed.output.region !== undefined && parsed.output.region !== region) {
    throw new ResourceFailure(
      `got ${parsed.output.region}; expected ${region}: the embedded cloud has one region, the one that the stack names`,
      "aws:region",
    );
  }
  return { defaultTags: parsed.output.defaultTags?.tags ?? {} };
}
