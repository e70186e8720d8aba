import type { CloudContext, Service } from "../../core/service";
import type { Identities } from "../../core/iam/identities";
import { officialService } from "../../wire/operation";
import { instanceProfileOperations } from "./instanceProfiles";
import { managedPolicyOperations } from "./managedPolicies";
import { policyVersionOperations } from "./policyVersions";
import { rolePolicyOperations } from "./rolePolicies";
import { roleOperations } from "./roles";
import { tagOperations } from "./tagOperations";
import { userOperations } from "./users";

/** IAM: what a program needs to give its functions and instances roles. No users but root, no groups. */
export function createIam(context: CloudContext, identities: Identities): Service {
  return officialService("iam", {
    ...roleOperations(context, identities),
    ...rolePolicyOperations(context, identities),
    ...managedPolicyOperations(context, identities),
    ...policyVersionOperations(context, identities),
    ...instanceProfileOperations(context, identities),
    ...tagOperations(context, identities),
    ...userOperations(context),
  });
}
