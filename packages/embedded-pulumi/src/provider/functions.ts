import * as v from "valibot";
import { define, type ProviderFunction } from "./providerFunction";

/** Every function that the embedded cloud answers, by its Pulumi token. */
export const functions: Readonly<Record<string, ProviderFunction>> = {
  "aws:index/getRegion:getRegion": define(v.strictObject({}), (_args, { region }) => ({
    id: region,
    name: region,
    region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  })),

  "aws:index/getCallerIdentity:getCallerIdentity": define(v.strictObject({}), async (_args, context) => {
    const identity = await context.call("sts", "GetCallerIdentity", {});
    return { id: identity.Account, accountId: identity.Account, arn: identity.Arn, userId: identity.UserId };
  }),

  "aws:index/getPartition:getPartition": define(v.strictObject({}), () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  })),

  "aws:ssm/getParameter:getParameter": define(
    v.strictObject({ name: v.string(), withDecryption: v.optional(v.boolean(), true) }),
    async ({ name, withDecryption }, context) => {
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
      };
    },
  ),

  "aws:ec2/getVpc:getVpc": define(
    v.strictObject({ default: v.optional(v.boolean()), id: v.optional(v.string()), filters: filters() }),
    async (args, context) => {
      const extra = args.default === true ? [{ name: "is-default", values: ["true"] }] : [];
      const { vpcSet } = await context.call<{
        vpcSet: readonly { vpcId: string; cidrBlock: string; isDefault: boolean }[];
      }>("ec2", "DescribeVpcs", {
        ...(args.id === undefined ? {} : { VpcId: [args.id] }),
        ...describeFilters([...(args.filters ?? []), ...extra]),
      });
      const [vpc, second] = vpcSet;
      if (vpc === undefined || second !== undefined)
        throw new Error(`getVpc: ${vpcSet.length} networks match; expected one`);
      const arn = `arn:aws:ec2:${context.region}:${context.accountId}:vpc/${vpc.vpcId}`;
      return { id: vpc.vpcId, arn, cidrBlock: vpc.cidrBlock, default: vpc.isDefault };
    },
  ),

  "aws:ec2/getSubnets:getSubnets": define(v.strictObject({ filters: filters() }), async (args, context) => {
    const { subnetSet } = await context.call<{ subnetSet: readonly { subnetId: string }[] }>(
      "ec2",
      "DescribeSubnets",
      describeFilters(args.filters),
    );
    return { id: context.region, ids: subnetSet.map(({ subnetId }) => subnetId) };
  }),
};

function filters() {
  return v.optional(v.array(v.strictObject({ name: v.string(), values: v.array(v.string()) })));
}

function describeFilters(given: readonly { name: string; values: string[] }[] | undefined) {
  return given === undefined || given.length === 0
    ? {}
    : { Filter: given.map(({ name, values }) => ({ Name: name, Value: values })) };
}
