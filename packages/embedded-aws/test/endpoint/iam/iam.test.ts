import {
  CreateRoleCommand,
  DeleteRoleCommand,
  EntityAlreadyExistsException,
  GetRoleCommand,
  IAMClient,
  NoSuchEntityException,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { Access, CloudContext, Service } from "../../../src/core/service";
import type { Principal } from "../../../src/core/iam/principal";
import { type Input, officialService, type OperationName, operationsOf } from "../../../src/wire/operation";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

const lambda: Principal = {
  kind: "service",
  service: "lambda.amazonaws.com",
  sourceArn: "arn:aws:lambda:r:000000000000:function:f",
};
const roleArn = "arn:aws:iam::000000000000:role/worker";
const queueArn = "arn:aws:sqs:us-east-1:000000000000:orders";

const policyOf = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const trust = (principal: unknown, change: object = {}) =>
  policyOf({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", ...change });
const trustLambda = trust({ Service: "lambda.amazonaws.com" });
const allowSend = policyOf({ Effect: "Allow", Action: "sqs:SendMessage", Resource: queueArn });

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => "none",
    (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
  );
}

describe("IAM", () => {
  let cloud: TestCloud;
  const clock = new SteppedClock();
  /** What the next guarded call needs. */
  let access: Access = { action: "sqs:SendMessage", resource: queueArn };

  /** Services of which one operation needs `access`. */
  const guarded = {
    sqs: (context: CloudContext): Service =>
      officialService(
        "sqs",
        operationsOf("sqs", context)(
          "ListQueues",
          { supports: [] },
          () => [access],
          () => ({}),
        ),
      ),
    sns: (context: CloudContext): Service =>
      officialService(
        "sns",
        operationsOf("sns", context)(
          "ListTopics",
          { supports: [] },
          () => [access],
          () => ({}),
        ),
      ),
    ec2: (context: CloudContext) =>
      officialService(
        "ec2",
        operationsOf("ec2", context)(
          "DescribeInstances",
          { supports: [] },
          () => [access],
          () => ({}),
        ),
      ),
  };
  const operations = { sqs: "ListQueues", sns: "ListTopics", ec2: "DescribeInstances" } as const;

  beforeEach(async () => {
    access = { action: "sqs:SendMessage", resource: queueArn };
    cloud = await startTestCloud({
      clock,
      services: Object.values(guarded),
      // What is decided is tested here; from when it counts, in conditions/consistency.test.ts.
      conditions: { iamPropagationMs: 0 },
    });
  });

  afterEach(() => cloud.close());

  const iam = <N extends OperationName<"iam">>(operation: N, input: Input<"iam", N>) =>
    cloud.call("iam", operation, input);
  const createRole = (document = trustLambda, more: Partial<Input<"iam", "CreateRole">> = {}) =>
    iam("CreateRole", { RoleName: "worker", AssumeRolePolicyDocument: document, ...more });
  const putPolicy = (document: string) =>
    iam("PutRolePolicy", { RoleName: "worker", PolicyName: "inline", PolicyDocument: document });
  const worker: Principal = { kind: "role", accountId: "000000000000", roleName: "worker", sessionName: "s" };
  const attempt = (service: keyof typeof guarded = "sqs", caller: Principal = worker) =>
    refusalOf(untyped(cloud.context.call)(service, operations[service], {}, caller));

  const refused =
    "User: arn:aws:sts::000000000000:assumed-role/worker/s is not authorized to perform: sqs:SendMessage on resource: " +
    queueArn;

  it("refuses what no policy of the role allows, in AWS's words and each service's code", async () => {
    await createRole();
    const why = `${refused} because no identity-based policy allows the sqs:SendMessage action`;
    expect(await attempt("sqs")).to.equal(`AccessDeniedException: ${why}`);
    expect(await attempt("sns")).to.equal(`AuthorizationErrorException: ${why}`);
    expect(await attempt("ec2")).to.equal(
      `UnauthorizedOperation: You are not authorized to perform this operation. ${why}`,
    );
  });

  it("allows what a policy of the role allows, until it is deleted", async () => {
    await createRole();
    await putPolicy(allowSend);
    expect(await attempt()).to.equal("none");
    await iam("DeleteRolePolicy", { RoleName: "worker", PolicyName: "inline" });
    expect(await attempt()).to.include("no identity-based policy");
  });

  it("checks resource policies with the global condition keys", async () => {
    await createRole();
    await putPolicy(allowSend);
    const deny = (condition: object) =>
      JSON.parse(
        policyOf({
          Effect: "Deny",
          Principal: "*",
          Action: "sqs:*",
          Resource: queueArn,
          Condition: condition,
        }),
      ) as unknown;
    access = { ...access, resourcePolicy: deny({ Bool: { "aws:SecureTransport": "false" } }) };
    expect(await attempt()).to.equal("none");
    const conditions = [
      { StringEquals: { "aws:PrincipalArn": roleArn } },
      { StringEquals: { "aws:PrincipalAccount": "000000000000" } },
      { StringEquals: { "aws:RequestedRegion": "us-east-1" } },
      { DateEquals: { "aws:CurrentTime": new Date(clock.now()).toISOString() } },
      { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } },
      { StringLike: { "aws:userid": "AROA*:s" } },
    ];
    for (const condition of conditions) {
      access = { ...access, resourcePolicy: deny(condition) };
      expect(await attempt(), JSON.stringify(condition)).to.equal(
        `AccessDeniedException: ${refused} with an explicit deny in a resource-based policy`,
      );
    }
  });

  it("lets a service in only by the resource's policy, bound to its source", async () => {
    const caller: Principal = {
      kind: "service",
      service: "events.amazonaws.com",
      sourceArn: "arn:aws:events:us-east-1:000000000000:rule/x",
    };
    const allow = (sourceArn: string) =>
      policyOf({
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: {
          ArnEquals: { "aws:SourceArn": sourceArn },
          StringEquals: { "aws:SourceAccount": "000000000000" },
        },
      });
    access = { ...access, resourcePolicy: allow(caller.sourceArn) };
    expect(await attempt("sqs", caller)).to.equal("none");
    access = { ...access, resourcePolicy: allow(`${caller.sourceArn}2`) };
    expect(await attempt("sqs", caller)).to.include(
      "because no resource-based policy allows the sqs:SendMessage action",
    );
  });

  it("gives roles their keys, tags and the keys of the access as conditions", async () => {
    await createRole(trustLambda, { Tags: [{ Key: "team", Value: "shop" }] });
    await putPolicy(
      policyOf({
        Effect: "Allow",
        Action: "sqs:SendMessage",
        Resource: "arn:aws:sqs:*:*:orders",
        Condition: { StringEquals: { "aws:RequestTag/team": "${aws:PrincipalTag/team}" } },
      }),
    );
    expect(await attempt()).to.include("no identity-based policy");
    access = { ...access, context: { "aws:RequestTag/team": "shop" } };
    expect(await attempt()).to.equal("none");
  });

  it("hands out a session to whom the trust policy names, and to nobody else", async () => {
    await createRole();
    const input = { RoleArn: roleArn, RoleSessionName: "session" };
    const { Credentials } = await cloud.context.call("sts", "AssumeRole", input, lambda);
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId,
      secretAccessKey: Credentials!.SecretAccessKey,
      sessionToken: Credentials!.SessionToken,
    };
    const again = await refusalOf(
      new STSClient(cloud.clientAs(credentials)).send(new AssumeRoleCommand(input)),
    );
    expect(again).to.match(
      /^AccessDenied: User: .*assumed-role\/worker\/session is not authorized to perform: sts:AssumeRole/,
    );
    const administrator = await refusalOf(new STSClient(cloud.client).send(new AssumeRoleCommand(input)));
    expect(administrator).to.match(/^AccessDenied: .*its trust policy does not allow this/);
    expect(
      await refusalOf(cloud.context.call("sts", "AssumeRole", { ...input, RoleArn: `${roleArn}2` }, lambda)),
    ).to.include("there is no such role");
  });

  it("lets people assume a role that trusts the account", async () => {
    await createRole(
      trust({ AWS: "000000000000" }, { Condition: { StringEquals: { "sts:ExternalId": "secret" } } }),
    );
    const client = new STSClient(cloud.client);
    const input = { RoleArn: roleArn, RoleSessionName: "session" };
    expect(await refusalOf(client.send(new AssumeRoleCommand(input)))).to.include("AccessDenied");
    const answer = await client.send(
      new AssumeRoleCommand({ ...input, ExternalId: "secret", DurationSeconds: 900 }),
    );
    expect(answer.AssumedRoleUser?.Arn).to.equal("arn:aws:sts::000000000000:assumed-role/worker/session");
    expect(answer.Credentials?.Expiration?.getTime()).to.equal(clock.now() + 900_000);
  });

  it("keeps roles and their policies, and shows them percent-encoded", async () => {
    const { Role } = await createRole(trustLambda, { Path: "/service/", Description: "works" });
    expect(Role).to.deep.include({
      Arn: "arn:aws:iam::000000000000:role/service/worker",
      Description: "works",
      AssumeRolePolicyDocument: encodeURIComponent(trustLambda),
      CreateDate: new Date("2026-01-01T00:00:00Z"),
    });
    // Each shows a part of its own.
    expect(Role).not.to.have.property("MaxSessionDuration");
    const whole = { ...Role, MaxSessionDuration: 3600, RoleLastUsed: {} };
    expect((await iam("GetRole", { RoleName: "worker" })).Role).to.deep.equal(whole);
    const [listed] = (await iam("ListRoles", {})).Roles;
    expect(listed).to.include({ RoleName: "worker", MaxSessionDuration: 3600 });
    expect(listed).not.to.have.any.keys("Tags", "RoleLastUsed");
    await putPolicy(allowSend);
    const policy = await iam("GetRolePolicy", { RoleName: "worker", PolicyName: "inline" });
    expect(policy.PolicyDocument).to.equal(encodeURIComponent(allowSend));
    expect(await iam("ListRolePolicies", { RoleName: "worker" })).to.deep.equal({
      PolicyNames: ["inline"],
      IsTruncated: false,
    });
    expect(await refusalOf(iam("DeleteRole", { RoleName: "worker" }))).to.match(
      /^DeleteConflictException: .*must delete policies first/,
    );
    await iam("DeleteRolePolicy", { RoleName: "worker", PolicyName: "inline" });
    await iam("DeleteRole", { RoleName: "worker" });
    expect(await refusalOf(iam("GetRole", { RoleName: "worker" }))).to.match(
      /^NoSuchEntityException: The role with name worker/,
    );
  });

  it("gives the SDK's client times and errors in the classes that it has for them", async () => {
    const client = new IAMClient(cloud.client);
    const input = { RoleName: "worker", AssumeRolePolicyDocument: trustLambda, Tags: [] };
    const { Role } = await client.send(new CreateRoleCommand(input));
    expect(Role).to.deep.include({ CreateDate: new Date("2026-01-01T00:00:00Z"), Tags: [] });
    const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
    expect(await failure(client.send(new CreateRoleCommand(input)))).to.be.instanceOf(
      EntityAlreadyExistsException,
    );
    await client.send(new DeleteRoleCommand(input));
    const error = await failure(client.send(new GetRoleCommand(input)));
    expect(error).to.be.instanceOf(NoSuchEntityException);
    expect(error).to.have.nested.property("$metadata.httpStatusCode", 404);
  });

  it("pages through lists", async () => {
    for (const name of ["a", "b", "c"])
      await iam("CreateRole", { RoleName: name, AssumeRolePolicyDocument: trustLambda });
    const names = ({ Roles }: Awaited<ReturnType<typeof iam<"ListRoles">>>) =>
      Roles.map(({ RoleName }) => RoleName).sort();
    const first = await iam("ListRoles", { MaxItems: 2 });
    expect([names(first), first.IsTruncated]).to.deep.equal([["a", "b"], true]);
    const second = await iam("ListRoles", { MaxItems: 2, Marker: first.Marker });
    expect([names(second), second.IsTruncated]).to.deep.equal([["c"], false]);
  });

  it("attaches the account's own policies and those of AWS's that are stated, and names any other", async () => {
    await createRole();
    const { Policy } = await iam("CreatePolicy", { PolicyName: "send", PolicyDocument: allowSend });
    const { Arn = "" } = Policy ?? {};
    await iam("AttachRolePolicy", { RoleName: "worker", PolicyArn: Arn });
    expect(await attempt()).to.equal("none");
    expect((await iam("ListAttachedRolePolicies", { RoleName: "worker" })).AttachedPolicies).to.deep.equal([
      { PolicyName: "send", PolicyArn: Arn },
    ]);
    const attach = (PolicyArn: string) => iam("AttachRolePolicy", { RoleName: "worker", PolicyArn });
    expect(await refusalOf(attach("arn:aws:iam::aws:policy/AdministratorAccess"))).to.match(
      /^NotSupportedByEmbeddedCloud: The AWS-managed policy arn:aws:iam::aws:policy\/AdministratorAccess/,
    );
    await iam("DetachRolePolicy", { RoleName: "worker", PolicyArn: Arn });
    expect(await attempt()).to.include("no identity-based policy");
    await attach("arn:aws:iam::aws:policy/AmazonSQSFullAccess");
    expect(await attempt()).to.equal("none");
  });

  it("puts one role into an instance profile", async () => {
    await createRole();
    await iam("CreateInstanceProfile", { InstanceProfileName: "profile" });
    await iam("AddRoleToInstanceProfile", { InstanceProfileName: "profile", RoleName: "worker" });
    const { InstanceProfile } = await iam("GetInstanceProfile", { InstanceProfileName: "profile" });
    expect(InstanceProfile.Roles.map(({ Arn }) => Arn)).to.deep.equal([roleArn]);
    expect(
      await refusalOf(
        iam("AddRoleToInstanceProfile", { InstanceProfileName: "profile", RoleName: "worker" }),
      ),
    ).to.match(/^LimitExceededException/);
    expect(await refusalOf(iam("DeleteRole", { RoleName: "worker" }))).to.include(
      "must remove roles from instance profile",
    );
  });

  it("takes no trust in a principal of the account that is not there", async () => {
    const missing = "arn:aws:iam::000000000000:role/missing";
    for (const AWS of [missing, "arn:aws:iam::000000000000:user/somebody"]) {
      expect(await refusalOf(createRole(trust({ AWS })))).to.match(
        /^MalformedPolicyDocumentException: Invalid principal in policy: "AWS":"arn:aws:iam::0{12}:(role|user)\/\w+"/,
      );
    }
    const account = "arn:aws:iam::000000000000:root";
    await createRole(trust({ AWS: ["000000000000", account, "arn:aws:iam::111122223333:role/other"] }));
    await iam("CreateRole", { RoleName: "missing", AssumeRolePolicyDocument: trust({ AWS: roleArn }) });
  });

  it("refuses a policy that it could not evaluate when it is put, and members that it does not know", async () => {
    await createRole();
    const condition = { StringMatches: { "aws:userid": "x" } };
    expect(
      await refusalOf(
        putPolicy(policyOf({ Effect: "Allow", Action: "*", Resource: "*", Condition: condition })),
      ),
    ).to.match(
      /^MalformedPolicyDocumentException: Syntax errors in policy\. \(Statement 1, Condition\.StringMatches/,
    );
    expect(await refusalOf(createRole(trustLambda, { PermissionsBoundary: "x" }))).to.include(
      "The member PermissionsBoundary of iam:CreateRole is not supported by the embedded cloud",
    );
    expect(await refusalOf(createRole())).to.match(/^EntityAlreadyExistsException/);
  });
});
