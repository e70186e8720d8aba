import * as v from "valibot";
import { afterwards } from "../afterwards";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { resource, tags } from "../schemas";

const logGroup = resource({
  type: "aws:cloudwatch/logGroup:LogGroup",
  inputs: v.strictObject({
    name: v.string(),
    /** 0, the provider's default, keeps logs for ever. */
    retentionInDays: v.optional(v.number(), 0),
    kmsKeyId: v.optional(v.string()),
    /** Matters to deletion only. */
    skipDestroy: v.optional(v.boolean()),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    await context.call("logs", "CreateLogGroup", {
      logGroupName: inputs.name,
      kmsKeyId: inputs.kmsKeyId,
      tags: inputs.tags,
    });
    if (inputs.retentionInDays > 0) await afterwards(inputs.name, () => retain(inputs, context));
    return {
      id: inputs.name,
      outputs: { arn: arnOf(inputs.name, context), retentionInDays: inputs.retentionInDays },
    };
  },
  async update(change, context) {
    const { inputs, changed } = change;
    if (changed.has("kmsKeyId")) await encrypt(inputs, context);
    if (changed.has("retentionInDays")) await retain(inputs, context);
    const resourceArn = arnOf(inputs.name, context);
    await retag(
      change,
      (tags) => context.call("logs", "TagResource", { resourceArn, tags }),
      (tagKeys) => context.call("logs", "UntagResource", { resourceArn, tagKeys }),
    );
    return { retentionInDays: inputs.retentionInDays };
  },
  async delete(inputs, id, context) {
    if (inputs.skipDestroy !== true) await context.call("logs", "DeleteLogGroup", { logGroupName: id });
  },
});

function arnOf(name: string, context: CreateContext): string {
  return `arn:aws:logs:${context.region}:${context.accountId}:log-group:${name}`;
}

/** Without a key of its own, the service's encrypts. */
function encrypt(
  { name: logGroupName, kmsKeyId }: { readonly name: string; readonly kmsKeyId?: string | undefined },
  context: CreateContext,
): Promise<unknown> {
  return kmsKeyId === undefined
    ? context.call("logs", "DisassociateKmsKey", { logGroupName })
    : context.call("logs", "AssociateKmsKey", { logGroupName, kmsKeyId });
}

/** 0 is no period at all. */
function retain(
  { name: logGroupName, retentionInDays }: { readonly name: string; readonly retentionInDays: number },
  context: CreateContext,
): Promise<unknown> {
  return retentionInDays > 0
    ? context.call("logs", "PutRetentionPolicy", { logGroupName, retentionInDays })
    : context.call("logs", "DeleteRetentionPolicy", { logGroupName });
}

export const logs = [logGroup];
