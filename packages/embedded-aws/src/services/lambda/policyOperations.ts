import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { byName, nameRules } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { checkRevision, LATEST, policyDocument, type PolicyStatement } from "./lambdaFunction";
import { revisionOf } from "./versions";

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
          Action: { pattern: /^(?:lambda:(?:\*|[A-Za-z]+)|\*)$/ },
          SourceArn: { pattern: /^arn:/ },
          SourceAccount: { pattern: /^\d{12}$/ },
        },
      },
      on("AddPermission"),
      (input) => {
        const named = store.named(input);
        const { fn, qualifier, arn } = named;
        if (qualifier === LATEST && arn !== fn.arn) {
          throw new AwsError(
            "InvalidParameterValueException",
            "We currently do not support adding policies for $LATEST.",
          );
        }
        checkRevision(revisionOf(named), input.RevisionId);
        const present = fn.policies.get(qualifier) ?? [];
        if (present.some(({ Sid }) => Sid === input.StatementId)) {
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
        fn.policies.set(qualifier, [...present, statement]);
        return { Statement: JSON.stringify(statement) };
      },
    ),

    ...operation("GetPolicy", byName, on("GetPolicy"), (input) => {
      const named = store.named(input);
      const document = policyDocument(named);
      if (document === undefined) {
        throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.");
      }
      return { Policy: JSON.stringify(document), RevisionId: revisionOf(named).revisionId };
    }),

    ...operation(
      "RemovePermission",
      { supports: ["FunctionName", "StatementId", "Qualifier", "RevisionId"], rules: nameRules },
      on("RemovePermission"),
      (input) => {
        const named = store.named(input);
        const { fn, qualifier } = named;
        checkRevision(revisionOf(named), input.RevisionId);
        const present = fn.policies.get(qualifier) ?? [];
        const remaining = present.filter(({ Sid }) => Sid !== input.StatementId);
        if (remaining.length === present.length) {
          throw new AwsError(
            "ResourceNotFoundException",
            `Statement ${input.StatementId} is not found in resource policy.`,
          );
        }
        fn.policies.set(qualifier, remaining);
        return {};
      },
    ),
  };
}

function principalOf(principal: string): unknown {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (/^arn:aws:(?:iam|sts)::\d{12}:[\w+=,.@/-]+$/.test(principal)) return { AWS: principal };
  if (/^[a-z0-9.-]+\.amazon(?:aws)?\.com$/.test(principal)) return { Service: principal };
  throw new AwsError(
    "InvalidParameterValueException",
    "The provided principal was invalid. Please check the principal and try again. " +
      `(got ${JSON.stringify(principal.slice(0, 200))}; expected an account, the ARN of an identity, a service or *)`,
  );
}
