import type { Rules } from "../../wire/rules";

/** From the EventBridge API reference: limits that several operations share. */
export const LARGEST_PAGE = 100;

export const ruleName = { pattern: /^[.\-_A-Za-z0-9]{1,64}$/ } as const;

export const memberRules = {
  Rule: ruleName,
  EventBusName: { pattern: /^(arn:aws:events:[a-z0-9-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]{1,256}$/ },
  Limit: { range: [1, LARGEST_PAGE] },
  Ids: { length: [1, 100] },
  ResourceARN: { pattern: /^arn:aws:events:/ },
  "Tags.Key": { length: [1, 128] },
  "Tags.Value": { length: [0, 256] },
} as const satisfies Rules;
