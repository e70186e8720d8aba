import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { badRequest, type Outgoing, tagText } from "./outgoing";

const texts = ["Subject", "Body.Text", "Body.Html"] as const;

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

export function sendEmail(context: CloudContext, outgoing: Outgoing) {
  return operationsOf("ses", context)(
    "SendEmail",
    support,
    (input) => {
      const context = outgoing.keys(input, input.Destination);
      return outgoing.resources(input).map((resource) => ({ action: "ses:SendEmail", resource, context }));
    },
    (input) => {
      const sender = outgoing.senderOf(input);
      const { Subject: subject, Body: body } = input.Content.Simple ?? {};
      if (subject === undefined || body === undefined) {
        throw badRequest("Content.Simple: expected a Subject and a Body");
      }
      if (body.Text === undefined && body.Html === undefined) {
        throw badRequest("Content.Simple.Body: got neither Text nor Html; expected at least one");
      }
      const MessageId = outgoing.send(sender, {
        destination: input.Destination,
        tags: input.EmailTags,
        subject: subject.Data,
        text: body.Text?.Data,
        html: body.Html?.Data,
      });
      return { MessageId };
    },
  );
}
