import * as v from "valibot";
import { pageOf } from "../core/paging";
import { type CloudContext, operation, type Operation, type Route, type Service } from "../core/service";
import { parseAddress } from "./address";
import { Identities } from "./identities";
import { inboxOf } from "./inbox";
import { sendEmail } from "./sendEmail";

const ROUTES: readonly Route[] = [
  { method: "POST", path: "/v2/email/outbound-emails", operation: "SendEmail" },
  { method: "POST", path: "/v2/email/identities", operation: "CreateEmailIdentity" },
  // boto3 lists identities by GET, SDK v3 by POST.
  { method: "GET", path: "/v2/email/identities", operation: "ListEmailIdentities" },
  { method: "POST", path: "/v2/email/list-identities", operation: "ListEmailIdentities" },
  { method: "GET", path: "/v2/email/identities/{EmailIdentity}", operation: "GetEmailIdentity" },
  { method: "DELETE", path: "/v2/email/identities/{EmailIdentity}", operation: "DeleteEmailIdentity" },
  { method: "GET", path: "/v2/email/account", operation: "GetAccount" },
];

const IdentityName = v.pipe(
  v.string(),
  v.check(
    (name) => parseAddress(name)?.address === name || /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(name),
    "an e-mail address or a domain",
  ),
);

/** What an account out of the sandbox starts with. */
const DAILY_QUOTA = 50_000;
const SEND_RATE = 14;

/** SES v2: what is sent lies in an inbox (`inboxOf`), and leaves the machine never. */
export function createSes(context: CloudContext): Service {
  const identities = new Identities(context);
  return {
    name: "ses",
    protocol: { kind: "restJson", routes: ROUTES },
    operations: {
      SendEmail: sendEmail(context, identities),
      ...identityOperations(context, identities),
      GetAccount: operation(
        context,
        v.strictObject({}),
        () => [{ action: "ses:GetAccount", resource: "*" }],
        () => ({
          DedicatedIpAutoWarmupEnabled: false,
          EnforcementStatus: "HEALTHY",
          ProductionAccessEnabled: true,
          SendingEnabled: true,
          SendQuota: {
            Max24HourSend: DAILY_QUOTA,
            MaxSendRate: SEND_RATE,
            SentLast24Hours: inboxOf(context).sentLast24Hours(context.clock.now()),
          },
        }),
      ),
    },
  };
}

function identityOperations(context: CloudContext, identities: Identities): Record<string, Operation> {
  const Named = v.strictObject({ EmailIdentity: v.string() });
  const on = (action: string) => (input: { readonly EmailIdentity: string }) => [
    { action: `ses:${action}`, resource: identities.arnOf(input.EmailIdentity) },
  ];
  return {
    CreateEmailIdentity: operation(
      context,
      v.strictObject({
        EmailIdentity: IdentityName,
        Tags: v.optional(v.array(v.strictObject({ Key: v.string(), Value: v.string() })), []),
      }),
      on("CreateEmailIdentity"),
      (input) => {
        const identity = identities.create(input.EmailIdentity, input.Tags);
        return { IdentityType: identity.type, VerifiedForSendingStatus: true };
      },
    ),
    GetEmailIdentity: operation(context, Named, on("GetEmailIdentity"), (input) => {
      const identity = identities.get(input.EmailIdentity);
      return {
        IdentityType: identity.type,
        FeedbackForwardingStatus: true,
        VerifiedForSendingStatus: true,
        VerificationStatus: "SUCCESS",
        Policies: {},
        Tags: identity.tags,
      };
    }),
    DeleteEmailIdentity: operation(context, Named, on("DeleteEmailIdentity"), (input) => {
      identities.delete(input.EmailIdentity);
      return {};
    }),
    ListEmailIdentities: operation(
      context,
      v.strictObject({
        NextToken: v.optional(v.string()),
        // A text when it comes as a query parameter.
        PageSize: v.optional(
          v.pipe(v.unknown(), v.transform(Number), v.integer(), v.minValue(1), v.maxValue(1000)),
          1000,
        ),
      }),
      () => [{ action: "ses:ListEmailIdentities", resource: "*" }],
      (input) => {
        const { items, next } = pageOf(
          identities.list(),
          input.NextToken,
          input.PageSize,
          "InvalidNextTokenException",
        );
        return {
          EmailIdentities: items.map((identity) => ({
            IdentityType: identity.type,
            IdentityName: identity.name,
            SendingEnabled: true,
            VerificationStatus: "SUCCESS",
          })),
          ...(next === undefined ? {} : { NextToken: next }),
        };
      },
    ),
  };
}
