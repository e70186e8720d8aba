import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createFunction, createRole, invoke, record } from "./support";

const ANSWERS = "exports.handler = async () => process.env.GREETING ?? 'nothing';";
const Environment = { Variables: { GREETING: "hello" } };

describe("the key of a function's variables", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;
  let events: CloudEvent[];
  let Role: string;
  let KMSKeyArn: string;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ conditions: { iamPropagationMs: 0 }, clock });
    events = record(cloud);
    Role = await createRole(cloud, "role");
    KMSKeyArn = (await cloud.call("kms", "CreateKey", {})).KeyMetadata?.Arn ?? "";
  });
  afterEach(() => cloud.close());

  const outcomeOf = (work: Promise<unknown>) =>
    work.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const change = (more: object) =>
    cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName: "fn", ...more });
  const keyOf = async () =>
    (await cloud.call("lambda", "GetFunctionConfiguration", { FunctionName: "fn" })).KMSKeyArn;

  it("is read by the function's role without a permission of its own: Lambda's grant gives it", async () => {
    await createFunction(cloud, "fn", ANSWERS, { Role, Environment, KMSKeyArn });
    expect((await invoke(cloud, "fn")).payload).to.equal("hello");
  });

  it("must exist and be enabled when it is given, and when what it encrypts changes", async () => {
    const unknown = KMSKeyArn.replace(/[^/]*$/, "00000000-0000-0000-0000-000000000000");
    const create = createFunction(cloud, "fn", ANSWERS, { Role, Environment, KMSKeyArn: unknown });
    expect(await outcomeOf(create)).to.match(/^InvalidParameterValueException: .* the KMS key was not found/);
    expect(await outcomeOf(keyOf())).to.match(/^ResourceNotFoundException/);

    await createFunction(cloud, "fn", ANSWERS, { Role, Environment });
    expect(await outcomeOf(change({ KMSKeyArn: unknown }))).to.match(/the KMS key was not found/);
    expect(await keyOf()).to.equal(undefined);

    await change({ KMSKeyArn });
    await cloud.call("kms", "DisableKey", { KeyId: KMSKeyArn });
    expect(await outcomeOf(change({ Environment }))).to.match(/the KMS key used is disabled/);
    await change({ Timeout: 9 });
    await change({ KMSKeyArn: "" });
    expect(await keyOf()).to.equal(undefined);
    expect((await invoke(cloud, "fn")).payload).to.equal("hello");
  });

  for (const which of ["Lambda's own key", "a key of the program's"] as const)
    it(`is no longer read, being ${which}, by a role that was made anew under its name, until the function is given it again`, async () => {
      const key = which === "Lambda's own key" ? {} : { KMSKeyArn };
      await createFunction(cloud, "fn", ANSWERS, { Role, Environment, ...key });
      await createFunction(cloud, "bare", ANSWERS, { Role });
      await cloud.call("iam", "DeleteRolePolicy", { RoleName: "role", PolicyName: "permissions" });
      await cloud.call("iam", "DeleteRole", { RoleName: "role" });
      expect(await createRole(cloud, "role")).to.equal(Role);
      const denied = /^KMSAccessDeniedException: .* unable to decrypt .* access to the KMS key was denied/;
      expect(await outcomeOf(invoke(cloud, "fn"))).to.match(denied);
      expect((await invoke(cloud, "bare")).payload).to.equal("nothing");
      // Its code, and what is not encrypted, change nothing.
      await change({ Timeout: 9 });
      expect(await outcomeOf(invoke(cloud, "fn"))).to.match(denied);
      await change({ Role });
      expect((await invoke(cloud, "fn")).payload).to.equal("hello");
    });

  for (const [allowed, outcome] of [
    [[], /^AccessDeniedException: .* access to the KMS key was denied.*kms:Encrypt/],
    [["kms:Encrypt"], /^AccessDeniedException: .* access to the KMS key was denied.*kms:CreateGrant/],
    [["kms:Encrypt", "kms:CreateGrant"], /^none$/],
  ] as const)
    it(`is ${outcome.test("none") ? "taken from" : "refused to"} a deployer with ${allowed.join(" and ") || "no permission of KMS"}`, async () => {
      await createFunction(cloud, "fn", ANSWERS, { Role, Environment });
      await createRole(cloud, "deployer", [
        { Action: ["lambda:UpdateFunctionConfiguration"], Resource: "*" },
        ...(allowed.length === 0 ? [] : [{ Action: allowed, Resource: KMSKeyArn }]),
      ]);
      const deployer = {
        kind: "role",
        accountId: "000000000000",
        roleName: "deployer",
        sessionName: "ci",
      } as const;
      const input = { FunctionName: "fn", KMSKeyArn };
      const given = cloud.context.call("lambda", "UpdateFunctionConfiguration", input, deployer);
      expect(await outcomeOf(given)).to.match(outcome);
    });

  it("is needed by each new environment, and by none that runs", async () => {
    await createFunction(cloud, "fn", ANSWERS, { Role, Environment, KMSKeyArn });
    expect((await invoke(cloud, "fn")).payload).to.equal("hello");
    await cloud.call("kms", "DisableKey", { KeyId: KMSKeyArn });
    expect((await invoke(cloud, "fn")).payload).to.equal("hello");
    // What changes the function starts it anew.
    await change({ Timeout: 9 });
    expect(await outcomeOf(invoke(cloud, "fn"))).to.match(/^KMSDisabledException: .*unable to decrypt/);
    await cloud.call("kms", "ScheduleKeyDeletion", { KeyId: KMSKeyArn });
    expect(await outcomeOf(invoke(cloud, "fn"))).to.match(/^KMSInvalidStateException: /);
  });

  it("is asked for by nobody where there are no variables", async () => {
    await createFunction(cloud, "fn", ANSWERS, { Role, KMSKeyArn });
    await cloud.call("kms", "DisableKey", { KeyId: KMSKeyArn });
    expect((await invoke(cloud, "fn")).payload).to.equal("nothing");
  });

  it("loses no event while it cannot be used: Lambda tries again, for hours", async () => {
    await createFunction(cloud, "fn", ANSWERS, { Role, Environment, KMSKeyArn });
    await cloud.call("kms", "DisableKey", { KeyId: KMSKeyArn });
    const InvocationType = "Event";
    await cloud.call("lambda", "Invoke", { FunctionName: "fn", InvocationType, Payload: Buffer.from("{}") });
    await clock.advance(600_000);
    expect(events.filter(({ type }) => type === "invocation-started")).to.have.length(0);
    await cloud.call("kms", "EnableKey", { KeyId: KMSKeyArn });
    await clock.advance(600_000);
    expect(events.filter(({ type }) => type === "invocation-started")).to.have.length(1);
  });
});
