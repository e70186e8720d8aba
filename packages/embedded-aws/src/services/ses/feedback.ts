import type { Clock } from "../../core/clock";
import type { CloudContext } from "../../core/service";
import { parseAddress } from "./address";
import type { ConfigurationSet, ConfigurationSets } from "./configurationSets";
import type { Email } from "./inbox";
import { SIMULATOR_DOMAIN } from "./sandbox";

/** How long a receiving server takes to send a mail back. */
const FEEDBACK_MS = 1_000;

/** What becomes of mail to the simulator's addresses: SES developer guide, "Using the mailbox simulator". */
type Feedback = { readonly type: "BOUNCE"; readonly subType: string } | { readonly type: "COMPLAINT" };

function feedbackOf(recipient: string): Feedback | undefined {
  const parsed = parseAddress(recipient);
  if (parsed?.domain !== SIMULATOR_DOMAIN) return undefined;
  // "bounce+label@…" is "bounce@…": the guide's labels.
  switch (parsed.address.split("@")[0]?.split("+")[0]) {
    case "bounce":
      return { type: "BOUNCE", subType: "General" };
    case "suppressionlist":
      return { type: "BOUNCE", subType: "Suppressed" };
    case "complaint":
      return { type: "COMPLAINT" };
    default:
      return undefined;
  }
}

/** Tells EventBridge, a moment later, what became of an e-mail, where a destination of its set asks for that. */
export function tellFeedback(
  context: Pick<CloudContext, "accountId" | "call" | "random"> & { readonly clock: Clock },
  sets: ConfigurationSets,
  set: ConfigurationSet,
  email: Email,
  sourceArn: string,
): void {
  for (const recipient of [...email.to, ...email.cc, ...email.bcc]) {
    const feedback = feedbackOf(recipient);
    if (feedback === undefined) continue;
    context.clock.after(FEEDBACK_MS, () => {
      const wanted = [...set.destinations.values()].some(
        ({ enabled, eventTypes }) => enabled && eventTypes.includes(feedback.type),
      );
      if (!wanted) return;
      const at = new Date(context.clock.now());
      const Detail = JSON.stringify({
        eventType: feedback.type === "BOUNCE" ? "Bounce" : "Complaint",
        ...detailOf(feedback, recipient, at, context.random.uuid()),
        mail: mailOf(email, context.accountId, sourceArn, set.name),
      });
      const Entry = {
        Source: "aws.ses",
        DetailType: feedback.type === "BOUNCE" ? "Email Bounced" : "Email Complaint Received",
        Resources: [sets.arnOf(set.name)],
        Time: at,
        Detail,
      };
      const ses = { kind: "service", service: "ses.amazonaws.com", sourceArn: sets.arnOf(set.name) } as const;
      void context.clock.busy(context.call("events", "PutEvents", { Entries: [Entry] }, ses));
    });
  }
}

/** SES developer guide, "Examples of event data that Amazon SES publishes". */
function detailOf(feedback: Feedback, emailAddress: string, at: Date, feedbackId: string): object {
  const timestamp = at.toISOString();
  return feedback.type === "COMPLAINT"
    ? {
        complaint: {
          feedbackId,
          complaintSubType: null,
          complainedRecipients: [{ emailAddress }],
          timestamp,
          complaintFeedbackType: "abuse",
        },
      }
    : {
        bounce: {
          feedbackId,
          bounceType: "Permanent",
          bounceSubType: feedback.subType,
          bouncedRecipients: [{ emailAddress, action: "failed", status: "5.1.1" }],
          timestamp,
        },
      };
}

function mailOf(email: Email, sendingAccountId: string, sourceArn: string, setName: string): object {
  return {
    timestamp: new Date(email.at).toISOString(),
    source: email.from,
    sourceArn,
    sendingAccountId,
    messageId: email.messageId,
    destination: [...email.to, ...email.cc, ...email.bcc],
    headersTruncated: false,
    commonHeaders: {
      from: [email.from],
      to: email.to,
      messageId: email.messageId,
      subject: email.subject,
    },
    tags: {
      "ses:configuration-set": [setName],
      "ses:from-domain": [email.from.split("@")[1] ?? ""],
      ...Object.fromEntries(Object.entries(email.tags).map(([name, value]) => [name, [value]])),
    },
  };
}
