import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const GROUPS = "arn:aws:logs:us-east-1:000000000000:log-group:";

/** A key's policy that lets CloudWatch Logs use it for the groups whose ARNs match. */
function policyFor(groups: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::000000000000:root" },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Effect: "Allow",
        Principal: { Service: "logs.us-east-1.amazonaws.com" },
        Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"],
        Resource: "*",
        Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": groups } },
      },
    ],
  });
}

describe("a log group's key", () => {
  let cloud: TestCloud;

  before(async () => {
    cloud = await startTestCloud();
  });
  after(() => cloud.close());

  const keyFor = async (groups: string | undefined) => {
    const Policy = groups === undefined ? undefined : policyFor(groups);
    return (await cloud.call("kms", "CreateKey", { Policy })).KeyMetadata?.Arn ?? "";
  };
  const outcomeOf = (work: Promise<unknown>) =>
    work.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const keyOf = async (logGroupNamePrefix: string) =>
    (await cloud.call("logs", "DescribeLogGroups", { logGroupNamePrefix })).logGroups?.[0]?.kmsKeyId;
  const notAllowed = (name: string) =>
    new RegExp(`does not exist or is not allowed to be used with LogGroup '${GROUPS}${name}'`);

  it("is one whose policy lets the service use it for that group, at its creation and later", async () => {
    const kmsKeyId = await keyFor(`${GROUPS}own-*`);
    expect(
      await outcomeOf(cloud.call("logs", "CreateLogGroup", { logGroupName: "other", kmsKeyId })),
    ).to.match(notAllowed("other"));
    expect(await keyOf("other")).to.equal(undefined);
    await cloud.call("logs", "CreateLogGroup", { logGroupName: "own-a", kmsKeyId });
    expect(await keyOf("own-a")).to.equal(kmsKeyId);

    await cloud.call("logs", "CreateLogGroup", { logGroupName: "own-b" });
    const without = await keyFor(undefined);
    const unknown = without.replace(/[^/]*$/, "00000000-0000-0000-0000-000000000000");
    for (const refused of [without, unknown])
      expect(
        await outcomeOf(cloud.call("logs", "AssociateKmsKey", { logGroupName: "own-b", kmsKeyId: refused })),
      ).to.match(notAllowed("own-b"));
    expect(await keyOf("own-b")).to.equal(undefined);
    await cloud.call("logs", "AssociateKmsKey", { logGroupName: "own-b", kmsKeyId });
    expect(await keyOf("own-b")).to.equal(kmsKeyId);
    await cloud.call("logs", "DisassociateKmsKey", { logGroupName: "own-b" });
    expect(await keyOf("own-b")).to.equal(undefined);
  });

  it("is not taken by a group that does not exist", async () => {
    const kmsKeyId = await keyFor(`${GROUPS}*`);
    for (const work of [
      cloud.call("logs", "AssociateKmsKey", { logGroupName: "none", kmsKeyId }),
      cloud.call("logs", "DisassociateKmsKey", { logGroupName: "none" }),
    ])
      expect(await outcomeOf(work)).to.match(/ResourceNotFoundException/);
  });
});
