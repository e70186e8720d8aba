import { denyWithoutTls, MAPPING, policy, QUEUE, QUEUE_POLICY, resource, urnOf } from "../resources";
import { ARN, one, stream, type RuleCases } from "./ruleCases";

const queueUrl = { queueUrl: [urnOf(QUEUE, "it")] };
const anyone = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: ARN };
const deadLetters = (messageRetentionSeconds: number) => resource(QUEUE, "dead", { messageRetentionSeconds });
const redrive = (maxReceiveCount: number) => ({
  redrivePolicy: JSON.stringify({ deadLetterTargetArn: ARN, maxReceiveCount }),
});
const toDead = { redrivePolicy: [urnOf(QUEUE, "dead")] };

export const sqsCases: Readonly<Record<string, RuleCases>> = {
  "sqs-encrypted": {
    passes: {
      "with SQS's keys": one(QUEUE, { sqsManagedSseEnabled: true }),
      "with a KMS key": one(QUEUE, { kmsMasterKeyId: "alias/orders" }),
    },
    fails: { "with neither": one(QUEUE), "switched off": one(QUEUE, { sqsManagedSseEnabled: false }) },
  },
  "sqs-tls-only": {
    passes: {
      "by a policy resource": [
        resource(QUEUE, "it"),
        resource(QUEUE_POLICY, "p", { policy: policy(denyWithoutTls("sqs:*")) }, queueUrl),
      ],
      "by its own policy": one(QUEUE, { policy: policy(denyWithoutTls("*")) }),
    },
    fails: {
      "without a policy": one(QUEUE),
      "by the policy of another queue": [
        resource(QUEUE, "it"),
        resource(
          QUEUE_POLICY,
          "p",
          { policy: policy(denyWithoutTls("sqs:*")) },
          { queueUrl: [urnOf(QUEUE, "other")] },
        ),
      ],
      "for one action only": one(QUEUE, { policy: policy(denyWithoutTls("sqs:SendMessage")) }),
      "under a second condition": one(QUEUE, {
        policy: policy({
          ...denyWithoutTls("sqs:*"),
          Condition: {
            Bool: { "aws:SecureTransport": "false" },
            StringEquals: { "aws:PrincipalAccount": "1" },
          },
        }),
      }),
    },
  },
  "sqs-not-public": {
    passes: {
      "to a service": one(QUEUE_POLICY, {
        policy: policy({ ...anyone, Principal: { Service: "events.amazonaws.com" } }),
      }),
      "to anybody from one source": one(QUEUE_POLICY, {
        policy: policy({ ...anyone, Condition: { ArnEquals: { "aws:SourceArn": ARN } } }),
      }),
      "by a denial": one(QUEUE_POLICY, { policy: policy(denyWithoutTls("sqs:*")) }),
    },
    fails: {
      "to anybody": one(QUEUE_POLICY, { policy: policy(anyone) }),
      "to any account": one(QUEUE, { policy: policy({ ...anyone, Principal: { AWS: "*" } }) }),
      "from any source": one(QUEUE_POLICY, {
        policy: policy({ ...anyone, Condition: { ArnLike: { "aws:SourceArn": "*" } } }),
      }),
      "to everybody else": one(QUEUE_POLICY, {
        policy: policy({
          Effect: "Allow",
          NotPrincipal: { AWS: "1" },
          Action: "sqs:SendMessage",
          Resource: ARN,
        }),
      }),
    },
  },
  "sqs-policy-names-actions": {
    passes: { "one action": one(QUEUE_POLICY, { policy: policy(anyone) }) },
    fails: {
      "all actions": one(QUEUE_POLICY, { policy: policy({ ...anyone, Action: "sqs:*" }) }),
      "all but one": one(QUEUE_POLICY, {
        policy: policy({ Effect: "Allow", Principal: "*", NotAction: "sqs:DeleteQueue", Resource: ARN }),
      }),
    },
  },
  "sqs-dead-letter-queue": {
    passes: {
      "with one": one(QUEUE, redrive(5)),
      "being one": [
        resource(QUEUE, "it"),
        resource(QUEUE, "source", redrive(5), { redrivePolicy: [urnOf(QUEUE, "it")] }),
      ],
      "taking a stream's failures": [
        resource(QUEUE, "it"),
        resource(MAPPING, "mapping", stream, { destinationConfig: [urnOf(QUEUE, "it")] }),
      ],
    },
    fails: { "without one": one(QUEUE), "giving up early": one(QUEUE, redrive(3)) },
  },
  "sqs-dead-letters-outlive-messages": {
    passes: { "14 days against 4": [resource(QUEUE, "it", redrive(5), toDead), deadLetters(1_209_600)] },
    fails: { "the same": [resource(QUEUE, "it", redrive(5), toDead), deadLetters(345_600)] },
  },
};
