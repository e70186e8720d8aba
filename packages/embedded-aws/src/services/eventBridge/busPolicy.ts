import type { PolicyChecks } from "../../core/service";
import { AwsError } from "../../core/errors";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { messageOf } from "../../core/messageOf";
import { parseJson } from "../../core/parseJson";

/** Bytes; EventBridge user guide, "Amazon EventBridge quotas". */
const LONGEST_POLICY = 10_240;

interface Statement {
  readonly Sid?: string;
}

interface Document {
  readonly Statement: readonly Statement[];
}

/** What PutPermission says of one statement. */
export interface Permission {
  readonly id: string;
  /** An account's number, or "*". */
  readonly principal: string;
  readonly busArn: string;
  /** Whose accounts alone are meant. */
  readonly organization: string | undefined;
}

/** @throws AwsError for a policy that EventBridge would not keep. */
export function checkedPolicy(policies: PolicyChecks, text: string): string {
  if (Buffer.byteLength(text) > LONGEST_POLICY) {
    throw new AwsError(
      "PolicyLengthExceededException",
      `The event bus policy has ${Buffer.byteLength(text)} bytes; expected at most ${LONGEST_POLICY}.`,
    );
  }
  try {
    const unknown = policies.unknownPrincipal(parsePolicyDocument(text, "resource"));
    if (unknown !== undefined) throw new Error(`there is no ${unknown}`);
  } catch (cause) {
    throw new AwsError("ValidationException", `Policy is not valid. Reason: ${messageOf(cause)}`);
  }
  return text;
}

/** A policy with one more statement, which takes the place of one by its name. */
export function withPermission(policy: string | undefined, permission: Permission): string {
  const { id, principal, busArn, organization } = permission;
  const document = policy === undefined ? { Version: "2012-10-17", Statement: [] } : read(policy);
  const statement = {
    Sid: id,
    Effect: "Allow",
    Principal: principal === "*" ? "*" : { AWS: `arn:aws:iam::${principal}:root` },
    Action: "events:PutEvents",
    Resource: busArn,
    ...(organization === undefined
      ? {}
      : { Condition: { StringEquals: { "aws:PrincipalOrgID": organization } } }),
  };
  const others = document.Statement.filter(({ Sid }) => Sid !== id);
  return JSON.stringify({ ...document, Statement: [...others, statement] });
}

/** A policy without one of its statements; undefined where none is left. */
export function withoutPermission(policy: string | undefined, id: string | undefined): string | undefined {
  if (policy === undefined)
    throw new AwsError("ResourceNotFoundException", "EventBus does not have a policy.");
  const document = read(policy);
  const others = document.Statement.filter(({ Sid }) => Sid !== id);
  if (id === undefined || others.length === document.Statement.length)
    throw new AwsError("ResourceNotFoundException", "Statement with the provided id does not exist.");
  return others.length === 0 ? undefined : JSON.stringify({ ...document, Statement: others });
}

/** It was checked when it was put; a single statement may stand without a list. */
function read(policy: string): Document {
  const document = parseJson(policy) as { readonly Statement: Statement | readonly Statement[] };
  return { ...document, Statement: [document.Statement].flat() };
}
