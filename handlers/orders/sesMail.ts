import type { SendEmailCommandInput } from "@aws-sdk/client-sesv2";
import type { Mail } from "./confirmationMail";

/** A mail as SES takes it. */
export function sesMail(mail: Mail, sender: string): SendEmailCommandInput {
  const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
  return {
    FromEmailAddress: sender,
    Destination: { ToAddresses: [mail.to] },
    Content: {
      Simple: { Subject: utf8(mail.subject), Body: { Text: utf8(mail.text), Html: utf8(mail.html) } },
    },
  };
}
