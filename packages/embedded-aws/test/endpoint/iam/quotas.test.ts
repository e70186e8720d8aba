import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const trust = {
  Effect: "Allow",
  Principal: { Service: "lambda.amazonaws.com" },
  Action: "sts:AssumeRole",
};
const allow = { Effect: "Allow", Action: "sqs:*", Resource: "*" };

/** A policy of exactly so many characters that are no white space, by the length of a value in it. */
function policyOf(statement: object, size: number, indent = 0): string {
  const text = (filler: string) =>
    JSON.stringify(
      { Statement: { ...statement, Condition: { StringEquals: { "aws:PrincipalArn": filler } } } },
      null,
      indent,
    );
  const empty = text("").replace(/\s/g, "").length;
  return text("x".repeat(size - empty));
}

describe("IAM's quotas and names", () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startTestCloud();
    await cloud.call("iam", "CreateRole", {
      RoleName: "worker",
      AssumeRolePolicyDocument: policyOf(trust, 500),
    });
  });
  afterEach(() => cloud.close());

  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "accepted",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );

  it("bound a trust policy, without its white space", async () => {
    const update = (PolicyDocument: string) =>
      refusalOf(cloud.call("iam", "UpdateAssumeRolePolicy", { RoleName: "worker", PolicyDocument }));
    expect(await update(policyOf(trust, 2048, 8))).to.equal("accepted");
    const tooLong = "LimitExceededException: Cannot exceed quota for ACLSizePerRole: 2048";
    expect(await update(policyOf(trust, 2049))).to.equal(tooLong);
    const role = { RoleName: "other", AssumeRolePolicyDocument: policyOf(trust, 2049) };
    expect(await refusalOf(cloud.call("iam", "CreateRole", role))).to.equal(tooLong);
  });

  it("bound the policies within a role together", async () => {
    const put = (PolicyName: string, size: number) =>
      refusalOf(
        cloud.call("iam", "PutRolePolicy", {
          ...{ RoleName: "worker", PolicyName, PolicyDocument: policyOf(allow, size) },
        }),
      );
    expect(await put("a", 10_000)).to.equal("accepted");
    expect(await put("a", 10_040)).to.equal("accepted");
    expect(await put("b", 201)).to.equal(
      "LimitExceededException: Maximum policy size of 10240 bytes exceeded for role worker",
    );
    expect(await put("b", 200)).to.equal("accepted");
  });

  it("bound a managed policy, its versions, and how many a role may have", async () => {
    const create = (PolicyName: string, size: number) =>
      refusalOf(cloud.call("iam", "CreatePolicy", { PolicyName, PolicyDocument: policyOf(allow, size) }));
    const tooLong = "LimitExceededException: Cannot exceed quota for PolicySize: 6144";
    expect(await create("a", 6145)).to.equal(tooLong);
    expect(await create("a", 6144)).to.equal("accepted");
    const PolicyArn = "arn:aws:iam::000000000000:policy/a";
    const version = { PolicyArn, PolicyDocument: policyOf(allow, 6145) };
    expect(await refusalOf(cloud.call("iam", "CreatePolicyVersion", version))).to.equal(tooLong);

    const attach = (name: string) =>
      refusalOf(
        cloud.call("iam", "AttachRolePolicy", {
          ...{ RoleName: "worker", PolicyArn: `arn:aws:iam::000000000000:policy/${name}` },
        }),
      );
    for (let index = 0; index < 10; index++) {
      await create(`p${index}`, 300);
      expect(await attach(`p${index}`)).to.equal("accepted");
    }
    expect(await attach("p9"), "again").to.equal("accepted");
    expect(await attach("a")).to.equal("LimitExceededException: Cannot exceed quota for PoliciesPerRole: 10");
  });

  it("have no two names that differ in case alone, nor two policies of a name by their paths", async () => {
    const role = { RoleName: "WORKER", AssumeRolePolicyDocument: policyOf(trust, 500) };
    expect(await refusalOf(cloud.call("iam", "CreateRole", role))).to.match(/^EntityAlreadyExistsException/);
    const PolicyDocument = policyOf(allow, 300);
    await cloud.call("iam", "CreatePolicy", { PolicyName: "send", PolicyDocument });
    for (const policy of [{ PolicyName: "Send" }, { PolicyName: "send", Path: "/team/" }])
      expect(await refusalOf(cloud.call("iam", "CreatePolicy", { ...policy, PolicyDocument }))).to.match(
        /^EntityAlreadyExistsException/,
      );
    await cloud.call("iam", "CreateInstanceProfile", { InstanceProfileName: "fleet" });
    const profile = { InstanceProfileName: "FLEET" };
    expect(await refusalOf(cloud.call("iam", "CreateInstanceProfile", profile))).to.match(
      /^EntityAlreadyExistsException/,
    );
  });
});
