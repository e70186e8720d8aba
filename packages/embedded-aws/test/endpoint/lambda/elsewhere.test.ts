import { expect } from "chai";
import { zipSync } from "fflate";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

const OWN = "us-east-1:000000000000";
const REGION = "eu-west-1:000000000000";
const ACCOUNT = "us-east-1:123456789012";
const role = "arn:aws:iam::000000000000:role/r";
const policyOf = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: statement });

describe("ARNs of other regions and accounts", () => {
  let cloud: TestCloud;
  let mapping: string;
  before(async () => {
    cloud = await startTestCloud({ conditions: { iamPropagationMs: 0 } });
    const call = untyped(cloud.call);
    const trust = {
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    };
    await call("iam", "CreateRole", { RoleName: "r", AssumeRolePolicyDocument: policyOf(trust) });
    const PolicyDocument = policyOf({ Effect: "Allow", Action: "*", Resource: "*" });
    await call("iam", "PutRolePolicy", { RoleName: "r", PolicyName: "p", PolicyDocument });
    await call("lambda", "CreateFunction", {
      ...{ FunctionName: "fn", Role: role, Runtime: "nodejs24.x", Handler: "index.handler" },
      Code: { ZipFile: zipSync({ "index.js": Buffer.from("exports.handler = async () => 1") }) },
    });
    for (const QueueName of ["source", "q"]) await call("sqs", "CreateQueue", { QueueName });
    await call("sns", "CreateTopic", { Name: "t" });
    await call("events", "PutRule", { Name: "r", ScheduleExpression: "rate(1 day)", Tags: [] });
    const made = (await call("lambda", "CreateEventSourceMapping", {
      ...{ FunctionName: "fn", EventSourceArn: `arn:aws:sqs:${OWN}:source`, Enabled: false },
    })) as { EventSourceMappingArn: string };
    mapping = made.EventSourceMappingArn;
  });
  after(() => cloud.close());

  const outcome = (...[service, operation, input]: Parameters<ReturnType<typeof untyped>>) =>
    untyped(cloud.call)(service, operation, input).then(
      () => "accepted",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );

  for (const operation of ["Invoke", "GetFunction", "PublishVersion", "GetFunctionConcurrency"] as const) {
    it(`name no function of this cloud for ${operation}`, async () => {
      const on = (place: string) =>
        outcome("lambda", operation, { FunctionName: `arn:aws:lambda:${place}:function:fn` });
      expect(await on(OWN)).to.equal("accepted");
      expect(await on(REGION)).to.equal(
        "ResourceNotFoundException: Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
      );
      expect(await on(ACCOUNT)).to.match(/^AccessDeniedException/);
    });
  }

  it("are no part of a partial ARN, and a wrong form is no name", async () => {
    const get = (FunctionName: string) => outcome("lambda", "GetFunction", { FunctionName });
    for (const name of ["fn", "function:fn", "000000000000:function:fn", "fn:$LATEST"])
      expect(await get(name), name).to.equal("accepted");
    expect(await get("123456789012:function:fn")).to.match(/^AccessDeniedException/);
    for (const name of ["x:function:fn", "arn:aws:sqs:us-east-1:000000000000:function:fn", "a:b:function:fn"])
      expect(await get(name), name).to.match(/^InvalidParameterValueException/);
  });

  it("name no tags of this cloud's functions and mappings", async () => {
    for (const arn of [`arn:aws:lambda:${OWN}:function:fn`, mapping]) {
      expect(await outcome("lambda", "ListTags", { Resource: arn })).to.equal("accepted");
      for (const place of [REGION, ACCOUNT])
        expect(await outcome("lambda", "ListTags", { Resource: arn.replace(OWN, place) })).to.match(
          /^(?:ResourceNotFound|AccessDenied)Exception/,
        );
    }
  });

  for (const [what, service, operation, input] of [
    [
      "an event source",
      "lambda",
      "CreateEventSourceMapping",
      (arn: string) => ({ FunctionName: "fn", EventSourceArn: arn, Enabled: false }),
    ],
    [
      "a dead-letter queue",
      "lambda",
      "UpdateFunctionConfiguration",
      (arn: string) => ({ FunctionName: "fn", DeadLetterConfig: { TargetArn: arn } }),
    ],
    [
      "a destination",
      "lambda",
      "PutFunctionEventInvokeConfig",
      (arn: string) => ({ FunctionName: "fn", DestinationConfig: { OnFailure: { Destination: arn } } }),
    ],
    ["a target", "events", "PutTargets", (Arn: string) => ({ Rule: "r", Targets: [{ Id: "1", Arn }] })],
    [
      "the dead letters of a target",
      "events",
      "PutTargets",
      (arn: string) => ({
        Rule: "r",
        Targets: [{ Id: "2", Arn: `arn:aws:sqs:${OWN}:q`, DeadLetterConfig: { Arn: arn } }],
      }),
    ],
    [
      "the dead letters of a subscription",
      "sns",
      "Subscribe",
      (arn: string) => ({
        ...{ TopicArn: `arn:aws:sns:${OWN}:t`, Protocol: "email", Endpoint: "a@example.com" },
        Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn }) },
      }),
    ],
    [
      "a subscriber",
      "sns",
      "Subscribe",
      (Endpoint: string) => ({ TopicArn: `arn:aws:sns:${OWN}:t`, Protocol: "sqs", Endpoint }),
    ],
  ] as const) {
    it(`are refused for ${what}, where the queue of that name here would get it`, async () => {
      expect(await outcome(service, operation, input(`arn:aws:sqs:${OWN}:q`))).to.equal("accepted");
      for (const place of [REGION, ACCOUNT])
        expect(await outcome(service, operation, input(`arn:aws:sqs:${place}:q`))).to.match(
          /^NotSupportedByEmbeddedCloud: .* of another account or region/,
        );
    });
  }

  it("aside, refuses settings of asynchronous invocations that say nothing, or name the function itself", async () => {
    const put = (more: object) =>
      outcome("lambda", "PutFunctionEventInvokeConfig", { FunctionName: "fn", ...more });
    expect(await put({})).to.match(/^InvalidParameterValueException: You must specify at least one/);
    for (const suffix of ["", ":$LATEST"]) {
      const Destination = `arn:aws:lambda:${OWN}:function:fn${suffix}`;
      expect(await put({ DestinationConfig: { OnSuccess: { Destination } } })).to.match(
        /^InvalidParameterValueException: You can't specify the function as a destination for itself/,
      );
    }
  });

  it("aside, refuses a sixth filter of a mapping and a principal that is none", async () => {
    const filters = (count: number) => ({
      Filters: Array.from({ length: count }, () => ({ Pattern: '{"body":["a"]}' })),
    });
    const map = (count: number) =>
      outcome("lambda", "UpdateEventSourceMapping", {
        UUID: mapping.split(":").pop(),
        FilterCriteria: filters(count),
      });
    expect(await map(5)).to.equal("accepted");
    expect(await map(6)).to.match(/^InvalidParameterValueException/);
    const allow = (StatementId: string, Principal: string, Action = "lambda:InvokeFunction") =>
      outcome("lambda", "AddPermission", { FunctionName: "fn", StatementId, Principal, Action });
    for (const [index, principal] of [
      ...["*", "123456789012", "events.amazonaws.com", "alexa-appkit.amazon.com"],
      ...["lambda.alarms.cloudwatch.amazonaws.com", "arn:aws:iam::123456789012:role/a/b", role],
    ].entries())
      expect(await allow(`p${index}`, principal), principal).to.equal("accepted");
    expect(await allow("every", "events.amazonaws.com", "*")).to.equal("accepted");
    for (const principal of ["events", "events.example.com", "arn:aws:s3:::bucket", "1234"])
      expect(await allow("none", principal), principal).to.match(
        /^InvalidParameterValueException: The provided principal was invalid/,
      );
  });
});
