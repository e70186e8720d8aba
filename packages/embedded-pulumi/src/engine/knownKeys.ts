import type * as awsConfig from "@pulumi/aws/config/vars";
import { Region } from "@pulumi/aws/types/enums";
import { nearest } from "./nearest";
import { shown } from "./shown";

/** Keys that Pulumi itself reads. `tags` are those of the stack in Pulumi Cloud: checked, and of no use here. */
const PULUMI_KEYS = ["autonaming", "disable-default-providers", "tags"] as const;

/** Every setting that the AWS provider takes; the type holds the list against the installed package. */
const AWS_KEYS: Readonly<Record<keyof typeof awsConfig, true>> = {
  accessKey: true,
  allowedAccountIds: true,
  assumeRoleWithWebIdentity: true,
  assumeRoles: true,
  customCaBundle: true,
  defaultTags: true,
  ec2MetadataServiceEndpoint: true,
  ec2MetadataServiceEndpointMode: true,
  endpoints: true,
  forbiddenAccountIds: true,
  httpProxy: true,
  httpsProxy: true,
  ignoreTags: true,
  insecure: true,
  maxRetries: true,
  noProxy: true,
  profile: true,
  region: true,
  retryMode: true,
  s3UsEast1RegionalEndpoint: true,
  s3UsePathStyle: true,
  secretKey: true,
  sharedConfigFiles: true,
  sharedCredentialsFiles: true,
  skipCredentialsValidation: true,
  skipMetadataApiCheck: true,
  skipRegionValidation: true,
  skipRequestingAccountId: true,
  stsRegion: true,
  tagPolicyCompliance: true,
  token: true,
  tokenBucketRateLimiterCapacity: true,
  useDualstackEndpoint: true,
  useFipsEndpoint: true,
  userAgents: true,
};

const FOREIGN_KEYS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["aws", Object.keys(AWS_KEYS)],
  ["pulumi", PULUMI_KEYS],
]);

/** Why a stack may not set `key`; undefined when it may. */
export function keyProblem(
  key: string,
  project: string,
  declaredKeys: readonly string[],
): string | undefined {
  // What AWS and Pulumi read is theirs to say, whatever the project declares.
  const declared = declaredKeys.filter((candidate) => !FOREIGN_KEYS.has(split(candidate)[0]));
  const known = [
    ...declared,
    ...[...FOREIGN_KEYS].flatMap(([namespace, names]) => names.map((name) => `${namespace}:${name}`)),
  ];
  const [namespace, name] = split(key);
  if (namespace === "") {
    const meant = nearestKey(name, known);
    return `a key without a namespace; expected ${project}:KEY${meant === undefined ? "" : `, such as ${meant}`}`;
  }
  if (known.includes(key)) return undefined;
  const own = declared.filter((candidate) => split(candidate)[0] === namespace);
  const names = FOREIGN_KEYS.get(namespace) ?? own.map((candidate) => split(candidate)[1]);
  if (FOREIGN_KEYS.has(namespace) || namespace === project) {
    // Most projects declare nothing; then every key of theirs is as good as another.
    if (namespace === project && own.length === 0) return undefined;
    const meant = nearest(name, names);
    const asked = meant === undefined ? nearestKey(name, known) : `${namespace}:${meant}`;
    const who =
      namespace === project
        ? "not declared in Pulumi.yaml"
        : `not a setting of ${namespace === "aws" ? "the AWS provider" : "Pulumi"}`;
    return `${who}${asked === undefined ? "" : `; did you mean ${asked}?`}`;
  }
  // A namespace of its own may be that of any package; one that looks like another is a slip.
  const namespaces = [project, ...FOREIGN_KEYS.keys(), ...declared.map((candidate) => split(candidate)[0])];
  const similar = nearest(namespace, namespaces);
  const sameName = known.find((candidate) => split(candidate)[1] === name);
  if (similar !== undefined && similar !== namespace) {
    const candidates = known.filter((candidate) => split(candidate)[0] === similar);
    const meant = nearestKey(name, candidates) ?? `${similar}:${name}`;
    return `no namespace that this project knows; did you mean ${meant}?`;
  }
  return sameName === undefined
    ? undefined
    : `no namespace that this project knows; did you mean ${sameName}?`;
}

/** The key whose name, whatever its namespace, is nearest to `name`. */
function nearestKey(name: string, keys: readonly string[]): string | undefined {
  const meant = nearest(
    name,
    keys.map((key) => split(key)[1]),
  );
  return meant === undefined ? undefined : keys.find((key) => split(key)[1] === meant);
}

function split(key: string): [namespace: string, name: string] {
  const colon = key.indexOf(":");
  return colon === -1 ? ["", key] : [key.slice(0, colon), key.slice(colon + 1)];
}

/** What is wrong with the region that a stack names; undefined for one that the AWS provider knows. */
export function regionProblem(region: string): string | undefined {
  const regions: readonly string[] = Object.values(Region);
  if (regions.includes(region)) return undefined;
  const meant = nearest(region, regions);
  const advice =
    meant === undefined
      ? " (aws:skipRegionValidation: true takes a newer one)"
      : `; did you mean ${meant}? (aws:skipRegionValidation: true takes a newer one)`;
  return `got ${shown(region)}; expected a region of AWS${advice}`;
}
