import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const PolicyDocument = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "sqs:*", Resource: "*" },
});
const AssumeRolePolicyDocument = JSON.stringify({
  Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
});

describe("what was created or set can be taken back", () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startTestCloud();
  });
  afterEach(() => cloud.close());

  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => (error as Error).name,
    );

  it("an instance profile and its role", async () => {
    const profile = { InstanceProfileName: "p" };
    await cloud.call("iam", "CreateRole", { RoleName: "r", AssumeRolePolicyDocument });
    await cloud.call("iam", "CreateInstanceProfile", profile);
    await cloud.call("iam", "AddRoleToInstanceProfile", { ...profile, RoleName: "r" });
    expect(await refusal(cloud.call("iam", "DeleteInstanceProfile", profile))).to.equal(
      "DeleteConflictException",
    );
    await cloud.call("iam", "RemoveRoleFromInstanceProfile", { ...profile, RoleName: "r" });
    await cloud.call("iam", "DeleteInstanceProfile", profile);
    expect(await refusal(cloud.call("iam", "GetInstanceProfile", profile))).to.equal("NoSuchEntityException");
  });

  it("a policy that every role has given up", async () => {
    const { Policy } = await cloud.call("iam", "CreatePolicy", { PolicyName: "p", PolicyDocument });
    const PolicyArn = Policy!.Arn!;
    await cloud.call("iam", "CreateRole", { RoleName: "r", AssumeRolePolicyDocument });
    await cloud.call("iam", "AttachRolePolicy", { RoleName: "r", PolicyArn });
    expect((await cloud.call("iam", "GetPolicy", { PolicyArn })).Policy).to.include({ AttachmentCount: 1 });
    const { PolicyVersion } = await cloud.call("iam", "GetPolicyVersion", { PolicyArn, VersionId: "v1" });
    expect(decodeURIComponent(PolicyVersion!.Document!)).to.equal(PolicyDocument);
    expect(await refusal(cloud.call("iam", "DeletePolicy", { PolicyArn }))).to.equal(
      "DeleteConflictException",
    );
    await cloud.call("iam", "DetachRolePolicy", { RoleName: "r", PolicyArn });
    await cloud.call("iam", "DeletePolicy", { PolicyArn });
    expect(await refusal(cloud.call("iam", "GetPolicy", { PolicyArn }))).to.equal("NoSuchEntityException");
  });

  it("a group's retention, a key's rotation, and tags", async () => {
    const group = { logGroupName: "g" };
    await cloud.call("logs", "CreateLogGroup", { ...group, tags: { a: "1" } });
    await cloud.call("logs", "PutRetentionPolicy", { ...group, retentionInDays: 7 });
    await cloud.call("logs", "DeleteRetentionPolicy", group);
    const { logGroups } = await cloud.call("logs", "DescribeLogGroups", {});
    expect(logGroups![0]!.retentionInDays).to.equal(undefined);
    const resourceArn = logGroups![0]!.logGroupArn!;
    await cloud.call("logs", "UntagResource", { resourceArn, tagKeys: ["a"] });
    expect((await cloud.call("logs", "ListTagsForResource", { resourceArn })).tags).to.deep.equal({});

    const { KeyMetadata } = await cloud.call("kms", "CreateKey", { Tags: [{ TagKey: "a", TagValue: "1" }] });
    const KeyId = KeyMetadata!.KeyId;
    await cloud.call("kms", "EnableKeyRotation", { KeyId });
    await cloud.call("kms", "DisableKeyRotation", { KeyId });
    expect(await cloud.call("kms", "GetKeyRotationStatus", { KeyId })).to.include({
      KeyRotationEnabled: false,
    });
    await cloud.call("kms", "TagResource", { KeyId, Tags: [{ TagKey: "b", TagValue: "2" }] });
    await cloud.call("kms", "UntagResource", { KeyId, TagKeys: ["a"] });
    const { Tags } = await cloud.call("kms", "ListResourceTags", { KeyId });
    expect(Tags).to.deep.equal([{ TagKey: "b", TagValue: "2" }]);
  });
});
