import { denyWithoutTls, policy, resource, TOPIC, TOPIC_POLICY, urnOf } from "../resources";
import { one, type RuleCases } from "./ruleCases";

export const snsCases: Readonly<Record<string, RuleCases>> = {
  "sns-encrypted": {
    passes: { "with a key": one(TOPIC, { kmsMasterKeyId: "alias/alarms" }) },
    fails: { without: one(TOPIC) },
  },
  "sns-tls-only": {
    passes: {
      "by a policy resource": [
        resource(TOPIC, "it"),
        resource(
          TOPIC_POLICY,
          "p",
          { policy: policy(denyWithoutTls("sns:Publish")) },
          { arn: [urnOf(TOPIC, "it")] },
        ),
      ],
    },
    fails: {
      "without a policy": one(TOPIC),
      "for another action": one(TOPIC, { policy: policy(denyWithoutTls("sns:Subscribe")) }),
    },
  },
  "sns-not-public": {
    passes: {
      "to a service": one(TOPIC_POLICY, {
        policy: policy({
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
        }),
      }),
    },
    fails: {
      "to anybody": one(TOPIC_POLICY, {
        policy: policy({ Effect: "Allow", Principal: "*", Action: "sns:Publish" }),
      }),
    },
  },
};
