import { isPublic, refusesWithoutTls, statementsOf } from "../documents";
import { elements, referringTo } from "../read";
import { findingIf, type Rule } from "../rule";

const TOPIC = "aws:sns/topic:Topic";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";

export const snsRules: readonly Rule[] = [
  {
    name: "sns-encrypted",
    ids: ["SNS.1", "CKV_AWS_26"],
    severity: "high",
    description: "Topics encrypt their messages at rest.",
    advice: "Set kmsMasterKeyId; CloudWatch can publish only with a key whose policy lets it.",
    types: [TOPIC],
    judges: "resource",
    check: ({ props }) => findingIf(!props.kmsMasterKeyId, "has no kmsMasterKeyId"),
  },
  {
    name: "sns-tls-only",
    ids: ["AwsSolutions-SNS3"],
    severity: "high",
    description: "Topics refuse messages that do not come with TLS.",
    advice: 'Attach a TopicPolicy that denies sns:Publish to "*" when aws:SecureTransport is false.',
    types: [TOPIC],
    judges: "stack",
    check: (topic, stack) => {
      const policies = [
        ...referringTo(topic, stack, TOPIC_POLICY, "arn").map(({ props }) => props.policy),
        ...elements(topic.props.policy),
      ];
      const statements = policies.flatMap((policy) => statementsOf(policy));
      return findingIf(
        !statements.some((statement) => refusesWithoutTls(statement, "sns:Publish")),
        "has no policy that denies sns:Publish when aws:SecureTransport is false",
      );
    },
  },
  {
    name: "sns-not-public",
    ids: ["SNS.4"],
    severity: "critical",
    description: "Topic policies let nobody in whom they do not name.",
    advice: "Name the principal, or add a condition on aws:SourceArn or aws:SourceAccount.",
    types: [TOPIC_POLICY, TOPIC],
    judges: "resource",
    check: ({ props }) =>
      findingIf(
        statementsOf(props.policy).some(isPublic),
        'has a policy that allows the principal "*" without saying who that may be',
      ),
  },
];
