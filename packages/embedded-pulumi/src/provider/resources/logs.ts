import * as v from "valibot";
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
    if (inputs.retentionInDays > 0) {
      await context.call("logs", "PutRetentionPolicy", {
        logGroupName: inputs.name,
        retentionInDays: inputs.retentionInDays,
      });
    }
    const arn = `arn:aws:logs:${context.region}:${context.accountId}:log-group:${inputs.name}`;
    return { id: inputs.name, outputs: { arn, retentionInDays: inputs.retentionInDays } };
  },
});

export const logs = [logGroup];
