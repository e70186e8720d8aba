/** A resource as a rule sees it. */
export interface PolicyResource {
  readonly urn: string;
  /** "aws:sqs/queue:Queue" */
  readonly type: string;
  readonly name: string;
  /** Inputs by name. Reading one that is still unknown throws, and leaves the rule undetermined. */
  readonly props: Readonly<Record<string, unknown>>;
  /** Which resources each input comes from, by URN; known even where the values are not. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** One thing that is wrong with a resource. */
export interface Finding {
  /** Completes "the queue …": what is wrong, with the value that is. */
  readonly reason: string;
  /** The part at fault where a resource has several, for waivers to name: "sqs:SendMessage on *". */
  readonly subject?: string;
}

/** "low" is reported and tolerated; everything above stops a deployment. */
export type Severity = "low" | "medium" | "high" | "critical";

interface RuleDescription {
  /** Unique, in kebab-case: what Pulumi, reports and waivers call it. */
  readonly name: string;
  /** The same rule in AWS Security Hub ("SQS.1"), cdk-nag ("AwsSolutions-SQS2") and Checkov ("CKV_AWS_27"). */
  readonly ids: readonly string[];
  readonly severity: Severity;
  readonly description: string;
  /** What to do about a violation. */
  readonly advice: string;
  /** The types of the resources that it judges. */
  readonly types: readonly string[];
}

/** Judges a resource by itself. */
export interface ResourceRule extends RuleDescription {
  readonly judges: "resource";
  readonly check: (resource: PolicyResource) => readonly Finding[];
}

/** Judges a resource among those that it is wired to. */
export interface StackRule extends RuleDescription {
  readonly judges: "stack";
  readonly check: (resource: PolicyResource, stack: readonly PolicyResource[]) => readonly Finding[];
}

export type Rule = ResourceRule | StackRule;

/** Whether a violation stops a deployment. */
export function isMandatory(rule: Rule): boolean {
  return rule.severity !== "low";
}

/** The finding when `wrong`, none otherwise: for checks of one thing. */
export function findingIf(wrong: boolean, reason: string): readonly Finding[] {
  return wrong ? [{ reason }] : [];
}
