import type { BulkEmailStatus } from "@aws-sdk/client-sesv2";
import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf, type Supported } from "../../wire/operation";
import { checkTemplate, type InlineTemplate, render, templateData } from "./inlineTemplate";
import { badRequest, type Outgoing, type Sender, tagText } from "./outgoing";
import { DAILY_QUOTA_EXCEEDED } from "./sandbox";

const template = "DefaultContent.Template";
const entry = "BulkEmailEntries";

const support = {
  supports: [
    "FromEmailAddress",
    "ReplyToAddresses",
    "ConfigurationSetName",
    "DefaultEmailTags",
    `${template}.TemplateContent`,
    `${template}.TemplateData`,
    `${entry}.Destination`,
    `${entry}.ReplacementTags`,
    `${entry}.ReplacementEmailContent.ReplacementTemplate.ReplacementTemplateData`,
  ],
  rules: {
    "DefaultEmailTags.Name": tagText,
    "DefaultEmailTags.Value": tagText,
    "BulkEmailEntries.ReplacementTags.Name": tagText,
    "BulkEmailEntries.ReplacementTags.Value": tagText,
    // SES API reference, `Template` and `ReplacementTemplate`.
    [`${template}.TemplateData`]: { length: [0, 262_144] },
    [`${entry}.ReplacementEmailContent.ReplacementTemplate.ReplacementTemplateData`]: {
      length: [0, 262_144],
    },
  },
} as const;
type Input = Supported<"ses", "SendBulkEmail", (typeof support.supports)[number]>;
interface Template {
  readonly content: InlineTemplate;
  readonly data: Readonly<Record<string, unknown>>;
}
type Entry = NonNullable<Input["BulkEmailEntries"]>[number];

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

function statusOf({ code, message, status }: AwsError): BulkEmailStatus {
  if (message === DAILY_QUOTA_EXCEEDED) return "ACCOUNT_DAILY_QUOTA_EXCEEDED";
  return STATUSES[code] ?? (status >= 500 ? "TRANSIENT_FAILURE" : "FAILED");
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
      if (content === undefined) throw badRequest(`${template}.TemplateContent: expected a template`);
      checkTemplate(`${template}.TemplateContent`, content);
      const data = templateData(`${template}.TemplateData`, TemplateData);
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
