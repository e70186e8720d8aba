import { AwsError } from "../../../src/core/errors";
import type { Principal } from "../../../src/core/iam/principal";
import { untyped } from "../../support/untyped";
import type { TestDatabase } from "./support";

/** A role that may what a test allows it, and no more. */
export interface Worker {
  readonly principal: Principal;
  /** Allows this, instead of what was allowed before. */
  allow(...statements: readonly object[]): Promise<void>;
  /** "allowed", or the refusal that the worker meets. */
  outcome(operation: string, input: object): Promise<string>;
}

export async function createWorker({ cloud }: TestDatabase): Promise<Worker> {
  const RoleName = "worker";
  const principal: Principal = {
    kind: "role",
    accountId: "000000000000",
    roleName: RoleName,
    sessionName: "s",
  };
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const document = (...Statement: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  await cloud.call("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: document(trust) });
  return {
    principal,
    async allow(...statements) {
      const allowed = statements.map((statement) => ({ Effect: "Allow", ...statement }));
      await cloud.call("iam", "PutRolePolicy", {
        RoleName,
        PolicyName: "policy",
        PolicyDocument: document(...allowed),
      });
    },
    async outcome(operation, input) {
      try {
        await untyped(cloud.context.call)("dynamodb", operation, input, principal);
        return "allowed";
      } catch (error) {
        return error instanceof AwsError ? `${error.code}: ${error.message}` : "a defect";
      }
    },
  };
}
