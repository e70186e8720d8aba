import * as v from "valibot";
import { imageFunctions } from "./imageFunctions";
import { networkFunctions } from "./networkFunctions";
import { getPolicyDocument } from "./policyDocument";
import { define, describeFilters, filters, onlyRegion, type ProviderFunction } from "./providerFunction";

/** An argument that the provider takes and has no use for. */
const anyId = { id: v.optional(v.string()) };

/** Every function that the embedded cloud answers, by its Pulumi token. */
export const functions: Readonly<Record<string, ProviderFunction>> = {
  "aws:iam/getPolicyDocument:getPolicyDocument": getPolicyDocument,

  "aws:index/getRegion:getRegion": define(
    v.strictObject({ ...anyId, region: v.optional(v.string()), name: v.optional(v.string()) }),
    (args, context) => {
      const region = onlyRegion(args.region ?? args.name, context.region);
      const endpoint = `ec2.${region}.amazonaws.com`;
      return { id: region, name: region, region, description: region, endpoint };
    },
  ),

  "aws:index/getRegions:getRegions": define(
    v.strictObject({ ...anyId, allRegions: v.optional(v.boolean()) }),
    (_args, { region }) => ({ id: "aws", names: [region] }),
  ),

  "aws:index/getAvailabilityZones:getAvailabilityZones": define(
    v.strictObject({
      state: v.optional(v.picklist(["available", "information", "impaired", "unavailable"])),
      region: v.optional(v.string()),
      allAvailabilityZones: v.optional(v.boolean()),
      excludeNames: v.optional(v.array(v.string()), []),
      excludeZoneIds: v.optional(v.array(v.string()), []),
      filters: filters(),
    }),
    async (args, context) => {
      const region = onlyRegion(args.region, context.region);
      const { AvailabilityZones = [] } = await context.call("ec2", "DescribeAvailabilityZones", {
        ...describeFilters(args.filters),
      });
      const zones = AvailabilityZones.map(({ ZoneName = "", ZoneId = "", State }) => ({
        name: ZoneName,
        id: ZoneId,
        state: State,
      }))
        .filter(({ state }) => args.state === undefined || state === args.state)
        .filter(({ name, id }) => !args.excludeNames.includes(name) && !args.excludeZoneIds.includes(id))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      return {
        id: region,
        region,
        names: zones.map(({ name }) => name),
        zoneIds: zones.map(({ id }) => id),
        groupNames: [region],
      };
    },
  ),

  "aws:index/getArn:getArn": define(v.strictObject({ ...anyId, arn: v.string() }), ({ arn }) => {
    const [scheme, partition = "", service = "", region = "", account = "", ...resource] = arn.split(":");
    if (scheme !== "arn" || resource.length === 0)
      throw new Error(`arn: got "${arn}"; expected arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`);
    return { id: arn, arn, partition, service, region, account, resource: resource.join(":") };
  }),

  "aws:index/getCallerIdentity:getCallerIdentity": define(
    v.strictObject({ ...anyId }),
    async (_args, context) => {
      const identity = await context.call("sts", "GetCallerIdentity", {});
      return {
        id: identity.Account,
        accountId: identity.Account,
        arn: identity.Arn,
        userId: identity.UserId,
      };
    },
  ),

  "aws:index/getPartition:getPartition": define(v.strictObject({ ...anyId }), () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  })),

  "aws:ssm/getParameter:getParameter": define(
    v.strictObject({
      name: v.string(),
      withDecryption: v.optional(v.boolean(), true),
      region: v.optional(v.string()),
    }),
    async ({ name, withDecryption, region }, context) => {
      const { Parameter: found = {} } = await context.call("ssm", "GetParameter", {
        Name: name,
        WithDecryption: withDecryption,
      });
      return {
        id: name,
        name,
        arn: found.ARN,
        type: found.Type,
        value: found.Value,
        // Nothing here is encrypted.
        insecureValue: found.Value,
        version: found.Version,
        region: onlyRegion(region, context.region),
      };
    },
  ),

  ...imageFunctions,
  ...networkFunctions,
};
