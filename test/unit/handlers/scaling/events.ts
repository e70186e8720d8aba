/** Events as EventBridge delivers them. */

export const SOURCES = {
  alarmArn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web",
  tickRuleArn: "arn:aws:events:eu-west-1:123456789012:rule/web-tick",
};

const envelope = { version: "0", id: "6a7e8feb", account: "123456789012", region: "eu-west-1" };

export function alarmEvent(value: string, state: Record<string, unknown> = {}) {
  return {
    ...envelope,
    source: "aws.cloudwatch",
    "detail-type": "CloudWatch Alarm State Change",
    time: "2026-06-01T12:00:10Z",
    resources: [SOURCES.alarmArn],
    detail: {
      alarmName: "web",
      configuration: { metrics: [] },
      previousState: { value: "OK", timestamp: "2026-06-01T11:00:10.000+0000" },
      state: {
        value,
        reason: "Threshold Crossed",
        reasonData: JSON.stringify({
          version: "1.0",
          queryDate: "2026-06-01T12:00:10.000+0000",
          startDate: "2026-06-01T11:59:00.000+0000",
          statistic: "Average",
          period: 60,
          recentDatapoints: [91.5],
          threshold: 80,
        }),
        timestamp: "2026-06-01T12:00:10.000+0000",
        ...state,
      },
    },
  };
}

export function tickEvent() {
  return {
    ...envelope,
    source: "aws.events",
    "detail-type": "Scheduled Event",
    time: "2026-06-01T12:01:00Z",
    resources: [SOURCES.tickRuleArn],
    detail: {},
  };
}
