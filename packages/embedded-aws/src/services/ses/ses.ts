import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { CloudContext, Service } from "../../core/service";
import { officialService, operationsOf } from "../../wire/operation";
import { parseAddress } from "./address";
import { ConfigurationSets, configurationSetOperations } from "./configurationSets";
import { Identities } from "./identities";
import { inboxOf } from "./inbox";
import { Outgoing } from "./outgoing";
import { SANDBOX } from "./sandbox";
import { sendBulkEmail } from "./sendBulkEmail";
import { sendEmail } from "./sendEmail";
import { tagOperations } from "./tagOperations";

/** What an account out of the sandbox starts with. */
const PRODUCTION = { perDay: 50_000, perSecond: 14 };

/** Signing is on for no identity: there is no DNS to publish a key in. */
const dkim = { SigningEnabled: false, Status: "NOT_STARTED" } as const;

/** SES v2: what is sent lies in an inbox (`inboxOf`), and leaves the machine never. */
export function createSes(context: CloudContext): Service {
  const identities = new Identities(context);
  const sets = new ConfigurationSets(context);
  const outgoing = new Outgoing(context, identities, sets);
  const operation = operationsOf("ses", context);
  return officialService("ses", {
    ...sendEmail(context, outgoing),
    ...sendBulkEmail(context, outgoing),
    ...identityOperations(context, identities, sets),
    ...configurationSetOperations(context, sets),
    ...tagOperations(context, identities, sets),
    ...operation(
      "GetAccount",
      { supports: [] },
      () => [{ action: "ses:GetAccount", resource: "*" }],
      () => {
        const { sesSandbox } = context.conditions;
        const quota = sesSandbox ? SANDBOX : PRODUCTION;
        return {
          DedicatedIpAutoWarmupEnabled: false,
          EnforcementStatus: "HEALTHY",
          ProductionAccessEnabled: !sesSandbox,
          SendingEnabled: true,
          SendQuota: {
            Max24HourSend: quota.perDay,
            MaxSendRate: quota.perSecond,
            SentLast24Hours: inboxOf(context).sentLast24Hours(context.clock.now()),
          },
        };
      },
    ),
  });
}

function checkIdentityName(name: string): void {
  if (parseAddress(name)?.address === name || /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(name)) return;
  throw new AwsError(
    "BadRequestException",
    `EmailIdentity: got "${name}"; expected an e-mail address or a domain`,
  );
}

function identityOperations(context: CloudContext, identities: Identities, sets: ConfigurationSets) {
  const operation = operationsOf("ses", context);
  const on = (action: string) => (input: { readonly EmailIdentity: string }) => [
    { action: `ses:${action}`, resource: identities.arnOf(input.EmailIdentity) },
  ];
  return {
    ...operation(
      "CreateEmailIdentity",
      { supports: ["EmailIdentity", "Tags", "ConfigurationSetName"] },
      on("CreateEmailIdentity"),
      ({ EmailIdentity, Tags = [], ConfigurationSetName: set }) => {
        checkIdentityName(EmailIdentity);
        if (set !== undefined) sets.get(set);
        const identity = identities.create(EmailIdentity, Tags, set);
        return { IdentityType: identity.type, VerifiedForSendingStatus: true, DkimAttributes: dkim };
      },
    ),
    ...operation(
      "GetEmailIdentity",
      { supports: ["EmailIdentity"] },
      on("GetEmailIdentity"),
      ({ EmailIdentity }) => {
        const identity = identities.get(EmailIdentity);
        return {
          IdentityType: identity.type,
          FeedbackForwardingStatus: true,
          VerifiedForSendingStatus: true,
          VerificationStatus: "SUCCESS" as const,
          DkimAttributes: dkim,
          Policies: {},
          Tags: identity.tags,
          ...(identity.configurationSet === undefined
            ? {}
            : { ConfigurationSetName: identity.configurationSet }),
        };
      },
    ),
    ...operation(
      "PutEmailIdentityConfigurationSetAttributes",
      { supports: ["EmailIdentity", "ConfigurationSetName"] },
      on("PutEmailIdentityConfigurationSetAttributes"),
      ({ EmailIdentity, ConfigurationSetName: set }) => {
        if (set !== undefined) sets.get(set);
        identities.setConfigurationSet(EmailIdentity, set);
        return {};
      },
    ),
    ...operation(
      "DeleteEmailIdentity",
      { supports: ["EmailIdentity"] },
      on("DeleteEmailIdentity"),
      ({ EmailIdentity }) => {
        identities.delete(EmailIdentity);
        return {};
      },
    ),
    ...operation(
      "ListEmailIdentities",
      { supports: ["NextToken", "PageSize"], rules: { PageSize: { range: [1, 1000] } } },
      () => [{ action: "ses:ListEmailIdentities", resource: "*" }],
      ({ NextToken, PageSize = 1000 }) => {
        const { items, next } = pageOf(identities.list(), NextToken, PageSize, "InvalidNextTokenException");
        return {
          EmailIdentities: items.map((identity) => ({
            IdentityType: identity.type,
            IdentityName: identity.name,
            SendingEnabled: true,
            VerificationStatus: "SUCCESS" as const,
          })),
          ...(next === undefined ? {} : { NextToken: next }),
        };
      },
    ),
  };
}
