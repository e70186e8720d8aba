import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  KMSClient,
  ListAliasesCommand,
  ReEncryptCommand,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createKms } from "../../../src/services/kms/kms";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createRole } from "../lambda/support";

describe("what KMS encrypts, by SDK v3", () => {
  let cloud: TestCloud;
  let kms: KMSClient;
  let KeyId: string;
  let arn: string;

  beforeEach(async () => {
    cloud = await startTestCloud({
      clock: new SteppedClock(),
      services: [createKms],
      // What a role may do counts at once.
      conditions: { iamPropagationMs: 0 },
    });
    kms = new KMSClient({ ...cloud.client, maxAttempts: 1 });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    KeyId = KeyMetadata?.KeyId ?? "";
    arn = KeyMetadata?.Arn ?? "";
  });
  afterEach(async () => {
    kms.destroy();
    await cloud.close();
  });

  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
  const encrypt = async (words: string, EncryptionContext?: Record<string, string>, key = KeyId) =>
    (
      await kms.send(
        new EncryptCommand({
          KeyId: key,
          Plaintext: Buffer.from(words),
          ...(EncryptionContext && { EncryptionContext }),
        }),
      )
    ).CiphertextBlob!;
  const decrypt = async (
    CiphertextBlob: Uint8Array,
    more: { EncryptionContext?: Record<string, string>; KeyId?: string } = {},
  ) => await kms.send(new DecryptCommand({ CiphertextBlob, ...more }));
  const nameOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "success",
      (error: unknown) => (error as Error).name,
    );

  it("comes back by the key that its ciphertext names, which says nothing of the text", async () => {
    const ciphertext = await encrypt("secret words");
    expect(text(ciphertext)).not.to.contain("secret");
    const { Plaintext, KeyId: used } = await decrypt(ciphertext);
    expect([text(Plaintext), used]).to.deep.equal(["secret words", arn]);
    expect(await encrypt("secret words")).not.to.deep.equal(ciphertext);
  });

  it("is bound to its context, whatever the order of the pairs", async () => {
    const ciphertext = await encrypt("s", { a: "1", b: "2" });
    const { Plaintext } = await decrypt(ciphertext, { EncryptionContext: { b: "2", a: "1" } });
    expect(text(Plaintext)).to.equal("s");
    for (const EncryptionContext of [{}, { a: "1" }, { a: "1", b: "3" }, { a: "1", b: "2", c: "3" }])
      expect(await nameOf(decrypt(ciphertext, { EncryptionContext }))).to.equal("InvalidCiphertextException");
  });

  it("is refused once a single bit of it has changed, and when it is none", async () => {
    const ciphertext = await encrypt("s");
    for (const index of [0, 5, 20, 35, ciphertext.length - 1]) {
      const changed = Buffer.from(ciphertext);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(await nameOf(decrypt(changed)), String(index)).to.equal("InvalidCiphertextException");
    }
    expect(await nameOf(decrypt(Buffer.from("nothing")))).to.equal("InvalidCiphertextException");
  });

  it("is refused by another key than its own, and above 4 KB", async () => {
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? "";
    expect(await nameOf(decrypt(await encrypt("s"), { KeyId: other }))).to.equal("IncorrectKeyException");
    expect(await nameOf(encrypt("x".repeat(4096)))).to.equal("success");
    expect(await nameOf(encrypt("x".repeat(4097)))).to.equal("ValidationException");
  });

  it("may be a data key, of which the plaintext is given once or not at all", async () => {
    const { Plaintext, CiphertextBlob } = await kms.send(
      new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }),
    );
    expect(Plaintext).to.have.length(32);
    expect(Buffer.from((await decrypt(CiphertextBlob!)).Plaintext!)).to.deep.equal(Buffer.from(Plaintext!));
    const without = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 100 }));
    expect(without).not.to.have.property("Plaintext");
    expect((await decrypt(without.CiphertextBlob!)).Plaintext).to.have.length(100);
    expect(await nameOf(kms.send(new GenerateDataKeyCommand({ KeyId })))).to.equal("ValidationException");
  });

  it("can be given to another key without being seen", async () => {
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata;
    const { CiphertextBlob } = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: await encrypt("s", { a: "1" }),
        SourceEncryptionContext: { a: "1" },
        DestinationKeyId: other?.KeyId,
      }),
    );
    const { Plaintext, KeyId: used } = await decrypt(CiphertextBlob!);
    expect([text(Plaintext), used]).to.deep.equal(["s", other?.Arn]);
  });

  it("waits while its key is disabled or on its way out", async () => {
    const ciphertext = await encrypt("s");
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect(await nameOf(encrypt("s"))).to.equal("DisabledException");
    expect(await nameOf(decrypt(ciphertext))).to.equal("DisabledException");
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    expect(await nameOf(decrypt(ciphertext))).to.equal("KMSInvalidStateException");
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    expect(await nameOf(decrypt(ciphertext))).to.equal("DisabledException");
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect(text((await decrypt(ciphertext)).Plaintext)).to.equal("s");
  });

  it("is asked for by an alias, which can be listed, moved and deleted", async () => {
    const AliasName = "alias/mine";
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    const ciphertext = await encrypt("s", undefined, AliasName);
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId;
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: other }));
    const { Aliases = [] } = await kms.send(new ListAliasesCommand({ KeyId: other }));
    expect(Aliases.map((alias) => alias.AliasName)).to.deep.equal([AliasName]);
    expect((await decrypt(ciphertext)).KeyId).to.equal(arn);
    await kms.send(new DeleteAliasCommand({ AliasName }));
    expect(await nameOf(encrypt("s", undefined, AliasName))).to.equal("NotFoundException");
  });

  it("is for those whom the key's policy and their own let, in the contexts that these name", async () => {
    await createRole(cloud, "reader", [{ Action: "kms:Decrypt", Resource: arn }]);
    const reader = new KMSClient({
      ...cloud.clientAs(cloud.context.issueCredentials("reader", "s")),
      maxAttempts: 1,
    });
    const CiphertextBlob = await encrypt("s");
    expect(text((await reader.send(new DecryptCommand({ CiphertextBlob }))).Plaintext)).to.equal("s");
    expect(await nameOf(reader.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("s") })))).to.equal(
      "AccessDeniedException",
    );
    reader.destroy();
  });
});
