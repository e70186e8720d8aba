import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { AwsError } from "../../core/errors";
import type { Random } from "../../core/random";

/** Pairs that a ciphertext is bound to: who decrypts it must name the same ones. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** One byte of version, 16 of the key's id, 12 of nonce, 16 of tag; then what was encrypted. */
const VERSION = 1;
const [ID_AT, NONCE_AT, TAG_AT, DATA_AT] = [1, 17, 29, 45];

const invalidCiphertext = () => new AwsError("InvalidCiphertextException", "");

/** `length` bytes of the cloud's seeded randomness. */
export function randomBytesOf(random: Random, length: number): Buffer {
  return Buffer.from(random.hex(2 * length), "hex");
}

/** The pairs in one order, each with its lengths: what AES-GCM authenticates beside the text. */
function authenticated(keyId: string, context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Buffer.from(JSON.stringify([keyId, ...pairs]));
}

/** Key material of 256 bits, which never leaves this service: derived from the cloud's own secret. */
export function deriveMaterial(secret: Buffer, keyId: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), `kms key ${keyId}`, 32));
}

/** AES-256-GCM, in a blob that names its key. */
export function encrypt(
  key: { readonly id: string; readonly material: Buffer },
  nonce: Buffer,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key.material, nonce);
  cipher.setAAD(authenticated(key.id, context));
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const id = Buffer.from(key.id.replaceAll("-", ""), "hex");
  return Buffer.concat([Buffer.from([VERSION]), id, nonce, cipher.getAuthTag(), encrypted]);
}

/** The id of the key that a blob was made with. Throws InvalidCiphertextException for what is no blob. */
export function keyIdIn(blob: Uint8Array): string {
  if (blob.length < DATA_AT || blob[0] !== VERSION) throw invalidCiphertext();
  const digits = Buffer.from(blob.subarray(ID_AT, NONCE_AT)).toString("hex");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What was encrypted. Throws InvalidCiphertextException for another context, and for a blob that was changed. */
export function decrypt(
  key: { readonly id: string; readonly material: Buffer },
  blob: Uint8Array,
  context: EncryptionContext,
): Buffer {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key.material, blob.subarray(NONCE_AT, TAG_AT), {
      authTagLength: DATA_AT - TAG_AT,
    });
    decipher.setAAD(authenticated(key.id, context));
    decipher.setAuthTag(blob.subarray(TAG_AT, DATA_AT));
    return Buffer.concat([decipher.update(blob.subarray(DATA_AT)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}
