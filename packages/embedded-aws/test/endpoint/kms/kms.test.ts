import { DescribeKeyCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect } from "chai";
import { createKms } from "../../../src/services/kms/kms";
import { createSns } from "../../../src/services/sns/sns";
import type { Principal } from "../../../src/core/iam/principal";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import type { Input, OperationName } from "../../../src/wire/operation";

const ACCOUNT = "000000000000";
const accountMay = (Action: string) => ({
  Sid: "Enable IAM User Permissions",
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  Action,
  Resource: "*",
});

describe("KMS keys", () => {
  let cloud: TestCloud;

  beforeEach(async () => {
    cloud = await startTestCloud({ services: [createKms, createSns] });
  });

  afterEach(() => cloud.close());

  const kms = <N extends OperationName<"kms">>(operation: N, input: Input<"kms", N>) =>
    cloud.call("kms", operation, input);
  const createKey = async (input: Input<"kms", "CreateKey"> = {}) => {
    const { KeyMetadata } = await kms("CreateKey", input);
    return { KeyId: KeyMetadata?.KeyId ?? "", Arn: KeyMetadata?.Arn ?? "" };
  };
  const describeKey = async (KeyId: string) => (await kms("DescribeKey", { KeyId })).KeyMetadata;
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );

  it("are not found by an ARN of another region or account", async () => {
    const { KeyId, Arn } = await createKey();
    expect((await describeKey(Arn))?.KeyId).to.equal(KeyId);
    for (const other of [Arn.replace("us-east-1", "eu-west-1"), Arn.replace(ACCOUNT, "123456789012")]) {
      expect(await refusalOf(describeKey(other))).to.match(/^NotFoundException: Invalid arn /);
      const Plaintext = Buffer.from("x");
      expect(await refusalOf(kms("Encrypt", { KeyId: other, Plaintext }))).to.match(/^NotFoundException/);
    }
  });

  it("are made under the former name of their spec too, but not under both", async () => {
    expect((await createKey({ CustomerMasterKeySpec: "SYMMETRIC_DEFAULT" })).KeyId).to.not.equal("");
    const both = createKey({ CustomerMasterKeySpec: "SYMMETRIC_DEFAULT", KeySpec: "SYMMETRIC_DEFAULT" });
    expect(await refusalOf(both)).to.match(/^ValidationException: You cannot specify KeySpec and/);
    expect(await refusalOf(createKey({ CustomerMasterKeySpec: "RSA_2048" }))).to.match(/NotSupported/);
  });

  it("are found by id, ARN, alias and the alias's ARN", async () => {
    const { KeyId, Arn } = await createKey({ Description: "alarms" });
    await kms("CreateAlias", { AliasName: "alias/shop/alarms", TargetKeyId: KeyId });
    const names = [KeyId, Arn, "alias/shop/alarms", `arn:aws:kms:us-east-1:${ACCOUNT}:alias/shop/alarms`];
    for (const name of names) {
      expect(await describeKey(name)).to.include({
        KeyId,
        Arn,
        Description: "alarms",
        KeyManager: "CUSTOMER",
      });
    }
    expect(await refusalOf(describeKey("alias/other"))).to.match(/^NotFoundException: Alias .*alias\/other/);
    expect(
      await refusalOf(kms("CreateAlias", { AliasName: "alias/shop/alarms", TargetKeyId: KeyId })),
    ).to.match(/^AlreadyExistsException/);
    expect(await refusalOf(kms("CreateAlias", { AliasName: "alias/aws/mine", TargetKeyId: KeyId }))).to.match(
      /^ValidationException: .*at 'aliasName'/,
    );
  });

  it("are changed and shown in full by id or ARN alone, and no alias names an alias", async () => {
    const { KeyId } = await createKey();
    await kms("CreateAlias", { AliasName: "alias/mine", TargetKeyId: KeyId });
    const Tags = [{ TagKey: "a", TagValue: "b" }];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [accountMay("kms:*")] });
    for (const [alias, refusal] of [
      ["alias/mine", "NotFoundException: Invalid keyId 'alias/mine'"],
      [`arn:aws:kms:us-east-1:${ACCOUNT}:alias/mine`, "NotFoundException: Invalid arn "],
    ] as const) {
      const calls = [
        kms("GetKeyPolicy", { KeyId: alias }),
        kms("PutKeyPolicy", { KeyId: alias, Policy }),
        kms("ListKeyPolicies", { KeyId: alias }),
        kms("EnableKeyRotation", { KeyId: alias }),
        kms("DisableKeyRotation", { KeyId: alias }),
        kms("GetKeyRotationStatus", { KeyId: alias }),
        kms("TagResource", { KeyId: alias, Tags }),
        kms("UntagResource", { KeyId: alias, TagKeys: ["a"] }),
        kms("ListResourceTags", { KeyId: alias }),
        kms("UpdateKeyDescription", { KeyId: alias, Description: "d" }),
        kms("ListAliases", { KeyId: alias }),
        kms("EnableKey", { KeyId: alias }),
        kms("DisableKey", { KeyId: alias }),
        kms("ScheduleKeyDeletion", { KeyId: alias }),
        kms("CancelKeyDeletion", { KeyId: alias }),
      ];
      for (const refused of await Promise.all(calls.map(refusalOf)))
        expect(refused).to.match(new RegExp(`^${refusal}`));
      for (const operation of ["CreateAlias", "UpdateAlias"] as const) {
        const input = { AliasName: "alias/mine", TargetKeyId: alias };
        expect(await refusalOf(kms(operation, input))).to.equal(
          "ValidationException: Aliases must refer to keys. Not aliases",
        );
      }
    }
    expect((await describeKey("alias/mine"))?.Enabled).to.equal(true);
  });

  it("are refused with status 400, whatever the model says", async () => {
    const client = new KMSClient({ ...cloud.client, maxAttempts: 1 });
    const { KeyId } = await createKey();
    await kms("DisableKey", { KeyId });
    for (const [command, name] of [
      [new DescribeKeyCommand({ KeyId: "none" }), "NotFoundException"],
      [new EncryptCommand({ KeyId, Plaintext: new Uint8Array([1]) }), "DisabledException"],
    ] as const) {
      const error = await client.send(command as DescribeKeyCommand).catch((cause: unknown) => cause);
      expect(error).to.nested.include({ name, "$metadata.httpStatusCode": 400 });
    }
    client.destroy();
  });

  it("are listed in pages, and may be described anew", async () => {
    const made = [await createKey(), await createKey(), await createKey()].map(({ KeyId }) => KeyId);
    const first = await kms("ListKeys", { Limit: 2 });
    expect([first.Keys?.length, first.Truncated]).to.deep.equal([2, true]);
    const second = await kms("ListKeys", { Marker: first.NextMarker });
    expect(second.Truncated).to.equal(false);
    const listed = [...(first.Keys ?? []), ...(second.Keys ?? [])].map(({ KeyId }) => KeyId);
    expect(listed).to.have.members(made);
    const [KeyId = ""] = made;
    await kms("UpdateKeyDescription", { KeyId, Description: "of orders" });
    expect((await describeKey(KeyId))?.Description).to.equal("of orders");
    expect((await kms("ListKeyPolicies", { KeyId })).PolicyNames).to.deep.equal(["default"]);
    expect(await refusalOf(kms("ListKeyPolicies", { KeyId: "none" }))).to.match(/^NotFoundException/);
  });

  it("rotate once they are told to", async () => {
    const { KeyId } = await createKey();
    expect(await kms("GetKeyRotationStatus", { KeyId })).to.deep.equal({ KeyId, KeyRotationEnabled: false });
    await kms("EnableKeyRotation", { KeyId, RotationPeriodInDays: 180 });
    expect(await kms("GetKeyRotationStatus", { KeyId })).to.include({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 180,
    });
  });

  it("keep the policy that they were last given, and refuse one that is none", async () => {
    const { KeyId } = await createKey();
    const Statement = [
      accountMay("kms:*"),
      { Effect: "Deny", Principal: "*", Action: "kms:Decrypt", Resource: "*" },
    ];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    expect(await kms("GetKeyPolicy", { KeyId }))
      .to.have.property("Policy")
      .that.includes("kms:*");
    await kms("PutKeyPolicy", { KeyId, Policy: policy });
    expect(await kms("GetKeyPolicy", { KeyId })).to.include({ Policy: policy });
    expect(await refusalOf(kms("PutKeyPolicy", { KeyId, Policy: "{" }))).to.match(/^MalformedPolicyDocument/);
  });

  describe("take no policy that locks out who puts it", () => {
    const locked =
      "MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.";
    const put = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    const deny = { ...accountMay("kms:PutKeyPolicy"), Effect: "Deny" };
    const policies: [what: string, policy: string, expected: string][] = [
      ["allows the account everything", put(accountMay("kms:*")), "none"],
      ["allows it to put policies", put(accountMay("kms:Put*")), "none"],
      ["allows everyone", put({ ...accountMay("kms:*"), Principal: "*" }), "none"],
      ["allows other actions alone", put(accountMay("kms:Decrypt")), locked],
      ["denies it again", put(accountMay("kms:*"), deny), locked],
      [
        "allows a service alone",
        put({ ...accountMay("kms:*"), Principal: { Service: "sns.amazonaws.com" } }),
        locked,
      ],
      [
        "allows it for other keys alone",
        put({ ...accountMay("kms:*"), Resource: `arn:aws:kms:*:${ACCOUNT}:key/x` }),
        locked,
      ],
      [
        "denies all but another account",
        put(accountMay("kms:*"), { ...deny, Principal: undefined, NotPrincipal: { AWS: "111122223333" } }),
        locked,
      ],
    ];
    for (const [what, Policy, expected] of policies) {
      it(`that ${what}`, async () => {
        expect(await refusalOf(kms("CreateKey", { Policy }))).to.equal(expected);
        const { KeyId } = await createKey();
        expect(await refusalOf(kms("PutKeyPolicy", { KeyId, Policy }))).to.equal(expected);
        const BypassPolicyLockoutSafetyCheck = true;
        expect(
          await refusalOf(kms("PutKeyPolicy", { KeyId, Policy, BypassPolicyLockoutSafetyCheck })),
        ).to.equal("none");
      });
    }

    it("nor one that names a role which is not there", async () => {
      const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:role/missing` };
      const Policy = put(accountMay("kms:*"), { ...accountMay("kms:Decrypt"), Principal });
      expect(await refusalOf(kms("CreateKey", { Policy }))).to.match(
        /^MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals\./,
      );
    });
  });

  it("cannot be changed once their deletion is scheduled", async () => {
    const { KeyId } = await createKey();
    expect(await refusalOf(kms("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 6 }))).to.match(
      /^ValidationException: .*at 'pendingWindowInDays'/,
    );
    await kms("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    expect(await describeKey(KeyId)).to.include({ KeyState: "PendingDeletion", Enabled: false });
    expect(await refusalOf(kms("EnableKeyRotation", { KeyId }))).to.match(/^KMSInvalidStateException/);
  });

  describe("of an encrypted topic", () => {
    const alarm: Principal = {
      kind: "service",
      service: "cloudwatch.amazonaws.com",
      sourceArn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:late`,
    };
    const publishAs = async (caller: Principal, KmsMasterKeyId: string) => {
      const { TopicArn } = await cloud.call("sns", "CreateTopic", {
        Name: "alarms",
        Attributes: { KmsMasterKeyId },
      });
      return await refusalOf(cloud.context.call("sns", "Publish", { TopicArn, Message: "late" }, caller));
    };
    const keyFor = (service: string) => {
      const Statement = [
        accountMay("kms:PutKeyPolicy"),
        {
          Effect: "Allow",
          Principal: { Service: service },
          Action: ["kms:GenerateDataKey*", "kms:Decrypt"],
          Resource: "*",
          Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
        },
      ];
      return createKey({ Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    };

    it("let an alarm publish when their policy names CloudWatch", async () => {
      expect(await publishAs(alarm, (await keyFor("cloudwatch.amazonaws.com")).Arn)).to.equal("none");
    });

    it("refuse an alarm when their policy names somebody else", async () => {
      expect(await publishAs(alarm, (await keyFor("events.amazonaws.com")).KeyId)).to.match(
        /^KMSAccessDeniedException: .*kms:GenerateDataKey/,
      );
    });

    it("refuse an alarm when they are SNS's own, which serve the account's principals only", async () => {
      expect(await publishAs(alarm, "alias/aws/sns")).to.match(/^KMSAccessDeniedException/);
    });

    it("must exist", async () => {
      const administrator: Principal = { kind: "administrator", accountId: ACCOUNT };
      expect(await publishAs(administrator, "alias/none")).to.match(/^KMSNotFoundException/);
    });

    it("must not be on their way out", async () => {
      const { KeyId } = await keyFor("cloudwatch.amazonaws.com");
      await kms("ScheduleKeyDeletion", { KeyId });
      expect(await publishAs(alarm, KeyId)).to.match(/^KMSInvalidStateException/);
    });
  });
});
