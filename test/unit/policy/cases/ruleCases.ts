import type { PolicyResource } from "../../../../policy/rule";
import { resource } from "../resources";

/** Stacks whose first resource is the one that the rule judges. */
export interface RuleCases {
  readonly passes: Readonly<Record<string, readonly PolicyResource[]>>;
  readonly fails: Readonly<Record<string, readonly PolicyResource[]>>;
}

/** A stack of one resource. */
export const one = (type: string, props: Readonly<Record<string, unknown>> = {}) => [
  resource(type, "it", props),
];

export const ARN = "arn:aws:sqs:us-east-1:000000000000:orders";

/** How a function reads a stream as it should. */
export const stream = {
  startingPosition: "TRIM_HORIZON",
  maximumRetryAttempts: 50,
  maximumRecordAgeInSeconds: 3600,
  destinationConfig: { onFailure: { destinationArn: ARN } },
};
