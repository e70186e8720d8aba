/** A resource as a policy rule sees it. */
export interface JudgedResource {
  readonly urn: string;
  /** "aws:sqs/queue:Queue" */
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Which resources each input comes from, by URN; known even where the values are not. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** What one policy rule says of one resource. The rules are the project's own; a preview only tells of them. */
export type PolicyResult = {
  readonly rule: {
    readonly name: string;
    /** The same rule in published catalogues: "SQS.1", "CKV_AWS_27". */
    readonly ids: readonly string[];
    readonly severity: string;
    /** What to do about a violation. */
    readonly advice: string;
  };
  /** Whether a violation stops a deployment. */
  readonly mandatory: boolean;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
} & (
  | { readonly outcome: "passed" }
  | { readonly outcome: "violated"; readonly reason: string }
  | { readonly outcome: "waived"; readonly reason: string; readonly waiver: { readonly reason: string } }
  /** The rule read `property`, whose value only a deployment will tell. */
  | { readonly outcome: "undetermined"; readonly property: string }
);
