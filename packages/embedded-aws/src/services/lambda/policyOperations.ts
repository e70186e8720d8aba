import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { operation, type Operation } from "../../core/service";
import { byName, functionName, qualifier } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { policyDocument, type PolicyStatement } from "./lambdaFunction";

/** A function's resource policy: who, beside its account's own roles, may invoke it. */
export function policyOperations({ context, store }: FunctionParts): Record<string, Operation> {
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];

  return {
    AddPermission: operation(
      context,
      v.strictObject({
        FunctionName: functionName,
        StatementId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-_]{1,100}$/)),
        Action: v.pipe(v.string(), v.regex(/^lambda:(\*|[A-Za-z]+)$/)),
        /** A service ("events.amazonaws.com"), an account, or the ARN of a user or role. */
        Principal: v.string(),
        SourceArn: v.optional(v.pipe(v.string(), v.startsWith("arn:"))),
        SourceAccount: v.optional(v.pipe(v.string(), v.regex(/^\d{12}$/))),
        Qualifier: qualifier,
        RevisionId: v.optional(v.string()),
      }),
      on("AddPermission"),
      (input) => {
        const fn = store.get(input.FunctionName);
        if (fn.policy.some(({ Sid }) => Sid === input.StatementId)) {
          throw new AwsError(
            "ResourceConflictException",
            `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
            409,
          );
        }
        const condition = {
          ...(input.SourceArn !== undefined && { ArnLike: { "AWS:SourceArn": input.SourceArn } }),
          ...(input.SourceAccount !== undefined && {
            StringEquals: { "AWS:SourceAccount": input.SourceAccount },
          }),
        };
        const statement: PolicyStatement = {
          Sid: input.StatementId,
          Effect: "Allow",
          Principal: principalOf(input.Principal),
          Action: input.Action,
          Resource: fn.arn,
          ...(Object.keys(condition).length > 0 && { Condition: condition }),
        };
        fn.policy = [...fn.policy, statement];
        return { Statement: JSON.stringify(statement) };
      },
    ),

    GetPolicy: operation(context, byName, on("GetPolicy"), (input) => {
      const fn = store.get(input.FunctionName);
      const document = policyDocument(fn);
      if (document === undefined) {
        throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404);
      }
      return { Policy: JSON.stringify(document), RevisionId: fn.revisionId };
    }),

    RemovePermission: operation(
      context,
      v.strictObject({
        FunctionName: functionName,
        StatementId: v.string(),
        Qualifier: qualifier,
        RevisionId: v.optional(v.string()),
      }),
      on("RemovePermission"),
      (input) => {
        const fn = store.get(input.FunctionName);
        const remaining = fn.policy.filter(({ Sid }) => Sid !== input.StatementId);
        if (remaining.length === fn.policy.length) {
          throw new AwsError(
            "ResourceNotFoundException",
            `Statement ${input.StatementId} is not found in resource policy.`,
            404,
          );
        }
        fn.policy = remaining;
        return {};
      },
    ),
  };
}

function principalOf(principal: string): unknown {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith("arn:") ? { AWS: principal } : { Service: principal };
}
