import {
  AddPermissionCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { strToU8, zipSync } from "fflate";
import type { TestCloud } from "../../../src/testing/testCloud";
import { createFunction, createRole, invoke, startLambdaCloud } from "./support";

const archive = (source = "exports.handler = async () => 1;") => zipSync({ "index.js": strToU8(source) });

describe("Lambda functions, by SDK v3", () => {
  let cloud: TestCloud;
  let client: LambdaClient;
  let Role: string;

  before(async () => {
    cloud = await startLambdaCloud();
    client = new LambdaClient(cloud.client);
    Role = await createRole(cloud, "role");
  });
  after(async () => {
    client.destroy();
    await cloud.close();
  });

  const base = () => ({
    Runtime: "nodejs24.x" as const,
    Handler: "index.handler",
    Role,
    Code: { ZipFile: archive() },
  });

  it("are created with what was asked for, and Lambda's defaults", async () => {
    const created = await client.send(
      new CreateFunctionCommand({
        ...base(),
        FunctionName: "first",
        Timeout: 30,
        MemorySize: 512,
        Architectures: ["arm64"],
        Tags: { team: "orders" },
        LoggingConfig: { LogFormat: "JSON" },
      }),
    );
    expect(created).to.deep.include({
      FunctionName: "first",
      FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:first",
      Timeout: 30,
      MemorySize: 512,
      Architectures: ["arm64"],
      State: "Active",
      EphemeralStorage: { Size: 512 },
      TracingConfig: { Mode: "PassThrough" },
      LoggingConfig: {
        LogFormat: "JSON",
        LogGroup: "/aws/lambda/first",
        ApplicationLogLevel: "INFO",
        SystemLogLevel: "INFO",
      },
    });
    const { Configuration, Tags } = await client.send(
      new GetFunctionCommand({ FunctionName: created.FunctionArn }),
    );
    expect(Configuration).to.deep.include({ CodeSha256: created.CodeSha256, CodeSize: archive().byteLength });
    expect(Tags).to.deep.equal({ team: "orders" });
  });

  it("are changed, listed, tagged and deleted", async () => {
    await client.send(new CreateFunctionCommand({ ...base(), FunctionName: "second" }));
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "second", Timeout: 60 }));
    await client.send(
      new UpdateFunctionCodeCommand({
        FunctionName: "second",
        ZipFile: archive("exports.handler = async () => 2;"),
      }),
    );
    expect((await invoke(cloud, "second")).payload).to.equal(2);
    const configuration = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "second" }));
    expect(configuration).to.include({ Timeout: 60, MemorySize: 128 });
    const first = await client.send(new ListFunctionsCommand({ MaxItems: 1 }));
    expect(first.NextMarker).to.be.a("string");
    const second = await client.send(new ListFunctionsCommand({ Marker: first.NextMarker }));
    expect(second.Functions?.map(({ FunctionName }) => FunctionName)).to.deep.equal(["second"]);
    const Resource = configuration.FunctionArn;
    await client.send(new TagResourceCommand({ Resource, Tags: { a: "1" } }));
    expect((await client.send(new ListTagsCommand({ Resource }))).Tags).to.deep.equal({ a: "1" });
    await client.send(new TagResourceCommand({ Resource, Tags: { b: "2" } }));
    await client.send(new UntagResourceCommand({ Resource, TagKeys: ["a", "none"] }));
    expect((await client.send(new ListTagsCommand({ Resource }))).Tags).to.deep.equal({ b: "2" });
    await client.send(new DeleteFunctionCommand({ FunctionName: "second" }));
    const gone = await client
      .send(new GetFunctionCommand({ FunctionName: "second" }))
      .catch((error: unknown) => error);
    expect(gone).to.have.property("name", "ResourceNotFoundException");
  });

  const refusals: [string, () => object, string][] = [
    [
      "a runtime other than Node 22 and 24",
      () => ({ Runtime: "python3.13" }),
      'Runtime of lambda:CreateFunction: the value "python3.13" is not supported by the embedded cloud; supported: "nodejs22.x", "nodejs24.x"',
    ],
    ["too little memory", () => ({ MemorySize: 64 }), "'memorySize' failed to satisfy constraint"],
    ["too long a timeout", () => ({ Timeout: 901 }), "'timeout' failed to satisfy constraint"],
    ["a role that does not exist", () => ({ Role: "arn:aws:iam::000000000000:role/none" }), "does not exist"],
    [
      "a reserved variable",
      () => ({ Environment: { Variables: { AWS_REGION: "x" } } }),
      "AWS_REGION is reserved",
    ],
    [
      "too many variables",
      () => ({ Environment: { Variables: { BIG: "x".repeat(4096) } } }),
      "expected at most 4096",
    ],
    ["an archive that is none", () => ({ Code: { ZipFile: Buffer.from("text") } }), "Could not unzip"],
    [
      "an archive that writes elsewhere",
      () => ({ Code: { ZipFile: zipSync({ "../x.js": strToU8("") }) } }),
      "outside",
    ],
    [
      "a log level without JSON",
      () => ({ LoggingConfig: { ApplicationLogLevel: "INFO" } }),
      "need LogFormat JSON",
    ],
    [
      "a VPC",
      () => ({ VpcConfig: { SubnetIds: ["subnet-1"] } }),
      "VpcConfig of lambda:CreateFunction is not supported by the embedded cloud",
    ],
    [
      "layers",
      () => ({ Layers: ["arn:aws:lambda:us-east-1:1:layer:l:1"] }),
      "Layers of lambda:CreateFunction is not supported",
    ],
    [
      "code in S3",
      () => ({ Code: { S3Bucket: "b", S3Key: "k" } }),
      "Code.S3Bucket of lambda:CreateFunction is not supported",
    ],
    ["no code", () => ({ Code: {} }), "Please provide a source for function code."],
    ["no handler", () => ({ Handler: undefined }), "Runtime and Handler are mandatory parameters"],
    ["a variable without a name", () => ({ Environment: { Variables: { "1": "x" } } }), "got the name"],
  ];
  for (const [what, change, message] of refusals) {
    it(`are refused with ${what}`, async () => {
      const input = { ...base(), FunctionName: "refused", ...change() };
      const error = await client.send(new CreateFunctionCommand(input)).catch((reason: unknown) => reason);
      expect(error).to.be.an("error").with.property("message").that.includes(message);
    });
  }

  it("are refused with a role that does not trust Lambda, or a name that is taken", async () => {
    const foreign = await createRole(cloud, "foreign", [], "ec2.amazonaws.com");
    const create = (FunctionName: string, role: string) =>
      client
        .send(new CreateFunctionCommand({ ...base(), FunctionName, Role: role }))
        .catch((reason: unknown) => reason);
    const none = "arn:aws:iam::000000000000:role/none";
    for (const role of [foreign, none]) {
      const error = await create("untrusted", role);
      expect(error).to.include({ name: "InvalidParameterValueException", Type: "User" });
      expect(error)
        .to.have.property("message")
        .that.matches(/^The role defined for the function cannot be assumed by Lambda\. The /);
    }
    expect(await create("first", Role)).to.have.property("name", "ResourceConflictException");
  });

  it("are named with their qualifier where they were asked for by it", async () => {
    const FunctionName = "first";
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:first";
    const Qualifier = "$LATEST";
    const arnOf = async (input: { FunctionName: string; Qualifier?: string }) =>
      (await client.send(new GetFunctionConfigurationCommand(input))).FunctionArn;
    expect(await arnOf({ FunctionName })).to.equal(arn);
    expect(await arnOf({ FunctionName, Qualifier })).to.equal(`${arn}:$LATEST`);
    expect(await arnOf({ FunctionName: `${arn}:$LATEST` })).to.equal(`${arn}:$LATEST`);
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName, Qualifier }));
    expect(Configuration?.FunctionArn).to.equal(`${arn}:$LATEST`);
    const { Functions = [] } = await client.send(new ListFunctionsCommand({ FunctionVersion: "ALL" }));
    expect(Functions.map((fn) => fn.FunctionArn)).to.include(`${arn}:$LATEST`);
    const refused = await client
      .send(
        new AddPermissionCommand({
          FunctionName,
          Qualifier,
          StatementId: "qualified",
          Action: "lambda:InvokeFunction",
          Principal: "events.amazonaws.com",
        }),
      )
      .catch((reason: unknown) => reason);
    expect(refused).to.include({
      name: "InvalidParameterValueException",
      message: "We currently do not support adding policies for $LATEST.",
    });
  });

  it("tell a dry run, an event and an answer apart by their status, and errors by whose fault they are", async () => {
    const FunctionName = "first";
    const statusOf = async (InvocationType: "DryRun" | "Event" | "RequestResponse") =>
      (await client.send(new InvokeCommand({ FunctionName, InvocationType }))).StatusCode;
    expect(await statusOf("DryRun")).to.equal(204);
    expect(await statusOf("Event")).to.equal(202);
    expect(await statusOf("RequestResponse")).to.equal(200);
    const error = await client
      .send(new GetFunctionCommand({ FunctionName: "none" }))
      .catch((reason: unknown) => reason);
    expect(error).to.deep.include({
      name: "ResourceNotFoundException",
      Type: "User",
      message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none",
    });
    expect(error).to.have.nested.property("$metadata.httpStatusCode", 404);
  });

  it("take a payload that is JSON and not too large", async () => {
    const send = (Payload: Uint8Array, InvocationType?: "Event") =>
      client
        .send(
          new InvokeCommand({ FunctionName: "first", Payload, ...(InvocationType && { InvocationType }) }),
        )
        .catch((reason: unknown) => reason);
    expect(await send(Buffer.from("{"))).to.have.property("name", "InvalidRequestContentException");
    const large = Buffer.from(JSON.stringify("x".repeat(1024 * 1024)));
    expect(await send(large, "Event")).to.have.property("name", "RequestTooLargeException");
  });

  it("are throttled at their reserved concurrency, which leaves 100 to the others", async () => {
    const FunctionName = "first";
    await client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
    expect(await client.send(new GetFunctionConcurrencyCommand({ FunctionName }))).to.include({
      ReservedConcurrentExecutions: 0,
    });
    const error = await cloud.call("lambda", "Invoke", { FunctionName }).catch((reason: unknown) => reason);
    expect(error).to.deep.include({
      code: "TooManyRequestsException",
      details: { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" },
    });
    await cloud.call("lambda", "DeleteFunctionConcurrency", { FunctionName });
    const tooMuch = await client
      .send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 901 }))
      .catch((reason: unknown) => reason);
    expect(tooMuch).to.have.property("message").that.includes("below its minimum value of [100]");
  });

  it("say how their asynchronous invocations are retried", async () => {
    const FunctionName = "first";
    await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1 }));
    const config = await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
    expect(config).to.include({ MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 21_600 });
    expect(config.LastModified).to.be.a("date");
  });

  it("may be invoked by a service only as their policy says", async () => {
    await createFunction(cloud, "guarded", "exports.handler = async () => 'in';");
    const rule = "arn:aws:events:us-east-1:000000000000:rule/mine";
    const invokeAs = (sourceArn: string) =>
      cloud.context
        .call(
          "lambda",
          "Invoke",
          { FunctionName: "guarded" },
          { kind: "service", service: "events.amazonaws.com", sourceArn },
        )
        .then(
          () => "allowed",
          (reason: unknown) => (reason as { code: string }).code,
        );
    expect(await invokeAs(rule)).to.equal("AccessDeniedException");
    const permission = { FunctionName: "guarded", StatementId: "events" };
    await client.send(
      new AddPermissionCommand({
        ...permission,
        Action: "lambda:InvokeFunction",
        Principal: "events.amazonaws.com",
        SourceArn: rule,
      }),
    );
    expect(await invokeAs(rule)).to.equal("allowed");
    expect(await invokeAs(`${rule}-other`)).to.equal("AccessDeniedException");
    const { Policy } = await client.send(new GetPolicyCommand({ FunctionName: "guarded" }));
    expect(JSON.parse(Policy ?? "")).to.have.nested.property("Statement[0].Sid", "events");
    await client.send(new RemovePermissionCommand(permission));
    expect(await invokeAs(rule)).to.equal("AccessDeniedException");
  });
});
