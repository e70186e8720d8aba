import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Principal } from "../../core/iam/principal";
import { authorizeUseOfKey } from "../kms/useOfKey";
import { publicParameters } from "./publicParameters";

export const TYPES = ["String", "StringList", "SecureString"] as const;
export type ParameterType = (typeof TYPES)[number];
/** Bytes of a value, by tier: Systems Manager user guide, "Managing parameter tiers". */
export const MOST_BYTES = { Standard: 4096, Advanced: 8192 } as const;

/** One version of a parameter. */
export interface Version {
  readonly version: number;
  readonly type: ParameterType;
  /** Of a SecureString, its ciphertext in base64. */
  readonly value: string;
  readonly keyId: string | undefined;
  readonly description: string | undefined;
  readonly allowedPattern: string | undefined;
  readonly tier: keyof typeof MOST_BYTES;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export interface Parameter {
  readonly name: string;
  /** The oldest first; the last one is what the parameter is. */
  readonly versions: Version[];
  readonly tags: Map<string, string>;
}

export const notFound = (name: string) =>
  new AwsError("ParameterNotFound", `The parameter ${name} does not exist`);

export const newestOf = ({ versions, name }: Parameter): Version => {
  const newest = versions.at(-1);
  if (newest === undefined) throw notFound(name);
  return newest;
};

/** The account's parameters, and AWS's public ones. */
export class Parameters {
  readonly #byName = new Map<string, Parameter>();

  constructor(private readonly context: CloudContext) {
    for (const [name, value] of publicParameters) {
      const lastModified = context.clock.now();
      const nothing = { keyId: undefined, description: undefined, allowedPattern: undefined };
      const version = {
        version: 1,
        type: "String",
        value,
        tier: "Standard",
        lastModified,
        ...nothing,
      } as const;
      this.#byName.set(name, { name, versions: [version], tags: new Map() });
    }
  }

  /** The account's own, in the order of their names. */
  own(): readonly Parameter[] {
    return [...this.#byName.values()]
      .filter(({ name }) => !publicParameters.has(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  all(): readonly Parameter[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }

  add(parameter: Parameter): void {
    this.#byName.set(parameter.name, parameter);
  }

  delete(name: string): boolean {
    return !publicParameters.has(name) && this.#byName.delete(name);
  }

  arnOf(name: string): string {
    const { region, accountId } = this.context;
    const account = publicParameters.has(name) ? "" : accountId;
    return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith("/") ? "" : "/"}${name}`;
  }

  /** What a request names: by name or ARN, with a version behind it ("/shop/image:3") or not. */
  named(given: string): { readonly name: string; readonly version: number | undefined } {
    const [, whole = given, version] = /^(.*?)(?::(\d+))?$/s.exec(given) ?? [];
    const name = whole.startsWith("arn:")
      ? ([...this.#byName.keys()].find((known) => this.arnOf(known) === whole) ?? whole)
      : whole;
    return { name, version: version === undefined ? undefined : Number(version) };
  }

  async encrypt(name: string, value: string, keyId: string, caller: Principal): Promise<string> {
    this.#authorize(keyId, caller, "Encrypt");
    const { CiphertextBlob = new Uint8Array() } = await this.context.call(
      "kms",
      "Encrypt",
      { KeyId: keyId, Plaintext: Buffer.from(value), EncryptionContext: { PARAMETER_ARN: this.arnOf(name) } },
      { kind: "administrator", accountId: this.context.accountId },
    );
    return Buffer.from(CiphertextBlob).toString("base64");
  }

  async decrypt(name: string, value: string, keyId: string, caller: Principal): Promise<string> {
    this.#authorize(keyId, caller, "Decrypt");
    const { Plaintext = new Uint8Array() } = await this.context.call(
      "kms",
      "Decrypt",
      {
        CiphertextBlob: Buffer.from(value, "base64"),
        EncryptionContext: { PARAMETER_ARN: this.arnOf(name) },
      },
      { kind: "administrator", accountId: this.context.accountId },
    );
    return Buffer.from(Plaintext).toString("utf8");
  }

  /** In the caller's name, by way of this service. */
  #authorize(keyId: string, caller: Principal, action: string): void {
    try {
      authorizeUseOfKey(this.context, keyId, caller, "ssm", [action]);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === "KMSAccessDeniedException")
        throw new AwsError("AccessDeniedException", error.message);
      throw error.code.includes("NotFound") ||
        ["KMSDisabledException", "KMSInvalidStateException"].includes(error.code)
        ? new AwsError("InvalidKeyId", error.message)
        : error;
    }
  }
}
