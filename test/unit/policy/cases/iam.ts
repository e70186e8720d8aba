import { allowing, ATTACHMENT, policy, resource, ROLE, ROLE_POLICY } from "../resources";
import { ARN, one, type RuleCases } from "./ruleCases";

const trusts = (Principal: unknown) =>
  one(ROLE, { assumeRolePolicy: policy({ Effect: "Allow", Principal, Action: "sts:AssumeRole" }) });

export const iamCases: Readonly<Record<string, RuleCases>> = {
  "iam-no-managed-policies": {
    passes: {
      none: one(ROLE),
      "the account's own": one(ATTACHMENT, { policyArn: "arn:aws:iam::000000000000:policy/orders" }),
    },
    fails: {
      "on a role": one(ROLE, { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
      attached: one(ATTACHMENT, { policyArn: "arn:aws-cn:iam::aws:policy/ReadOnlyAccess" }),
    },
  },
  "iam-no-wildcard-actions": {
    passes: { "by name": [allowing(["sqs:SendMessage"], ARN)] },
    fails: {
      all: [allowing("*", ARN)],
      "of a service": [allowing("sqs:*", ARN)],
      "by a prefix": [allowing(["sqs:SendMessage", "dynamodb:Get*"], ARN)],
      "all but some": [
        resource(ROLE_POLICY, "it", {
          policy: policy({ Effect: "Allow", NotAction: "iam:*", Resource: ARN }),
        }),
      ],
      "in a role's own policy": one(ROLE, {
        inlinePolicies: [{ policy: policy({ Effect: "Allow", Action: "*", Resource: ARN }) }],
      }),
    },
  },
  "iam-no-wildcard-resources": {
    passes: {
      "by ARN": [allowing("sqs:SendMessage", ARN)],
      "in a denial": [
        resource(ROLE_POLICY, "it", { policy: policy({ Effect: "Deny", Action: "s3:*", Resource: "*" }) }),
      ],
    },
    fails: {
      all: [allowing("sqs:SendMessage", "*")],
      "a part": [allowing("dynamodb:GetItem", ["arn:aws:dynamodb:::table/*"])],
      "all but one": [
        resource(ROLE_POLICY, "it", {
          policy: policy({ Effect: "Allow", Action: "sqs:SendMessage", NotResource: ARN }),
        }),
      ],
    },
  },
  "iam-no-privilege-escalation": {
    passes: {
      "passing one role": [allowing("iam:PassRole", "arn:aws:iam::000000000000:role/instance")],
      "reading policies": [allowing("iam:GetPolicy", ARN)],
    },
    fails: {
      "passing any role": [allowing("iam:PassRole", "*")],
      "changing code": [allowing("lambda:UpdateFunctionCode", ARN)],
      "by a pattern": [allowing("iam:Put*", ARN)],
    },
  },
  "iam-no-credentials": {
    passes: { none: [allowing("sqs:SendMessage", ARN)] },
    fails: {
      "an access key": [allowing("iam:createaccesskey", ARN)],
      "another role's": [allowing("sts:AssumeRole", ARN)],
    },
  },
  "iam-role-trust": {
    passes: { "a service": trusts({ Service: "lambda.amazonaws.com" }) },
    fails: { anybody: trusts("*"), "an account": trusts({ AWS: "arn:aws:iam::111122223333:root" }) },
  },
};
