import { AwsError } from "../../core/errors";
import type { Access, CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { decrypt, encrypt, keyIdIn, randomBytesOf, type EncryptionContext } from "./ciphers";
import { accessTo } from "./access";
import type { Key, Keys } from "./keys";

/** KMS API reference, Encrypt: bytes. */
const MOST_PLAINTEXT = 4096;
const NONCE_BYTES = 12;
const ALGORITHM = "SYMMETRIC_DEFAULT" as const;

const KeyId = { length: [1, 2048] } as const;
const algorithm = { supported: [ALGORITHM] } as const;
const blob = { length: [1, 6144] } as const;
const bytes = { AES_128: 16, AES_256: 32 } as const;
const dataKey = {
  supports: ["KeyId", "KeySpec", "NumberOfBytes", "EncryptionContext"],
  rules: { KeyId, NumberOfBytes: { range: [1, 1024] }, KeySpec: { oneOf: Object.keys(bytes) } },
} as const;

/** What KMS encrypts: at most 4 KB by itself, and the keys with which others encrypt more. */
export function cryptoOperations(context: CloudContext, keys: Keys) {
  const operation = operationsOf("kms", context);
  const access = (action: string, keyId: string, encryptionContext: EncryptionContext = {}): Access[] =>
    accessTo(keys.get(keyId), action, contextKeys(encryptionContext));
  const encryptWith = (key: Key, plaintext: Uint8Array, encryptionContext: EncryptionContext = {}) =>
    encrypt(
      { id: key.id, material: keys.materialOf(key) },
      randomBytesOf(context.random, NONCE_BYTES),
      plaintext,
      encryptionContext,
    );
  const keyOf = (ciphertext: Uint8Array) => {
    const id = keyIdIn(ciphertext);
    if (keys.has(id)) return keys.get(id);
    throw new AwsError("InvalidCiphertextException", "");
  };
  /** The key that a ciphertext names, which must be the one that the caller names, if any. */
  const decryptingKey = (ciphertext: Uint8Array, named: string | undefined) => {
    const key = keyOf(ciphertext);
    if (named !== undefined && keys.get(named) !== key) {
      throw new AwsError(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
      );
    }
    return key;
  };
  const decryptWith = (key: Key, ciphertext: Uint8Array, encryptionContext: EncryptionContext = {}) =>
    decrypt({ id: key.id, material: keys.materialOf(key) }, ciphertext, encryptionContext);

  function newDataKey(input: {
    readonly KeyId: string;
    readonly KeySpec?: "AES_128" | "AES_256";
    readonly NumberOfBytes?: number;
    readonly EncryptionContext?: EncryptionContext;
  }) {
    const { KeySpec, NumberOfBytes } = input;
    if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
      throw new AwsError("ValidationException", "Please specify either number of bytes or key spec.");
    }
    const key = usable(keys.get(input.KeyId));
    const plaintext = randomBytesOf(context.random, NumberOfBytes ?? bytes[KeySpec ?? "AES_256"]);
    const CiphertextBlob = encryptWith(key, plaintext, input.EncryptionContext);
    return { plaintext, answer: { CiphertextBlob, KeyId: key.arn } };
  }

  return {
    ...operation(
      "Encrypt",
      {
        supports: ["KeyId", "Plaintext", "EncryptionContext", "EncryptionAlgorithm"],
        rules: { KeyId, EncryptionAlgorithm: algorithm },
      },
      (input) => access("Encrypt", input.KeyId, input.EncryptionContext),
      (input) => {
        const key = usable(keys.get(input.KeyId));
        const { length } = input.Plaintext;
        if (length < 1 || length > MOST_PLAINTEXT) {
          throw new AwsError(
            "ValidationException",
            `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length between 1 and ${MOST_PLAINTEXT}; got ${length} bytes`,
          );
        }
        const CiphertextBlob = encryptWith(key, input.Plaintext, input.EncryptionContext);
        return { CiphertextBlob, KeyId: key.arn, EncryptionAlgorithm: ALGORITHM };
      },
    ),

    ...operation(
      "Decrypt",
      {
        supports: ["CiphertextBlob", "KeyId", "EncryptionContext", "EncryptionAlgorithm"],
        rules: { KeyId, EncryptionAlgorithm: algorithm, CiphertextBlob: blob },
      },
      (input) => {
        const key = decryptingKey(input.CiphertextBlob ?? Buffer.alloc(0), input.KeyId);
        return accessTo(key, "Decrypt", contextKeys(input.EncryptionContext));
      },
      (input) => {
        const ciphertext = input.CiphertextBlob ?? Buffer.alloc(0);
        const key = usable(decryptingKey(ciphertext, input.KeyId));
        const Plaintext = decryptWith(key, ciphertext, input.EncryptionContext);
        return { Plaintext, KeyId: key.arn, EncryptionAlgorithm: ALGORITHM };
      },
    ),

    ...operation(
      "ReEncrypt",
      {
        supports: [
          "CiphertextBlob",
          "SourceKeyId",
          "SourceEncryptionContext",
          "DestinationKeyId",
          "DestinationEncryptionContext",
        ],
        rules: { SourceKeyId: KeyId, DestinationKeyId: KeyId, CiphertextBlob: blob },
      },
      (input) => [
        ...accessTo(
          decryptingKey(input.CiphertextBlob ?? Buffer.alloc(0), input.SourceKeyId),
          "ReEncryptFrom",
          contextKeys(input.SourceEncryptionContext),
        ),
        ...access("ReEncryptTo", input.DestinationKeyId, input.DestinationEncryptionContext),
      ],
      (input) => {
        const ciphertext = input.CiphertextBlob ?? Buffer.alloc(0);
        const source = usable(decryptingKey(ciphertext, input.SourceKeyId));
        const destination = usable(keys.get(input.DestinationKeyId));
        const plaintext = decryptWith(source, ciphertext, input.SourceEncryptionContext);
        return {
          CiphertextBlob: encryptWith(destination, plaintext, input.DestinationEncryptionContext),
          SourceKeyId: source.arn,
          KeyId: destination.arn,
          SourceEncryptionAlgorithm: ALGORITHM,
          DestinationEncryptionAlgorithm: ALGORITHM,
        };
      },
    ),

    ...operation(
      "GenerateDataKey",
      dataKey,
      (input) => access("GenerateDataKey", input.KeyId, input.EncryptionContext),
      (input) => {
        const { plaintext, answer } = newDataKey(input);
        return { ...answer, Plaintext: plaintext };
      },
    ),

    ...operation(
      "GenerateDataKeyWithoutPlaintext",
      dataKey,
      (input) => access("GenerateDataKeyWithoutPlaintext", input.KeyId, input.EncryptionContext),
      (input) => newDataKey(input).answer,
    ),
  };
}

/** The key, unless nothing may be done with it now. */
function usable(key: Key): Key {
  if (key.state === "Disabled") throw new AwsError("DisabledException", `${key.arn} is disabled.`);
  if (key.state !== "Enabled")
    throw new AwsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
  return key;
}

/** The pairs as condition keys of policies. */
function contextKeys(encryptionContext: EncryptionContext = {}): Record<string, string | string[]> {
  const names = Object.keys(encryptionContext);
  return {
    ...Object.fromEntries(
      Object.entries(encryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
    ),
    ...(names.length === 0 ? {} : { "kms:EncryptionContextKeys": names }),
  };
}
