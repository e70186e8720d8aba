import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { AwsError } from "../../core/errors";
import type { Access, CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { applyFilters, type FilterValues } from "./filters";
import { describeRules, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";

interface KeyPair {
  readonly id: string;
  readonly name: string;
  readonly type: "rsa" | "ed25519";
  readonly fingerprint: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
}

const FILTERS: FilterValues<KeyPair> = {
  fingerprint: (pair) => [pair.fingerprint],
  "key-name": (pair) => [pair.name],
  "key-pair-id": (pair) => [pair.id],
};

/** The account's key pairs, by name: their public half is all that EC2 keeps, and here its fingerprint. */
export class KeyPairs extends Map<string, KeyPair> {
  /** @throws AwsError */
  demand(name: string): KeyPair {
    const pair = this.get(name);
    if (pair === undefined)
      throw new AwsError("InvalidKeyPair.NotFound", `The key pair '${name}' does not exist`);
    return pair;
  }
}

const KeyName = { length: [1, 255] } as const;
const pairRules = tagSpecificationRules("key-pair");

export function keyPairOperations(context: CloudContext, pairs: KeyPairs) {
  const operation = operationsOf("ec2", context);
  const on =
    (action: string) =>
    ({ KeyName: name = "*" }: { readonly KeyName?: string | undefined }): Access[] => [
      {
        action: `ec2:${action}`,
        resource: `arn:aws:ec2:${context.region}:${context.accountId}:key-pair/${name}`,
      },
    ];
  const keep = (given: Pick<KeyPair, "name" | "type" | "fingerprint">, tags: ReadonlyMap<string, string>) => {
    const pair = {
      ...given,
      id: `key-0${context.random.hex(16)}`,
      createdAt: context.clock.now(),
      tags: new Map(tags),
    };
    pairs.set(pair.name, pair);
    return pair;
  };
  const demandFree = (name: string) => {
    if (pairs.has(name)) throw new AwsError("InvalidKeyPair.Duplicate", `The keypair already exists`);
  };

  return {
    ...operation(
      "CreateKeyPair",
      {
        supports: ["KeyName", "KeyType", "KeyFormat", ...tagSpecificationMembers],
        rules: {
          KeyName,
          KeyType: { oneOf: ["rsa", "ed25519"] },
          KeyFormat: { oneOf: ["pem", "ppk"], supported: ["pem"] },
          ...pairRules,
        },
      },
      on("CreateKeyPair"),
      async (input) => {
        demandFree(input.KeyName);
        const type = input.KeyType ?? "rsa";
        const { privateKey } = await newKeys(type);
        const pair = keep(
          { name: input.KeyName, type, fingerprint: fingerprintOf(privateKey) },
          tagsFor("key-pair", input.TagSpecifications),
        );
        const KeyMaterial = String(
          privateKey.export({ type: type === "rsa" ? "pkcs1" : "pkcs8", format: "pem" }),
        );
        return { ...element(pair), KeyMaterial };
      },
    ),

    ...operation(
      "ImportKeyPair",
      {
        supports: ["KeyName", "PublicKeyMaterial", ...tagSpecificationMembers],
        rules: { KeyName, ...pairRules },
      },
      on("ImportKeyPair"),
      (input) => {
        demandFree(input.KeyName);
        const text = Buffer.from(input.PublicKeyMaterial).toString("utf8");
        const [, algorithm, key = ""] = /^\s*ssh-(rsa|ed25519)\s+([A-Za-z0-9+/=]+)/.exec(text) ?? [];
        if (algorithm !== "rsa" && algorithm !== "ed25519")
          throw new AwsError("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
        const bytes = Buffer.from(key, "base64");
        const fingerprint =
          algorithm === "rsa"
            ? colons(createHash("md5").update(bytes).digest("hex"))
            : createHash("sha256").update(bytes).digest("base64");
        const tags = tagsFor("key-pair", input.TagSpecifications);
        return element(keep({ name: input.KeyName, type: algorithm, fingerprint }, tags));
      },
    ),

    ...operation(
      "DescribeKeyPairs",
      { supports: ["KeyNames", "KeyPairIds", "Filters"], rules: describeRules },
      () => [{ action: "ec2:DescribeKeyPairs", resource: "*" }],
      ({ KeyNames = [], KeyPairIds = [], Filters }) => {
        KeyNames.forEach((name) => pairs.demand(name));
        for (const id of KeyPairIds) {
          if (![...pairs.values()].some((pair) => pair.id === id))
            throw new AwsError("InvalidKeyPair.NotFound", `The key pair ID '${id}' does not exist`);
        }
        const asked = [...pairs.values()].filter(
          (pair) =>
            (KeyNames.length === 0 || KeyNames.includes(pair.name)) &&
            (KeyPairIds.length === 0 || KeyPairIds.includes(pair.id)),
        );
        return { KeyPairs: applyFilters(asked, Filters, FILTERS, ({ tags }) => tags).map(description) };
      },
    ),

    ...operation(
      "DeleteKeyPair",
      { supports: ["KeyName", "KeyPairId"] },
      on("DeleteKeyPair"),
      // EC2 deletes what is not there without a word.
      ({ KeyName: name, KeyPairId: id }) => {
        const pair = [...pairs.values()].find((known) => known.name === name || known.id === id);
        if (pair !== undefined) pairs.delete(pair.name);
        return { Return: true, ...(pair === undefined ? {} : { KeyPairId: pair.id }) };
      },
    ),
  };
}

const generate = promisify(generateKeyPair);

async function newKeys(type: KeyPair["type"]): Promise<{ readonly privateKey: KeyObject }> {
  return type === "rsa" ? await generate("rsa", { modulusLength: 2048 }) : await generate("ed25519");
}

/** EC2 user guide, "Verify the fingerprint": SHA-1 of a created RSA key, SHA-256 of an ED25519 one. */
function fingerprintOf(privateKey: KeyObject): string {
  const bytes = privateKey.export({ type: "pkcs8", format: "der" });
  return privateKey.asymmetricKeyType === "rsa"
    ? colons(createHash("sha1").update(bytes).digest("hex"))
    : createHash("sha256").update(bytes).digest("base64");
}

function colons(hex: string): string {
  return hex.replace(/..(?!$)/g, "$&:");
}

function element(pair: KeyPair) {
  return {
    KeyName: pair.name,
    KeyPairId: pair.id,
    KeyFingerprint: pair.fingerprint,
    Tags: tagSet(pair.tags),
  };
}

function description(pair: KeyPair) {
  return { ...element(pair), KeyType: pair.type, CreateTime: new Date(pair.createdAt) };
}
