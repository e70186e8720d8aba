import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { byName, nameRules } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { checkRevision, policyDocument, type PolicyStatement } from "./lambdaFunction";

/** A function's resource policy: who, beside its account's own roles, may invoke it. */
export function policyOperations({ context, store }: FunctionParts) {
  const operation = operationsOf("lambda", context);
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];

  return {
    ...operation(
      "AddPermission",
      {
        supports: [
          "FunctionName",
          "StatementId",
          "Action",
          "Principal",
          "SourceArn",
          "SourceAccount",
          "Qualifier",
          "RevisionId",
        ],
        rules: {
          ...nameRules,
          StatementId: { pattern: /^[A-Za-z0-9-_]{1,100}$/ },
          Action: { pattern: /^lambda:(\*|[A-Za-z]+)$/ },
          SourceArn: { pattern: /^arn:/ },
          SourceAccount: { pattern: /^\d{12}$/ },
        },
      },
      on("AddPermission"),
      (input) => {
        const { fn, arn } = store.named(input);
        checkRevision(fn, input.RevisionId);
        if (fn.policy.some(({ Sid }) => Sid === input.StatementId)) {
          throw new AwsError(
            "ResourceConflictException",
            `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
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
          Resource: arn,
          ...(Object.keys(condition).length > 0 && { Condition: condition }),
        };
        fn.policy = [...fn.policy, statement];
        return { Statement: JSON.stringify(statement) };
      },
    ),

    ...operation("GetPolicy", byName, on("GetPolicy"), (input) => {
      const { fn } = store.named(input);
      const document = policyDocument(fn);
      if (document === undefined) {
        throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.");
      }
      return { Policy: JSON.stringify(document), RevisionId: fn.revisionId };
    }),

    ...operation(
      "RemovePermission",
      { supports: ["FunctionName", "StatementId", "Qualifier", "RevisionId"], rules: nameRules },
      on("RemovePermission"),
      (input) => {
        const { fn } = store.named(input);
        checkRevision(fn, input.RevisionId);
        const remaining = fn.policy.filter(({ Sid }) => Sid !== input.StatementId);
        if (remaining.length === fn.policy.length) {
          throw new AwsError(
            "ResourceNotFoundException",
            `Statement ${input.StatementId} is not found in resource policy.`,
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
