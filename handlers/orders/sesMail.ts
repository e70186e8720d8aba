import type { SendBulkEmailCommandInput, SendEmailCommandInput } from "@aws-sdk/client-sesv2";
import { inRequests } from "../shared/sendEntries";
import type { Mail } from "./confirmationMail";
import { ORDER_TAG, PIPELINE_TAG } from "./mailTags";

/** What SES is told to do with a mail beside sending it. */
export interface Tracking {
  readonly configurationSet: string;
  /** The value of the pipeline's tag. */
  readonly pipeline: string;
}

/** Who writes, and, with tracking, how bounces and complaints lead back to the order. */
export interface Letterhead {
  readonly sender: string;
  readonly tracking?: Tracking | undefined;
}

/** A mail as SES takes it. */
export function sesMail(mail: Mail, { sender, tracking }: Letterhead): SendEmailCommandInput {
  const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
  return {
    FromEmailAddress: sender,
    Destination: { ToAddresses: [mail.to] },
    Content: {
      Simple: { Subject: utf8(mail.subject), Body: { Text: utf8(mail.text), Html: utf8(mail.html) } },
    },
    ...(tracking && {
      ConfigurationSetName: tracking.configurationSet,
      EmailTags: tagsOf(mail, tracking),
    }),
  };
}

/**
 * The mails are written here, and the template only hands them on: SES puts values in as they are, unescaped. SES
 * developer guide, "Advanced email personalization".
 */
const TEMPLATE = { Subject: "{{subject}}", Text: "{{text}}", Html: "{{html}}" };

/** Several mails as SES takes them in one call; `groupMails` says which. */
export function sesBulkMail(
  mails: readonly Mail[],
  { sender, tracking }: Letterhead,
): SendBulkEmailCommandInput {
  return {
    FromEmailAddress: sender,
    DefaultContent: { Template: { TemplateContent: TEMPLATE, TemplateData: "{}" } },
    BulkEmailEntries: mails.map((mail) => ({
      Destination: { ToAddresses: [mail.to] },
      ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: templateData(mail) } },
      ...(tracking && { ReplacementTags: tagsOf(mail, tracking) }),
    })),
    ...(tracking && { ConfigurationSetName: tracking.configurationSet }),
  };
}

/** SES service quotas: mails of one call. */
const MAILS_A_CALL = 50;
/** Half of what SES takes of one call (1 MB), and twice what one mail's data may be, both in UTF-8. */
const BYTES_A_CALL = 500_000;
/** SES API reference, `ReplacementTemplateData`: in characters, and counted here in bytes, which are never fewer. */
const MAIL_BYTES = 250_000;

/**
 * Groups of mails, each to be sent by one call. Alone goes what SES could not take beside others: a mail that is too large,
 * and one with braces, as SES does not say what it makes of a template within a value.
 */
export function groupMails(mails: readonly Mail[]): readonly (readonly Mail[])[] {
  const entries = mails.map((mail) => {
    const data = templateData(mail);
    return { mail, bytes: Buffer.byteLength(data), hasBraces: data.includes("{{") };
  });
  const goesAlone = ({ bytes, hasBraces }: (typeof entries)[number]) => bytes > MAIL_BYTES || hasBraces;
  const groups = inRequests(
    entries.filter((entry) => !goesAlone(entry)),
    { mostEntries: MAILS_A_CALL, mostBytes: BYTES_A_CALL, bytesOf: ({ bytes }) => bytes },
  );
  return [...groups, ...entries.filter(goesAlone).map((entry) => [entry])].map((group) =>
    group.map(({ mail }) => mail),
  );
}

function templateData({ subject, text, html }: Mail): string {
  return JSON.stringify({ subject, text, html });
}

function tagsOf({ orderId }: Mail, { pipeline }: Tracking) {
  return [
    { Name: ORDER_TAG, Value: orderId },
    { Name: PIPELINE_TAG, Value: pipeline },
  ];
}
