import type { TestCloud } from "embedded-aws/testing";
import type { PolicyDocument } from "./grants";

/** The one inline policy of a role, to be changed and put back. */
export interface RolePolicy {
  readonly document: PolicyDocument;
  set(document: PolicyDocument): Promise<void>;
  restore(): Promise<void>;
}

/** Undefined for a role that may do nothing at all. */
export async function readRolePolicy(cloud: TestCloud, RoleName: string): Promise<RolePolicy | undefined> {
  const { AttachedPolicies = [] } = await cloud.call("iam", "ListAttachedRolePolicies", { RoleName });
  const { PolicyNames } = await cloud.call("iam", "ListRolePolicies", { RoleName });
  const [PolicyName, ...others] = PolicyNames;
  if (AttachedPolicies.length > 0 || others.length > 0)
    throw new Error(`${RoleName}: expected one inline policy at most, and no managed one`);
  if (PolicyName === undefined) return undefined;
  const name = { RoleName, PolicyName };
  const { PolicyDocument: text } = await cloud.call("iam", "GetRolePolicy", name);
  const document = JSON.parse(decodeURIComponent(text)) as PolicyDocument;
  const put = async (changed: PolicyDocument) => {
    await cloud.call("iam", "PutRolePolicy", { ...name, PolicyDocument: JSON.stringify(changed) });
  };
  return {
    document,
    restore: () => put(document),
    async set(changed) {
      // A policy without statements cannot be: the role then has none.
      if (changed.Statement.length === 0) await cloud.call("iam", "DeleteRolePolicy", name);
      else await put(changed);
    },
  };
}

/** Every role of the account. */
export async function listRoles(cloud: TestCloud): Promise<string[]> {
  const { Roles } = await cloud.call("iam", "ListRoles", {});
  return Roles.map(({ RoleName }) => RoleName);
}
