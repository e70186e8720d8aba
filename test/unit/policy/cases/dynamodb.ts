import { TABLE } from "../resources";
import { one, type RuleCases } from "./ruleCases";

export const dynamodbCases: Readonly<Record<string, RuleCases>> = {
  "dynamodb-scales-with-demand": {
    passes: { "on demand": one(TABLE, { billingMode: "PAY_PER_REQUEST" }) },
    fails: { provisioned: one(TABLE, { billingMode: "PROVISIONED" }), "by default": one(TABLE) },
  },
  "dynamodb-point-in-time-recovery": {
    passes: { on: one(TABLE, { pointInTimeRecovery: { enabled: true } }) },
    fails: { "left out": one(TABLE), off: one(TABLE, { pointInTimeRecovery: { enabled: false } }) },
  },
  "dynamodb-deletion-protection": {
    passes: { on: one(TABLE, { deletionProtectionEnabled: true }) },
    fails: { "left out": one(TABLE), off: one(TABLE, { deletionProtectionEnabled: false }) },
  },
  "dynamodb-encrypted": {
    passes: { on: one(TABLE, { serverSideEncryption: { enabled: true } }) },
    fails: { "left out": one(TABLE), off: one(TABLE, { serverSideEncryption: { enabled: false } }) },
  },
  "dynamodb-customer-key": {
    passes: {
      given: one(TABLE, { serverSideEncryption: { enabled: true, kmsKeyArn: "arn:aws:kms:::key/1" } }),
    },
    fails: { "AWS's": one(TABLE, { serverSideEncryption: { enabled: true } }) },
  },
};
