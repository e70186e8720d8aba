/** Who makes a call. */
export type Principal =
  /** The person at the laptop: the account's administrator, whom no policy limits. */
  | { readonly kind: "administrator"; readonly accountId: string }
  /** A function under its execution role; every call is checked against the role's policies. */
  | {
      readonly kind: "role";
      readonly accountId: string;
      readonly roleName: string;
      readonly sessionName: string;
    }
  /** An AWS service acting for itself ("events.amazonaws.com"), checked against resource policies. */
  | { readonly kind: "service"; readonly service: string; readonly sourceArn: string };

/** The principal's ARN, as STS and error messages show it. */
export function principalArn(principal: Principal): string {
  switch (principal.kind) {
    case "administrator":
      return `arn:aws:iam::${principal.accountId}:root`;
    case "role":
      return `arn:aws:sts::${principal.accountId}:assumed-role/${principal.roleName}/${principal.sessionName}`;
    case "service":
      return principal.service;
  }
}
