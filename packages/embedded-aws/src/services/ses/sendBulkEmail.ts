import type { BulkEmailStatus } from "@aws-sdk/client-sesv2";
import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf, type Supported } from "../../wire/operation";
import { checkTemplate, type InlineTemplate, render, templateData } from "./inlineTemplate";
import { badRequest, type Outgoing, type Sender, tagText } from "./outgoing";
import { DailyQuotaExceeded } from "./sandbox";

const TEMPLATE = "DefaultContent.Template";
const ENTRY = "BulkEmailEntries";
const ENTRY_DATA = `${ENTRY}.ReplacementEmailContent.ReplacementTemplate.ReplacementTemplateData` as const;

const support = {
  supports: [
    "FromEmailAddress",
    "ReplyToAddresses",
    "ConfigurationSetName",
    "DefaultEmailTags",
    `${TEMPLATE}.TemplateContent`,
    `${TEMPLATE}.TemplateData`,
    `${ENTRY}.Destination`,
    `${ENTRY}.ReplacementTags`,
    ENTRY_DATA,
  ],
  rules: {
    "DefaultEmailTags.Name": tagText,
    "DefaultEmailTags.Value": tagText,
    [`${ENTRY}.ReplacementTags.Name`]: tagText,
    [`${ENTRY}.ReplacementTags.Value`]: tagText,
    // SES API reference, `Template` and `ReplacementTemplate`.
    [`${TEMPLATE}.TemplateData`]: { length: [0, 262_144] },
    [ENTRY_DATA]: { length: [0, 262_144] },
  },
} as const;
type Input = Supported<"ses", "SendBulkEmail", (typeof support.supports)[number]>;
type Entry = NonNullable<Input["BulkEmailEntries"]>[number];

/** A call's template, and the values that its entries do not replace. */
interface Template {
  readonly content: InlineTemplate;
  readonly data: Readonly<Record<string, unknown>>;
}

/** E-mails of one call: SES developer guide, "Service quotas". */
const MOST_ENTRIES = 50;
/** A call with a template that is sent along: SES developer guide, "Using templates to send personalized email". */
const MOST_BYTES = 1024 * 1024;

/** What is said of an e-mail that `SendEmail` would fail for: SES API reference, `BulkEmailEntryResult`. */
const STATUSES: Readonly<Record<string, BulkEmailStatus>> = {
  TooManyRequestsException: "ACCOUNT_THROTTLED",
  MessageRejected: "MESSAGE_REJECTED",
  BadRequestException: "INVALID_PARAMETER",
  AccountSuspendedException: "ACCOUNT_SUSPENDED",
  SendingPausedException: "ACCOUNT_SENDING_PAUSED",
  MailFromDomainNotVerifiedException: "MAIL_FROM_DOMAIN_NOT_VERIFIED",
};

function statusOf(error: AwsError): BulkEmailStatus {
  if (error instanceof DailyQuotaExceeded) return "ACCOUNT_DAILY_QUOTA_EXCEEDED";
  return STATUSES[error.code] ?? (error.status >= 500 ? "TRANSIENT_FAILURE" : "FAILED");
}

export function sendBulkEmail(context: CloudContext, outgoing: Outgoing) {
  const send = (sender: Sender, input: Input, template: Template, { Destination, ...entry }: Entry) => {
    const data = {
      ...template.data,
      ...templateData(
        "ReplacementTemplateData",
        entry.ReplacementEmailContent?.ReplacementTemplate?.ReplacementTemplateData,
      ),
    };
    const rendered = render(template.content, data);
    // Accepted, and not delivered: SES developer guide, "Using templates to send personalized email".
    if ("missing" in rendered) return outgoing.messageId();
    const tags = [...(input.DefaultEmailTags ?? []), ...(entry.ReplacementTags ?? [])];
    return outgoing.send(sender, { destination: Destination, tags, ...rendered });
  };
  return operationsOf("ses", context)(
    "SendBulkEmail",
    support,
    // No keys of sender and recipients: Service Authorization Reference, "Amazon Simple Email Service v2".
    (input) => outgoing.resources(input).map((resource) => ({ action: "ses:SendBulkEmail", resource })),
    (input) => {
      const sender = outgoing.senderOf(input);
      const { TemplateContent: content, TemplateData } = input.DefaultContent.Template ?? {};
      if (content === undefined) throw badRequest(`${TEMPLATE}.TemplateContent: expected a template`);
      checkTemplate(`${TEMPLATE}.TemplateContent`, content);
      const data = templateData(`${TEMPLATE}.TemplateData`, TemplateData);
      const { length } = input.BulkEmailEntries;
      if (length === 0 || length > MOST_ENTRIES)
        throw badRequest(`BulkEmailEntries: got ${length} entries; expected 1 to ${MOST_ENTRIES}`);
      if (Buffer.byteLength(JSON.stringify(input)) > MOST_BYTES)
        throw badRequest(`The call is too large: expected at most ${MOST_BYTES} bytes of JSON`);
      outgoing.checkSender(sender);
      const BulkEmailEntryResults = input.BulkEmailEntries.map((entry) => {
        try {
          return { Status: "SUCCESS" as const, MessageId: send(sender, input, { content, data }, entry) };
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          return { Status: statusOf(error), Error: error.message };
        }
      });
      return { BulkEmailEntryResults };
    },
  );
}
