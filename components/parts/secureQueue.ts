import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { queueEncryption, type EncryptionKey } from "./encryption";
import { policyDocument, type Transform, transformed } from "./resources";

/** The longest that SQS keeps a message: 14 days. */
export const LONGEST_RETENTION_SECONDS = 14 * 24 * 60 * 60;

export interface SecureQueueTransforms {
  readonly queue?: Transform<aws.sqs.QueueArgs>;
  readonly queuePolicy?: Transform<aws.sqs.QueuePolicyArgs>;
}

/**
 * A queue that is encrypted, with SQS's own keys unless it is given another, and refuses every request without TLS. `protect` in the options
 * is for the queue alone: its policy can be made again.
 *
 * @param allow further statements of the queue's policy, for services that send to it.
 */
export function createSecureQueue(
  name: string,
  args: aws.sqs.QueueArgs & { readonly encryptionKeyArn?: EncryptionKey },
  opts: pulumi.CustomResourceOptions,
  transform: SecureQueueTransforms = {},
  allow: (queue: aws.sqs.Queue) => readonly pulumi.Input<aws.iam.PolicyStatement>[] = () => [],
): aws.sqs.Queue {
  const { encryptionKeyArn, ...rest } = args;
  const queue = new aws.sqs.Queue(
    name,
    ...transformed(transform.queue, { ...queueEncryption(encryptionKeyArn), ...rest }, opts),
  );
  new aws.sqs.QueuePolicy(
    `${name}-policy`,
    ...transformed(
      transform.queuePolicy,
      {
        queueUrl: queue.url,
        policy: policyDocument([
          {
            Sid: "RefuseRequestsWithoutTls",
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Resource: queue.arn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
          ...allow(queue),
        ]),
      },
      { ...opts, protect: false },
    ),
  );
  return queue;
}
