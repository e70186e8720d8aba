import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import sinon from "sinon";
import { SteppedClock } from "../../../src/core/clock";
import { createLambda } from "../../../src/services/lambda/lambda";
import { createSns } from "../../../src/services/sns/sns";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type ClientConfig, type TestCloud } from "../../../src/testing/testCloud";

const roleArn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const policyOf = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

describe("sessions of roles", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;
  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, services: [createSqs, createSns, createLambda] });
    for (const RoleName of ["worker", "other"]) {
      await cloud.call("iam", "CreateRole", {
        RoleName,
        AssumeRolePolicyDocument: policyOf({
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::000000000000:root" },
          Action: "sts:AssumeRole",
        }),
        MaxSessionDuration: 7200,
      });
      await cloud.call("iam", "PutRolePolicy", {
        RoleName,
        PolicyName: "all",
        PolicyDocument: policyOf({ Effect: "Allow", Action: "*", Resource: "*" }),
      });
    }
    await clock.advance(60_000);
  });
  afterEach(() => cloud.close());

  const assume = async (config: ClientConfig, role: string, DurationSeconds?: number) => {
    const sts = new STSClient({ ...config, maxAttempts: 1 });
    const { Credentials: issued } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: "session", DurationSeconds }),
    );
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "", Expiration } = issued ?? {};
    return {
      config: cloud.clientAs({
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      }),
      expiration: Expiration,
    };
  };
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => "none",
      (error: unknown) => (error as Error).name,
    );

  it("end when they said that they would, in each service's words", async () => {
    const { config, expiration } = await assume(cloud.client, "worker", 900);
    expect(expiration?.getTime()).to.equal(clock.now() + 900_000);
    const once = { ...config, maxAttempts: 1 };
    const codes = () =>
      Promise.all([
        codeOf(new SQSClient(once).send(new ListQueuesCommand())),
        codeOf(new LambdaClient(once).send(new ListFunctionsCommand())),
        codeOf(new SNSClient(once).send(new ListTopicsCommand())),
        codeOf(new STSClient(once).send(new GetCallerIdentityCommand())),
      ]);
    await clock.advance(899_999);
    expect(await codes()).to.deep.equal(["none", "none", "none", "none"]);
    await clock.advance(1);
    expect(await codes()).to.deep.equal([
      "ExpiredTokenException",
      "ExpiredTokenException",
      "ExpiredToken",
      "ExpiredToken",
    ]);
  });

  it("last an hour by default, and as long as the role allows when asked to", async () => {
    const usual = await assume(cloud.client, "worker");
    expect(usual.expiration?.getTime()).to.equal(clock.now() + 3_600_000);
    const long = await assume(cloud.client, "worker", 7200);
    expect(long.expiration?.getTime()).to.equal(clock.now() + 7_200_000);
    expect(await codeOf(assume(cloud.client, "worker", 7201))).to.equal("ValidationError");
  });

  it("are used again by the cloud's own services, which assume a role at each request that they take", async () => {
    const issued = sinon.spy(cloud.context, "issueCredentials");
    await cloud.call("iam", "UpdateAssumeRolePolicy", {
      RoleName: "worker",
      PolicyDocument: policyOf({
        Effect: "Allow",
        Principal: { Service: "apigateway.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    });
    await clock.advance(60_000);
    const assumed = async () => {
      const { Credentials: session, AssumedRoleUser } = await cloud.context.call(
        "sts",
        "AssumeRole",
        { RoleArn: roleArn("worker"), RoleSessionName: "apigateway" },
        { kind: "service", service: "apigateway.amazonaws.com", sourceArn: "arn:aws:execute-api:r:0:api" },
      );
      expect(AssumedRoleUser?.Arn).to.equal("arn:aws:sts::000000000000:assumed-role/worker/apigateway");
      return session;
    };
    const first = await assumed();
    await clock.advance(29 * 60_000);
    expect(await assumed()).to.deep.equal(first);
    expect(issued.callCount).to.equal(1);
    await clock.advance(2 * 60_000);
    const second = await assumed();
    expect(second?.AccessKeyId).not.to.equal(first?.AccessKeyId);
    expect(second?.Expiration.getTime()).to.equal(clock.now() + 3_600_000);
  });

  it("open others for an hour at most", async () => {
    const { config } = await assume(cloud.client, "worker");
    expect(await codeOf(assume(config, "other", 3600))).to.equal("none");
    expect(await codeOf(assume(config, "other", 3601))).to.equal("ValidationError");
  });
});
