import { notSupported, type AwsError } from "./errors";
import type { CloudContext } from "./service";

type Place = Pick<CloudContext, "region" | "accountId">;

/** Whether an ARN names something of this account and region. What it leaves open, as IAM's ARNs do, is no other. */
export function isOwnArn({ region, accountId }: Place, arn: string): boolean {
  const [, , , itsRegion = "", itsAccount = ""] = arn.split(":", 5);
  return (itsRegion === "" || itsRegion === region) && (itsAccount === "" || itsAccount === accountId);
}

/** For what AWS takes from elsewhere: here there is one account and one region. */
export function elsewhere(what: string, arn: string): AwsError {
  return notSupported(`${what} ${arn} of another account or region`);
}
