import * as v from "valibot";
import { resource } from "../../schemas";

export const permission = resource({
  type: "aws:lambda/permission:Permission",
  inputs: v.strictObject({
    statementId: v.string(),
    function: v.string(),
    action: v.string(),
    principal: v.string(),
    qualifier: v.optional(v.string()),
    sourceArn: v.optional(v.string()),
    sourceAccount: v.optional(v.string()),
  }),
  autoName: { property: "statementId" },
  async create(inputs, context) {
    await context.call("lambda", "AddPermission", {
      FunctionName: inputs.function,
      StatementId: inputs.statementId,
      Action: inputs.action,
      Principal: inputs.principal,
      Qualifier: inputs.qualifier,
      SourceArn: inputs.sourceArn,
      SourceAccount: inputs.sourceAccount,
    });
    return { id: inputs.statementId, outputs: {} };
  },
  async delete(inputs, id, context) {
    await context.call("lambda", "RemovePermission", {
      FunctionName: inputs.function,
      StatementId: id,
      Qualifier: inputs.qualifier,
    });
  },
});
