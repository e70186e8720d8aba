import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { deriveMaterial, randomBytesOf } from "./ciphers";

export type KeyState = "Enabled" | "Disabled" | "PendingDeletion";

export interface Key {
  readonly id: string;
  readonly arn: string;
  description: string;
  /** AWS's own key of a service, which nobody can change, or one of the account's. */
  readonly manager: "AWS" | "CUSTOMER";
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  /** JSON. */
  policy: string;
  state: KeyState;
  /** Days between rotations of the key's material; undefined while they are off. */
  rotationPeriodDays: number | undefined;
  /** Epoch milliseconds, while deletion is pending. */
  deletionDate: number | undefined;
}

/** The keys that SNS and others make for themselves in an account, by the alias that they are known by. */
const MANAGED_ALIASES: Readonly<Record<string, string>> = {
  "alias/aws/dynamodb": "dynamodb",
  "alias/aws/sns": "sns",
  "alias/aws/sqs": "sqs",
  "alias/aws/ssm": "ssm",
};

const keysOfCloud = new WeakMap<CloudContext, Keys>();

/** The keys of one cloud: its KMS and the services that encrypt with them see the same. */
export function keysOf(context: CloudContext): Keys {
  const known = keysOfCloud.get(context);
  if (known !== undefined) return known;
  const keys = new Keys(context);
  keysOfCloud.set(context, keys);
  return keys;
}

/** The account's keys and their aliases. */
export class Keys {
  readonly #byId = new Map<string, Key>();
  readonly #idByAlias = new Map<string, string>();

  /** What all key material comes from; drawn at its first use, so that other identifiers stay as they were. */
  #secret: Buffer | undefined;

  constructor(private readonly context: CloudContext) {}

  arnOf(id: string): string {
    return this.#arn(`key/${id}`);
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  materialOf(key: Key): Buffer {
    this.#secret ??= randomBytesOf(this.context.random, 32);
    return deriveMaterial(this.#secret, key.id);
  }

  /** The aliases, and the ids of the keys that they name. */
  aliases(): ReadonlyMap<string, string> {
    return this.#idByAlias;
  }

  all(): readonly Key[] {
    return [...this.#byId.values()];
  }

  updateAlias(alias: string, key: Key): void {
    this.#requireAlias(alias);
    this.#idByAlias.set(alias, key.id);
  }

  deleteAlias(alias: string): void {
    this.#requireAlias(alias);
    this.#idByAlias.delete(alias);
  }

  #requireAlias(alias: string): void {
    if (this.#idByAlias.has(alias)) return;
    throw new AwsError("NotFoundException", `Alias ${this.#arn(alias)} is not found.`);
  }

  aliasArn(alias: string): string {
    return this.#arn(alias);
  }

  create(id: string, given: Pick<Key, "description" | "manager" | "policy" | "tags">): Key {
    const key: Key = {
      ...given,
      id,
      arn: this.arnOf(id),
      createdAt: this.context.clock.now(),
      state: "Enabled",
      rotationPeriodDays: undefined,
      deletionDate: undefined,
    };
    this.#byId.set(id, key);
    return key;
  }

  addAlias(alias: string, key: Key): void {
    if (this.#idByAlias.has(alias)) {
      throw new AwsError(
        "AlreadyExistsException",
        `An alias with the name ${this.#arn(alias)} already exists`,
      );
    }
    this.#idByAlias.set(alias, key.id);
  }

  /** @param keyId a key's id or ARN, an alias or an alias's ARN. */
  get(keyId: string): Key {
    const own = this.#arn("");
    // Neither another region's keys nor another account's are here.
    if (keyId.startsWith("arn:") && !keyId.startsWith(own)) {
      throw new AwsError("NotFoundException", `Invalid arn ${keyId}; expected one that begins with ${own}`);
    }
    const name = keyId.startsWith(own) ? keyId.slice(own.length) : keyId;
    const key = name.startsWith("alias/") ? this.#byAlias(name) : this.#byId.get(name.replace(/^key\//, ""));
    if (key === undefined) {
      const kind = name.startsWith("alias/") ? "Alias" : "Key";
      throw new AwsError(
        "NotFoundException",
        `${kind} '${keyId.startsWith("arn:") ? keyId : this.#arn(name)}' does not exist`,
      );
    }
    return key;
  }

  /** For operations that take no alias. @param keyId a key's id or ARN. */
  getByKeyId(keyId: string): Key {
    if (keyId.startsWith("alias/")) throw new AwsError("NotFoundException", `Invalid keyId '${keyId}'`);
    if (/^arn:.*:alias\//.test(keyId)) {
      throw new AwsError("NotFoundException", `Invalid arn ${keyId}; expected a key's, not an alias's`);
    }
    return this.get(keyId);
  }

  #byAlias(alias: string): Key | undefined {
    const service = MANAGED_ALIASES[alias];
    if (service !== undefined && !this.#idByAlias.has(alias)) this.addAlias(alias, this.#managedKey(service));
    const id = this.#idByAlias.get(alias);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** An AWS-managed key serves principals of its account, by way of its service alone; no other service. */
  #managedKey(service: string): Key {
    const { region, accountId, random } = this.context;
    return this.create(random.uuid(), {
      description: `Default key that protects my ${service.toUpperCase()} data when no other key is defined`,
      manager: "AWS",
      tags: new Map(),
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: "*" },
            Action: [
              "kms:Encrypt",
              "kms:Decrypt",
              "kms:ReEncrypt*",
              "kms:GenerateDataKey*",
              "kms:CreateGrant",
              "kms:ListGrants",
              "kms:DescribeKey",
            ],
            Resource: "*",
            Condition: {
              StringEquals: {
                "kms:ViaService": `${service}.${region}.amazonaws.com`,
                "kms:CallerAccount": accountId,
              },
            },
          },
        ],
      }),
    });
  }

  #arn(resource: string): string {
    return `arn:aws:kms:${this.context.region}:${this.context.accountId}:${resource}`;
  }
}
