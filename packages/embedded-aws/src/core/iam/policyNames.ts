import { matchesPattern } from "./pattern";
import { malformedPolicy, type PolicyKind } from "./policySyntax";

/** What a role's trust policy may allow: IAM user guide, "Update a role trust policy"; STS API reference. */
const TRUST_ACTIONS = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
  "sts:SetContext",
  "sts:SetSourceIdentity",
  "sts:TagSession",
].map((action) => action.toLowerCase());

/** Throws what IAM says of an action that no policy, or no trust policy, may name. */
export function checkAction(action: string, kind: PolicyKind, where: string): void {
  const parts = action.split(":");
  const [vendor = ""] = parts;
  const at = `(${where}, Action: got "${action}")`;
  if (kind === "trust" && !isTrustAction(action))
    throw malformedPolicy(`AssumeRole policy may only specify STS AssumeRole actions. ${at}`);
  if (action === "*") return;
  if (parts.length === 1) {
    throw malformedPolicy(`Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. ${at}`);
  }
  if (parts.length > 2) throw malformedPolicy(`Actions/Condition can contain only one colon. ${at}`);
  if (!/^[A-Za-z0-9.-]+$/.test(vendor)) throw malformedPolicy(`Vendor ${vendor} is not valid ${at}`);
  if (!/^[A-Za-z0-9*?]+$/.test(parts[1] ?? ""))
    throw malformedPolicy(`Actions must be letters and digits, with * and ? as wildcards. ${at}`);
}

/** A pattern ("sts:AssumeRole*") must mean one of them. */
function isTrustAction(action: string): boolean {
  if (!action.toLowerCase().startsWith("sts:")) return false;
  return TRUST_ACTIONS.some((known) => matchesPattern(action.toLowerCase(), known, () => undefined));
}

const IAM_PATHS = [
  "user/",
  "federated-user/",
  "role/",
  "group/",
  "instance-profile/",
  "mfa/",
  "server-certificate/",
  "policy/",
  "sms-mfa/",
  "saml-provider/",
  "oidc-provider/",
  "report/",
  "access-report/",
];

/** Throws what IAM says of a resource that is neither "*" nor an ARN whose parts could be. */
export function checkResource(resource: string, kind: PolicyKind, where: string): void {
  if (resource === "*") return;
  const at = `(${where}, Resource)`;
  const [arn = "", partition, service, region, account, ...rest] = resource.split(":");
  if (arn !== "arn" || partition === undefined)
    throw malformedPolicy(`Resource ${resource} must be in ARN format or "*". ${at}`);
  if (partition !== "aws") {
    const shown = [service, region, account, rest.length === 0 ? undefined : rest.join(":")];
    throw malformedPolicy(
      `Partition "${partition}" is not valid for resource "arn:${partition}:${shown.map((part) => part ?? "*").join(":")}". ${at}`,
    );
  }
  if (service === undefined || !/^[a-z0-9-]+$/i.test(service))
    throw malformedPolicy(`Resource vendor must be fully qualified and cannot contain regexes. ${at}`);
  // A wildcard at the end stands for the parts that are not there.
  if (rest.length === 0 && !resource.endsWith("*"))
    throw malformedPolicy(`The policy failed legacy parsing (${where}, Resource: got "${resource}")`);
  if (
    account !== undefined &&
    !/^([0-9]{12}|aws|[0-9]*[*?][0-9*?]*|\$\{.*\}|)$/.test(account) &&
    rest.length > 0
  )
    throw malformedPolicy(`The policy failed legacy parsing (${where}, Resource: got "${resource}")`);
  if (kind !== "identity") return;
  if (service === "iam" && region !== "" && rest.length > 0)
    throw malformedPolicy(`IAM resource ${resource} cannot contain region information. ${at}`);
  if (service === "s3" && region !== "" && region !== "*" && rest.length > 0)
    throw malformedPolicy(`Resource ${resource} can not contain region information. ${at}`);
  const path = rest.join(":");
  if (service === "iam" && path !== "" && !/^[*?]/.test(path) && path !== "root") {
    const known = IAM_PATHS.some(
      (start) => path.startsWith(start) || /[*?]/.test(path.slice(0, start.length)),
    );
    if (!known)
      throw malformedPolicy(
        `IAM resource path must either be "*" or start with ${IAM_PATHS.join(", ")}. ${at}`,
      );
  }
}
