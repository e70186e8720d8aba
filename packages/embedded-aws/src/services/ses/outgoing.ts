import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { type Address, parseAddress } from "./address";
import type { ConfigurationSet, ConfigurationSets } from "./configurationSets";
import { tellFeedback } from "./feedback";
import type { Identities } from "./identities";
import { type Email, inboxOf } from "./inbox";
import { Sandbox } from "./sandbox";

/** Recipients of one e-mail: SES developer guide, "Service quotas". */
const MOST_RECIPIENTS = 50;

/** A domain whose addresses are refused at once, as SES refuses those on its suppression list. */
const REJECTED_DOMAIN = "rejected.example";

interface Destination {
  readonly ToAddresses?: readonly string[] | undefined;
  readonly CcAddresses?: readonly string[] | undefined;
  readonly BccAddresses?: readonly string[] | undefined;
}

type Tags = readonly { readonly Name: string; readonly Value: string }[];

/** What the members that every operation of sending has say of an e-mail. */
interface Sent {
  readonly FromEmailAddress?: string | undefined;
  readonly ReplyToAddresses?: readonly string[] | undefined;
  readonly ConfigurationSetName?: string | undefined;
}

/** By whom, and by which set, e-mails are sent. */
export interface Sender {
  readonly from: Address;
  readonly replyTo: readonly string[];
  readonly set: ConfigurationSet | undefined;
}

/** What one e-mail says, and to whom. */
export interface Letter {
  readonly destination: Destination | undefined;
  readonly tags: Tags | undefined;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
}

/** The names of an e-mail's tags, and their values: SES API reference, `MessageTag`. */
export const tagText = { pattern: /^[A-Za-z0-9_-]{1,256}$/ };

/** E-mails on their way out, of whichever operation. */
export class Outgoing {
  readonly #sandbox: Sandbox;

  constructor(
    private readonly context: CloudContext,
    private readonly identities: Identities,
    private readonly sets: ConfigurationSets,
  ) {
    this.#sandbox = new Sandbox(context.clock);
  }

  /**
   * On what a caller must be allowed to send: the identity and the set, be it only the identity's own. SES developer guide,
   * "Controlling access to Amazon SES".
   */
  resources(sent: Sent): readonly string[] {
    const from = parseAddress(sent.FromEmailAddress ?? "");
    const set = this.#setName(sent, from);
    return [this.identities.arnFor(from), ...(set === undefined ? [] : [this.sets.arnOf(set)])];
  }

  /** The keys by which a policy can tell who sends an e-mail, and to whom. */
  keys(sent: Sent, destination: Destination | undefined) {
    const from = parseAddress(sent.FromEmailAddress ?? "");
    return {
      ...(from === undefined ? {} : { "ses:FromAddress": from.address }),
      ...(from?.displayName === undefined ? {} : { "ses:FromDisplayName": from.displayName }),
      "ses:Recipients": recipientsOf(destination),
    };
  }

  /** @throws AwsError for what is no address, and for a set that does not exist. */
  senderOf(sent: Sent): Sender {
    const from = parseAddress(sent.FromEmailAddress ?? "");
    if (from === undefined) {
      throw badRequest(`FromEmailAddress: got "${sent.FromEmailAddress ?? ""}"; expected an e-mail address`);
    }
    const set = this.#setName(sent, from);
    return {
      from,
      replyTo: sent.ReplyToAddresses ?? [],
      set: set === undefined ? undefined : this.sets.get(set),
    };
  }

  /** @throws AwsError `MessageRejected` for a sender that SES does not know. */
  checkSender({ from }: Sender): void {
    this.#checkVerified([from]);
  }

  /** Sends an e-mail, and returns its id. @throws AwsError where SES does not take it. */
  send(sender: Sender, letter: Letter): string {
    const { context } = this;
    const recipients = checkRecipients(recipientsOf(letter.destination));
    const { sesSandbox } = context.conditions;
    this.#checkVerified([sender.from, ...(sesSandbox ? this.#sandbox.checked(recipients) : [])]);
    const email: Email = {
      messageId: this.messageId(),
      at: context.clock.now(),
      from: sender.from.address,
      to: letter.destination?.ToAddresses ?? [],
      cc: letter.destination?.CcAddresses ?? [],
      bcc: letter.destination?.BccAddresses ?? [],
      replyTo: sender.replyTo,
      subject: letter.subject,
      ...(letter.text === undefined ? {} : { text: letter.text }),
      ...(letter.html === undefined ? {} : { html: letter.html }),
      tags: Object.fromEntries((letter.tags ?? []).map((tag) => [tag.Name, tag.Value])),
    };
    const inbox = inboxOf(context);
    const fault = inbox.fault?.(email);
    if (fault !== undefined) throw fault;
    if (sesSandbox) this.#sandbox.take(recipients.length);
    inbox.add(email);
    if (sender.set !== undefined)
      tellFeedback(context, this.sets, sender.set, email, this.identities.arnFor(sender.from));
    const { messageId, from, to, subject } = email;
    context.events.publish({ type: "email-sent", messageId, from, to, subject });
    return messageId;
  }

  messageId(): string {
    const { random } = this.context;
    return `${random.hex(16)}-${random.uuid()}-000000`;
  }

  #setName(sent: Sent, from: Address | undefined): string | undefined {
    return sent.ConfigurationSetName ?? this.identities.configurationSetFor(from);
  }

  #checkVerified(addresses: readonly Address[]): void {
    const failed = addresses.filter((address) => !this.identities.isVerified(address));
    if (failed.length === 0) return;
    const names = [...new Set(failed.map(({ address }) => address))].join(", ");
    throw new AwsError(
      "MessageRejected",
      `Email address is not verified. The following identities failed the check in region ${this.context.region.toUpperCase()}: ${names}`,
    );
  }
}

function recipientsOf(destination: Destination = {}): readonly string[] {
  const { ToAddresses = [], CcAddresses = [], BccAddresses = [] } = destination;
  return [...ToAddresses, ...CcAddresses, ...BccAddresses];
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

export function badRequest(message: string): AwsError {
  return new AwsError("BadRequestException", message);
}
