import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf, type Supported } from "../../wire/operation";
import { type Address, parseAddress } from "./address";
import type { ConfigurationSets } from "./configurationSets";
import { tellFeedback } from "./feedback";
import type { Identities } from "./identities";
import { type Email, inboxOf } from "./inbox";
import { Sandbox } from "./sandbox";

const texts = ["Subject", "Body.Text", "Body.Html"] as const;
const tagText = { pattern: /^[A-Za-z0-9_-]{1,256}$/ };

const support = {
  supports: [
    "FromEmailAddress",
    "Destination",
    "ReplyToAddresses",
    ...texts.map((text) => `Content.Simple.${text}` as const),
    "EmailTags",
    "ConfigurationSetName",
  ],
  rules: { "EmailTags.Name": tagText, "EmailTags.Value": tagText },
} as const;
type SendEmailInput = Supported<"ses", "SendEmail", (typeof support.supports)[number]>;

/** Recipients of one e-mail: SES developer guide, "Service quotas". */
const MOST_RECIPIENTS = 50;

/** A domain whose addresses are refused at once, as SES refuses those on its suppression list. */
const REJECTED_DOMAIN = "rejected.example";

export function sendEmail(context: CloudContext, identities: Identities, sets: ConfigurationSets) {
  const setOf = (input: SendEmailInput, from: Address | undefined) =>
    input.ConfigurationSetName ?? identities.configurationSetFor(from);
  const inbox = inboxOf(context);
  const sandbox = new Sandbox(context.clock);
  return operationsOf("ses", context)(
    "SendEmail",
    support,
    (input) => {
      const from = parseAddress(input.FromEmailAddress ?? "");
      const set = setOf(input, from);
      const keys = {
        ...(from === undefined ? {} : { "ses:FromAddress": from.address }),
        ...(from?.displayName === undefined ? {} : { "ses:FromDisplayName": from.displayName }),
        "ses:Recipients": recipientsOf(input),
      };
      // The set too, be it only the identity's own: SES developer guide, "Controlling access to Amazon SES".
      return [identities.arnFor(from), ...(set === undefined ? [] : [sets.arnOf(set)])].map((resource) => ({
        action: "ses:SendEmail",
        resource,
        context: keys,
      }));
    },
    (input) => {
      const from = parseAddress(input.FromEmailAddress ?? "");
      if (from === undefined) {
        throw badRequest(
          `FromEmailAddress: got "${input.FromEmailAddress ?? ""}"; expected an e-mail address`,
        );
      }
      const recipients = checkRecipients(recipientsOf(input));
      const setName = setOf(input, from);
      const set = setName === undefined ? undefined : sets.get(setName);
      const { sesSandbox } = context.conditions;
      checkVerified([from, ...(sesSandbox ? sandbox.checked(recipients) : [])], identities, context.region);
      const { Subject: subject, Body: body } = input.Content.Simple ?? {};
      if (subject === undefined || body === undefined) {
        throw badRequest("Content.Simple: expected a Subject and a Body");
      }
      if (body.Text === undefined && body.Html === undefined) {
        throw badRequest("Content.Simple.Body: got neither Text nor Html; expected at least one");
      }
      const email: Email = {
        messageId: `${context.random.hex(16)}-${context.random.uuid()}-000000`,
        at: context.clock.now(),
        from: from.address,
        to: input.Destination?.ToAddresses ?? [],
        cc: input.Destination?.CcAddresses ?? [],
        bcc: input.Destination?.BccAddresses ?? [],
        replyTo: input.ReplyToAddresses ?? [],
        subject: subject.Data,
        ...(body.Text === undefined ? {} : { text: body.Text.Data }),
        ...(body.Html === undefined ? {} : { html: body.Html.Data }),
        tags: Object.fromEntries((input.EmailTags ?? []).map((tag) => [tag.Name, tag.Value])),
      };
      const fault = inbox.fault?.(email);
      if (fault !== undefined) throw fault;
      if (sesSandbox) sandbox.take(recipients.length);
      inbox.add(email);
      if (set !== undefined) tellFeedback(context, sets, set, email, identities.arnFor(from));
      const { messageId, to } = email;
      context.events.publish({ type: "email-sent", messageId, from: email.from, to, subject: email.subject });
      return { MessageId: messageId };
    },
  );
}

function recipientsOf({ Destination = {} }: SendEmailInput): readonly string[] {
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = Destination;
  return [...ToAddresses, ...CcAddresses, ...BccAddresses];
}

function checkVerified(addresses: readonly Address[], identities: Identities, region: string): void {
  const failed = addresses.filter((address) => !identities.isVerified(address));
  if (failed.length === 0) return;
  const names = [...new Set(failed.map(({ address }) => address))].join(", ");
  throw new AwsError(
    "MessageRejected",
    `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${names}`,
  );
}

function checkRecipients(recipients: readonly string[]): readonly Address[] {
  if (recipients.length === 0 || recipients.length > MOST_RECIPIENTS) {
    throw badRequest(`Destination: got ${recipients.length} recipients; expected 1 to ${MOST_RECIPIENTS}`);
  }
  return recipients.map((recipient) => {
    const address = parseAddress(recipient);
    if (address === undefined)
      throw badRequest(`Destination: got "${recipient}"; expected an e-mail address`);
    if (address.domain === REJECTED_DOMAIN) {
      throw new AwsError("MessageRejected", `Address ${address.address} is on the suppression list`);
    }
    return address;
  });
}

function badRequest(message: string): AwsError {
  return new AwsError("BadRequestException", message);
}
