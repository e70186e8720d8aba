import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Address } from "./address";

export interface Identity {
  readonly name: string;
  readonly type: "EMAIL_ADDRESS" | "DOMAIN";
  /** What its mails are sent by unless they name another set. */
  readonly configurationSet: string | undefined;
  tags: readonly { readonly Key: string; readonly Value: string }[];
}

/**
 * The addresses and domains that may be sent from. Each is verified as soon as it is made: there is nobody to
 * click a link in an e-mail here, and no DNS to look at.
 */
export class Identities {
  readonly #byName = new Map<string, Identity>();

  constructor(private readonly context: Pick<CloudContext, "region" | "accountId">) {}

  /** The identity of an ARN; undefined for an ARN of anything else. */
  byArn(arn: string): Identity | undefined {
    return this.list().find(({ name }) => this.arnOf(name) === arn);
  }

  arnOf(name: string): string {
    return `arn:aws:ses:${this.context.region}:${this.context.accountId}:identity/${name}`;
  }

  /** The identity that an address is sent from: its own, or its domain's where only that is there. */
  arnFor(from: Address | undefined): string {
    return this.arnOf(from === undefined ? "*" : (this.#identityOf(from)?.name ?? from.address));
  }

  /** The configuration set of the identity that an address is sent from. */
  configurationSetFor(from: Address | undefined): string | undefined {
    return from && this.#identityOf(from)?.configurationSet;
  }

  #identityOf(from: Address): Identity | undefined {
    return this.#byName.get(from.address) ?? this.#byName.get(from.domain);
  }

  isVerified(from: Address): boolean {
    return this.#identityOf(from) !== undefined;
  }

  list(): readonly Identity[] {
    return [...this.#byName.values()];
  }

  get(name: string): Identity {
    const identity = this.#byName.get(name);
    if (identity === undefined)
      throw new AwsError("NotFoundException", `Email identity ${name} does not exist.`, 404);
    return identity;
  }

  create(name: string, tags: Identity["tags"], configurationSet: string | undefined): Identity {
    if (this.#byName.has(name)) {
      throw new AwsError("AlreadyExistsException", `Email identity ${name} already exist.`);
    }
    const type = name.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN";
    const identity: Identity = { name, type, configurationSet, tags };
    this.#byName.set(name, identity);
    return identity;
  }

  setConfigurationSet(name: string, configurationSet: string | undefined): void {
    this.#byName.set(name, { ...this.get(name), configurationSet });
  }

  delete(name: string): void {
    this.get(name);
    this.#byName.delete(name);
  }
}
