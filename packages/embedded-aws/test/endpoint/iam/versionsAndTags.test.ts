import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { Principal } from "../../../src/core/iam/principal";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import type { Input, OperationName } from "../../../src/wire/operation";
import { untyped } from "../../support/untyped";

const policyOf = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const trustLambda = policyOf({
  Effect: "Allow",
  Principal: { Service: "lambda.amazonaws.com" },
  Action: "sts:AssumeRole",
});
const allow = policyOf({ Effect: "Allow", Action: "sqs:ListQueues", Resource: "*" });
const deny = policyOf({ Effect: "Deny", Action: "*", Resource: "*" });
const AWS_POLICY = "arn:aws:iam::aws:policy/AmazonSQSFullAccess";

describe("IAM's policies, tags and descriptions", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;

  const start = async (iamPropagationMs: number) => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, services: [createSqs], conditions: { iamPropagationMs } });
    await iam("CreateRole", {
      RoleName: "worker",
      AssumeRolePolicyDocument: trustLambda,
      Description: "old",
    });
  };
  beforeEach(() => start(0));
  afterEach(() => cloud.close());

  const iam = <N extends OperationName<"iam">>(operation: N, input: Input<"iam", N>) =>
    cloud.call("iam", operation, input);
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const createPolicy = async (more: Partial<Input<"iam", "CreatePolicy">> = {}) => {
    const { Policy } = await iam("CreatePolicy", { PolicyName: "list", PolicyDocument: allow, ...more });
    return Policy?.Arn ?? "";
  };
  const worker: Principal = { kind: "role", accountId: "000000000000", roleName: "worker", sessionName: "s" };
  const attempt = () => refusalOf(cloud.context.call("sqs", "ListQueues", {}, worker));

  it("knows the account's root user alone", async () => {
    const { User } = await iam("GetUser", {});
    expect(User).to.include({ UserName: "root", Arn: "arn:aws:iam::000000000000:root" });
    expect(await refusalOf(iam("GetUser", { UserName: "ann" }))).to.match(/^NoSuchEntity/);
  });

  it("keeps up to five versions of a policy, of which the default counts", async () => {
    const PolicyArn = await createPolicy();
    await iam("AttachRolePolicy", { RoleName: "worker", PolicyArn });
    const add = (SetAsDefault: boolean) =>
      iam("CreatePolicyVersion", { PolicyArn, PolicyDocument: deny, SetAsDefault });
    await add(false);
    expect(await attempt()).to.equal("none");
    await add(true);
    expect(await attempt()).to.include("explicit deny");
    await iam("SetDefaultPolicyVersion", { PolicyArn, VersionId: "v1" });
    expect(await attempt()).to.equal("none");
    await add(false);
    await add(false);
    expect(await refusalOf(add(false))).to.match(/^LimitExceededException: .* up to 5 versions/);
    const { Versions = [] } = await iam("ListPolicyVersions", { PolicyArn });
    expect(Versions.map((version) => [version.VersionId, version.IsDefaultVersion])).to.have.deep.members([
      ["v1", true],
      ...["v2", "v3", "v4", "v5"].map((id) => [id, false]),
    ]);
    const { PolicyVersion } = await iam("GetPolicyVersion", { PolicyArn, VersionId: "v2" });
    expect(decodeURIComponent(PolicyVersion?.Document ?? "")).to.equal(deny);
  });

  it("deletes every version but the default, which goes with the policy, and numbers none twice", async () => {
    const PolicyArn = await createPolicy();
    const add = () => iam("CreatePolicyVersion", { PolicyArn, PolicyDocument: deny });
    const drop = (VersionId: string) => iam("DeletePolicyVersion", { PolicyArn, VersionId });
    await add();
    expect(await refusalOf(drop("v1"))).to.match(/^DeleteConflictException/);
    expect(await refusalOf(iam("DeletePolicy", { PolicyArn }))).to.match(
      /^DeleteConflictException: .*versions/,
    );
    await drop("v2");
    expect(await refusalOf(drop("v2"))).to.match(/^NoSuchEntityException/);
    expect((await add()).PolicyVersion?.VersionId).to.equal("v3");
    await drop("v3");
    await iam("DeletePolicy", { PolicyArn });
    expect(await refusalOf(iam("ListPolicyVersions", { PolicyArn }))).to.match(/^NoSuchEntityException/);
  });

  it("lets a new default count after a while, as every change of a policy", async () => {
    await cloud.close();
    await start(1000);
    const PolicyArn = await createPolicy();
    await iam("AttachRolePolicy", { RoleName: "worker", PolicyArn });
    await clock.advance(1000);
    expect(await attempt()).to.equal("none");
    await iam("CreatePolicyVersion", { PolicyArn, PolicyDocument: deny, SetAsDefault: true });
    expect(await attempt()).to.equal("none");
    await clock.advance(1000);
    expect(await attempt()).to.include("explicit deny");
  });

  it("lists policies by where they come from and whether they are attached", async () => {
    const PolicyArn = await createPolicy({ Path: "/shop/" });
    await iam("AttachRolePolicy", { RoleName: "worker", PolicyArn: AWS_POLICY });
    const listed = async (input: Input<"iam", "ListPolicies"> = {}) =>
      (await iam("ListPolicies", input)).Policies?.map(({ Arn }) => Arn);
    expect(await listed({ Scope: "Local" })).to.deep.equal([PolicyArn]);
    expect(await listed({ PathPrefix: "/shop/" })).to.deep.equal([PolicyArn]);
    expect(await listed({ Scope: "Local", OnlyAttached: true })).to.deep.equal([]);
    expect(await listed({ OnlyAttached: true })).to.deep.equal([AWS_POLICY]);
    expect(await listed()).to.include.members([PolicyArn, AWS_POLICY]);
    const holders = async (arn: string) =>
      (await iam("ListEntitiesForPolicy", { PolicyArn: arn })).PolicyRoles?.map(({ RoleName }) => RoleName);
    expect(await holders(AWS_POLICY)).to.deep.equal(["worker"]);
    expect(await holders(PolicyArn)).to.deep.equal([]);
  });

  it("tags and untags roles, policies and instance profiles", async () => {
    await iam("CreateInstanceProfile", { InstanceProfileName: "p", Tags: [{ Key: "kept", Value: "0" }] });
    const PolicyArn = await createPolicy({ Tags: [{ Key: "kept", Value: "0" }] });
    const call = untyped(cloud.call);
    const Tags = [
      { Key: "kept", Value: "1" },
      { Key: "gone", Value: "2" },
    ];
    const many = Array.from({ length: 50 }, (_, index) => ({ Key: String(index), Value: "" }));
    const carriers = {
      Role: { RoleName: "worker" },
      Policy: { PolicyArn },
      InstanceProfile: { InstanceProfileName: "p" },
    };
    for (const [kind, name] of Object.entries(carriers)) {
      await call("iam", `Tag${kind}`, { ...name, Tags });
      await call("iam", `Untag${kind}`, { ...name, TagKeys: ["gone", "none"] });
      const listed = { Tags: [{ Key: "kept", Value: "1" }], IsTruncated: false };
      expect(await call("iam", `List${kind}Tags`, name), kind).to.deep.equal(listed);
      expect(await refusalOf(call("iam", `Tag${kind}`, { ...name, Tags: many })), kind).to.match(
        /^LimitExceededException/,
      );
    }
    const tagAws = iam("TagPolicy", { PolicyArn: AWS_POLICY, Tags });
    expect(await refusalOf(tagAws)).to.match(/^NoSuchEntityException/);
  });

  it("changes what a role says of itself, and finds the profiles that hold it", async () => {
    await iam("UpdateRole", { RoleName: "worker", MaxSessionDuration: 7200 });
    expect((await iam("GetRole", { RoleName: "worker" })).Role.Description).to.equal("old");
    const { Role } = await iam("UpdateRoleDescription", { RoleName: "worker", Description: "new" });
    expect(Role).to.include({ Description: "new", MaxSessionDuration: 7200 });
    for (const name of ["a", "b"]) await iam("CreateInstanceProfile", { InstanceProfileName: name });
    await iam("AddRoleToInstanceProfile", { InstanceProfileName: "b", RoleName: "worker" });
    const names = (profiles: readonly { readonly InstanceProfileName?: string }[] = []) =>
      profiles.map(({ InstanceProfileName }) => InstanceProfileName);
    expect(names((await iam("ListInstanceProfiles", {})).InstanceProfiles)).to.have.members(["a", "b"]);
    const { InstanceProfiles } = await iam("ListInstanceProfilesForRole", { RoleName: "worker" });
    expect(names(InstanceProfiles)).to.deep.equal(["b"]);
  });
});
