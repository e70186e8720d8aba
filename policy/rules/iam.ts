import { statementsOf, type Statement } from "../documents";
import { elements, members, strings } from "../read";
import type { Finding, PolicyResource, Rule } from "../rule";

const ROLE = "aws:iam/role:Role";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const WITH_POLICIES = ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy", ROLE];

const AWS_MANAGED = /^arn:aws[a-z-]*:iam::aws:policy\//;

/** Actions with which a principal can give itself, or code that it controls, other permissions. */
const ESCALATING_ACTIONS = [
  "iam:AddUserToGroup",
  "iam:AttachGroupPolicy",
  "iam:AttachRolePolicy",
  "iam:AttachUserPolicy",
  "iam:CreatePolicyVersion",
  "iam:CreateServiceLinkedRole",
  "iam:DeleteRolePermissionsBoundary",
  "iam:PutGroupPolicy",
  "iam:PutRolePermissionsBoundary",
  "iam:PutRolePolicy",
  "iam:PutUserPolicy",
  "iam:SetDefaultPolicyVersion",
  "iam:UpdateAssumeRolePolicy",
  "lambda:AddPermission",
  "lambda:UpdateFunctionCode",
  "lambda:UpdateFunctionConfiguration",
];

/** Actions that answer with credentials. */
const CREDENTIAL_ACTIONS = [
  "iam:CreateAccessKey",
  "iam:CreateLoginProfile",
  "iam:CreateServiceSpecificCredential",
  "iam:ResetServiceSpecificCredential",
  "iam:UpdateAccessKey",
  "iam:UpdateLoginProfile",
  "ecr:GetAuthorizationToken",
  "sts:AssumeRole",
  "sts:GetFederationToken",
  "sts:GetSessionToken",
];

export const iamRules: readonly Rule[] = [
  {
    name: "iam-no-managed-policies",
    ids: ["AwsSolutions-IAM4"],
    severity: "high",
    description: "Roles have exact permissions, not policies that AWS writes for everybody.",
    advice: "Replace the managed policy with a RolePolicy of the statements that are needed.",
    types: [ROLE, ATTACHMENT],
    judges: "resource",
    check: ({ props }) =>
      [...strings(props.managedPolicyArns), ...strings(props.policyArn)]
        .filter((arn) => AWS_MANAGED.test(arn))
        .map((arn) => ({ reason: `has the AWS-managed policy ${arn}`, subject: arn })),
  },
  {
    name: "iam-no-wildcard-actions",
    ids: ["IAM.1", "IAM.21", "AwsSolutions-IAM5", "CKV_AWS_62", "CKV_AWS_63"],
    severity: "high",
    description: "Policies allow actions by name.",
    advice: "List the actions that the code calls.",
    types: WITH_POLICIES,
    judges: "resource",
    check: (resource) =>
      allowed(resource).flatMap(({ actions, notActions }) => [
        ...actions
          .filter((action) => action.includes("*"))
          .map((action) => ({ reason: `allows ${action}`, subject: action })),
        ...notActions.map((action) => ({
          reason: `allows everything but ${action}`,
          subject: `not ${action}`,
        })),
      ]),
  },
  {
    name: "iam-no-wildcard-resources",
    ids: ["AwsSolutions-IAM5", "CKV_AWS_288", "CKV_AWS_289", "CKV_AWS_290", "CKV_AWS_355"],
    severity: "high",
    description: "Policies allow actions on resources by name; a wildcard needs a written reason.",
    advice: "Use the resource's ARN, or waive the action and resource with the reason.",
    types: WITH_POLICIES,
    judges: "resource",
    check: (resource) =>
      allowed(resource).flatMap((statement) =>
        statement.actions.flatMap((action) => [
          ...statement.resources
            .filter((arn) => arn.includes("*"))
            .map((arn) => wide(action, arn, statement)),
          ...statement.notResources.map((arn) => wide(action, `not ${arn}`, statement)),
        ]),
      ),
  },
  {
    name: "iam-no-privilege-escalation",
    ids: ["CKV_AWS_286"],
    severity: "critical",
    description: "No role can give itself more permissions.",
    advice: "Leave that action to the people or the pipeline that deploys.",
    types: WITH_POLICIES,
    judges: "resource",
    check: (resource) =>
      allowed(resource).flatMap(({ actions, resources }) => [
        ...matching(actions, ESCALATING_ACTIONS).map((action) => ({
          reason: `allows ${action}, a way to other permissions`,
          subject: action,
        })),
        ...matching(actions, ["iam:PassRole"])
          .filter(() => resources.length === 0 || resources.some((arn) => arn.includes("*")))
          .map((action) => ({
            reason: `allows ${action} with any role; expected the one role that is passed`,
            subject: action,
          })),
      ]),
  },
  {
    name: "iam-no-credentials",
    ids: ["CKV_AWS_287"],
    severity: "critical",
    description: "No role can obtain other credentials.",
    advice: "Give the role itself the permissions that it needs.",
    types: WITH_POLICIES,
    judges: "resource",
    check: (resource) =>
      allowed(resource).flatMap(({ actions }) =>
        matching(actions, CREDENTIAL_ACTIONS).map((action) => ({
          reason: `allows ${action}, which hands out credentials`,
          subject: action,
        })),
      ),
  },
  {
    name: "iam-role-trust",
    ids: ["CKV_AWS_60", "CKV_AWS_61"],
    severity: "critical",
    description: "Only a named AWS service can take on a role.",
    advice: 'Name the service: Principal: { Service: "lambda.amazonaws.com" }.',
    types: [ROLE],
    judges: "resource",
    check: ({ props }) =>
      statementsOf(props.assumeRolePolicy)
        .filter(({ allows }) => allows)
        .flatMap(({ principals }) => principals)
        .filter((principal) => !/^Service [a-z0-9.-]+\.amazonaws\.com$/.test(principal))
        .map((principal) => ({ reason: `can be taken on by ${principal}`, subject: principal })),
  },
];

function allowed({ props }: PolicyResource): readonly Statement[] {
  const inline = elements(props.inlinePolicies).map((policy) => members(policy).policy);
  return [props.policy, ...inline]
    .flatMap((document) => statementsOf(document))
    .filter(({ allows }) => allows);
}

/** The subject names the keys of the statement's conditions too, so that a waiver can demand them. */
function wide(action: string, arn: string, { conditions }: Statement): Finding {
  const keys = conditions.map(({ key }) => key).sort();
  const subject = `${action} on ${arn}${keys.length === 0 ? "" : ` if ${keys.join(", ")}`}`;
  return { reason: `allows ${subject}`, subject };
}

/** The patterns among `allowedActions` that let through one of `actions`. */
function matching(allowedActions: readonly string[], actions: readonly string[]): readonly string[] {
  return allowedActions.filter((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    const expression = new RegExp(`^${source}$`, "i");
    return actions.some((action) => expression.test(action));
  });
}
