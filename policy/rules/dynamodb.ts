import { isTrue, members } from "../read";
import { findingIf, type Rule } from "../rule";

const TABLE = "aws:dynamodb/table:Table";

export const dynamodbRules: readonly Rule[] = [
  {
    name: "dynamodb-scales-with-demand",
    ids: ["DynamoDB.1"],
    severity: "medium",
    description: "Tables take what demand there is.",
    advice: 'Set billingMode: "PAY_PER_REQUEST".',
    types: [TABLE],
    judges: "resource",
    check: ({ props: { billingMode = "PROVISIONED" } }) =>
      findingIf(
        billingMode !== "PAY_PER_REQUEST",
        `has the billing mode ${String(billingMode)}; expected PAY_PER_REQUEST`,
      ),
  },
  {
    name: "dynamodb-point-in-time-recovery",
    ids: ["DynamoDB.2", "AwsSolutions-DDB3", "CKV_AWS_28"],
    severity: "high",
    description: "Tables can be restored to any second of the last 35 days.",
    advice: "Set pointInTimeRecovery: { enabled: true }.",
    types: [TABLE],
    judges: "resource",
    check: ({ props }) =>
      findingIf(!isTrue(members(props.pointInTimeRecovery).enabled), "has no point-in-time recovery"),
  },
  {
    name: "dynamodb-deletion-protection",
    ids: ["DynamoDB.6"],
    severity: "medium",
    description: "Tables refuse to be deleted.",
    advice: "Set deletionProtectionEnabled: true (configuration key deletionProtection).",
    types: [TABLE],
    judges: "resource",
    check: ({ props }) => findingIf(!isTrue(props.deletionProtectionEnabled), "has no deletion protection"),
  },
  {
    name: "dynamodb-encrypted",
    ids: [],
    severity: "high",
    description: "Tables are encrypted with a key whose use CloudTrail records.",
    advice: "Set serverSideEncryption: { enabled: true }; the key is then AWS's in KMS, or the one given.",
    types: [TABLE],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        !isTrue(members(props.serverSideEncryption).enabled),
        "has no server-side encryption with KMS",
      ),
  },
  {
    name: "dynamodb-customer-key",
    ids: ["CKV_AWS_119"],
    severity: "low",
    description: "Tables are encrypted with a key of the account's own.",
    advice: "Set serverSideEncryption.kmsKeyArn.",
    types: [TABLE],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        !members(props.serverSideEncryption).kmsKeyArn,
        "is not encrypted with a customer-managed key",
      ),
  },
];
