import { findingIf, type Rule } from "../rule";

export const kmsRules: readonly Rule[] = [
  {
    name: "kms-key-rotation",
    ids: ["KMS.4", "AwsSolutions-KMS5", "CKV_AWS_7"],
    severity: "medium",
    description: "Keys get new material each year.",
    advice: "Set enableKeyRotation: true.",
    types: ["aws:kms/key:Key"],
    judges: "resource",
    check: ({ props }) => findingIf(props.enableKeyRotation !== true, "is never rotated"),
  },
];
