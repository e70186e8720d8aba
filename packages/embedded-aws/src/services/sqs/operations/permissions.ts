import { parseJson } from "../../../core/parseJson";
import { queueAccess } from "../access";
import { checkAttributes, mergeAttributes } from "../attributes";
import { AwsError } from "../../../core/errors";
import { invalidParameter } from "../errors";
import type { Queue } from "../queues";
import type { Sqs } from "./parts";

/** SQS API reference, AddPermission: what may be given away by it, beside all of them. */
const ACTIONS = [
  "*",
  "ChangeMessageVisibility",
  "DeleteMessage",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "SendMessage",
] as const;

/** A policy has at most this many statements that were added so: SQS developer guide. */
const MOST_ACTIONS = 7;

interface PolicyDocument {
  readonly Version: string;
  readonly Id?: string;
  readonly Statement: readonly { readonly Sid?: string }[];
}

/** A queue's policy, a statement at a time. */
export function permissionOperations({ context, queues, operation }: Sqs) {
  const addPermission = operation(
    "AddPermission",
    { supports: ["QueueUrl", "Label", "AWSAccountIds", "Actions"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "AddPermission"),
    ({ QueueUrl, Label, AWSAccountIds, Actions }) => {
      const queue = queues.byUrl(QueueUrl);
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(Label)) {
        throw invalidParameter(
          `Value ${Label} for parameter Label is invalid. Reason: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.`,
        );
      }
      const wrongAction = Actions.find((action) => !ACTIONS.some((known) => known === action));
      if (wrongAction !== undefined) {
        throw invalidParameter(
          `Value SQS:${wrongAction} for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions.`,
        );
      }
      const wrongAccount = AWSAccountIds.find((account) => !/^\d{12}$/.test(account));
      if (wrongAccount !== undefined) {
        throw invalidParameter(
          `Value ${wrongAccount} for parameter PrincipalId is invalid. Reason: Unable to verify.`,
        );
      }
      if (Actions.length > MOST_ACTIONS) {
        throw new AwsError(
          "OverLimit",
          `${Actions.length} Actions were found, maximum allowed is ${MOST_ACTIONS}.`,
          403,
        );
      }
      const policy = policyOf(queue);
      if (policy.Statement.some(({ Sid }) => Sid === Label)) {
        throw invalidParameter(`Value ${Label} for parameter Label is invalid. Reason: Already exists.`);
      }
      const principals = AWSAccountIds.map((account) => `arn:aws:iam::${account}:root`);
      const statement = {
        Sid: Label,
        Effect: "Allow",
        Principal: { AWS: oneOrMany(principals) },
        Action: oneOrMany(Actions.map((action) => `SQS:${action}`)),
        Resource: queue.arn,
      };
      setPolicy(queue, { ...policy, Statement: [...policy.Statement, statement] });
      return {};
    },
  );

  const removePermission = operation(
    "RemovePermission",
    { supports: ["QueueUrl", "Label"] },
    ({ QueueUrl }) => queueAccess(queues.byUrl(QueueUrl), "RemovePermission"),
    ({ QueueUrl, Label }) => {
      const queue = queues.byUrl(QueueUrl);
      const policy = policyOf(queue);
      const remaining = policy.Statement.filter(({ Sid }) => Sid !== Label);
      if (remaining.length === policy.Statement.length) {
        throw invalidParameter(
          `Value ${Label} for parameter Label is invalid. Reason: can't find label on existing policy.`,
        );
      }
      setPolicy(queue, remaining.length === 0 ? undefined : { ...policy, Statement: remaining });
      return {};
    },
  );

  function setPolicy(queue: Queue, policy: PolicyDocument | undefined): void {
    const given = { Policy: policy === undefined ? "" : JSON.stringify(policy) };
    checkAttributes(given, context.policies);
    queues.setAttributes(queue, mergeAttributes(queue.attributes, given));
  }

  return { ...addPermission, ...removePermission };
}

function policyOf(queue: Queue): PolicyDocument {
  const { policy } = queue.settings;
  if (policy === undefined)
    return { Version: "2012-10-17", Id: `${queue.arn}/SQSDefaultPolicy`, Statement: [] };
  // It was checked when it was set.
  const document = parseJson(policy) as Omit<PolicyDocument, "Statement"> & { readonly Statement: unknown };
  const { Statement } = document;
  return { ...document, Statement: (Array.isArray(Statement) ? Statement : [Statement]) as [] };
}

function oneOrMany<T>(values: readonly T[]): T | readonly T[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}
