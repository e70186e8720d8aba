import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** A KMS key's ARN; undefined where the services' own keys do. */
export type EncryptionKey = pulumi.Input<string> | undefined;

/** A queue's encryption: by the key, or by SQS's own. The two exclude each other. */
export function queueEncryption(key: EncryptionKey) {
  return key === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: key };
}

/** A table's encryption: by the key, or by the one that AWS manages for DynamoDB. */
export function tableEncryption(key: EncryptionKey) {
  return { serverSideEncryption: { enabled: true, ...(key !== undefined && { kmsKeyArn: key }) } };
}

/** To read what the key encrypts: items and streams, messages, a function's environment. */
export function readEncrypted(key: EncryptionKey): aws.iam.PolicyStatement[] {
  return key === undefined ? [] : [{ Effect: "Allow", Action: "kms:Decrypt", Resource: key }];
}

/**
 * To send to a queue that the key encrypts, beside `readEncrypted`: SQS developer guide, "Configure AWS KMS permissions
 * for producers".
 */
export function sendEncrypted(key: EncryptionKey): aws.iam.PolicyStatement[] {
  return key === undefined ? [] : [{ Effect: "Allow", Action: "kms:GenerateDataKey", Resource: key }];
}
