import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { CloudEvent } from "../../../src/core/eventStream";
import type { TestCloud } from "../../../src/testing/testCloud";
import {
  createFunction,
  createQueue,
  createRole,
  receive,
  record,
  startLambdaCloud,
  type Queue,
} from "./support";

describe("an asynchronous invocation", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;
  let events: CloudEvent[];
  let failed: Queue;
  let Role: string;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startLambdaCloud(clock);
    events = record(cloud);
    failed = await createQueue(cloud, "failed");
    Role = await createRole(cloud, "role", [{ Action: "sqs:SendMessage", Resource: failed.arn }]);
  });
  afterEach(() => cloud.close());

  const send = async (event: unknown) => {
    const { StatusCode } = await cloud.call("lambda", "Invoke", {
      FunctionName: "fn",
      InvocationType: "Event",
      Payload: Buffer.from(JSON.stringify(event)),
    });
    return StatusCode;
  };
  const configure = (settings: object) =>
    cloud.call("lambda", "PutFunctionEventInvokeConfig", { FunctionName: "fn", ...settings });
  const starts = () =>
    events.flatMap((event) =>
      event.type === "invocation-started" ? [(event.at - Date.UTC(2026, 0, 1)) / 1000] : [],
    );
  const FAILS = "exports.handler = async () => { throw new Error('no'); };";

  it("is accepted at once and runs once when it succeeds", async () => {
    await createFunction(cloud, "fn", "exports.handler = async () => {};", { Role });
    expect(await send({ a: 1 })).to.equal(202);
    await clock.advance(3_600_000);
    expect(starts()).to.deep.equal([0]);
  });

  it("goes to the on-success destination with what the function answered", async () => {
    await createFunction(cloud, "fn", "exports.handler = async ({ n }) => ({ twice: 2 * n });", { Role });
    await configure({ DestinationConfig: { OnSuccess: { Destination: failed.arn } } });
    await send({ n: 21 });
    await clock.settle();
    const ids = events.flatMap((event) => (event.type === "invocation-started" ? [event.requestId] : []));
    const [message] = await receive(cloud, failed);
    const { timestamp, ...told } = JSON.parse(message!.Body) as Record<string, unknown>;
    expect(timestamp).to.match(/^2026-01-01T00:00:0/);
    expect(told).to.deep.equal({
      version: "1.0",
      requestContext: {
        requestId: ids[0],
        functionArn: "arn:aws:lambda:us-east-1:000000000000:function:fn:$LATEST",
        condition: "Success",
        approximateInvokeCount: 1,
      },
      requestPayload: { n: 21 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST" },
      responsePayload: { twice: 42 },
    });
  });

  it("has settings for each version and alias, of which one can be changed alone", async () => {
    await createFunction(cloud, "fn", FAILS, { Role });
    await cloud.call("lambda", "PublishVersion", { FunctionName: "fn" });
    await configure({ Qualifier: "1", MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 100 });
    const changed = await cloud.call("lambda", "UpdateFunctionEventInvokeConfig", {
      FunctionName: "fn:1",
      MaximumRetryAttempts: 0,
    });
    expect(changed).to.include({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 100 });
    const { FunctionEventInvokeConfigs = [] } = await cloud.call("lambda", "ListFunctionEventInvokeConfigs", {
      FunctionName: "fn",
    });
    expect(FunctionEventInvokeConfigs.map(({ FunctionArn }) => FunctionArn)).to.deep.equal([
      "arn:aws:lambda:us-east-1:000000000000:function:fn:1",
    ]);
    await cloud.call("lambda", "Invoke", { FunctionName: "fn", Qualifier: "1", InvocationType: "Event" });
    await clock.advance(3_600_000);
    expect(starts()).to.deep.equal([0]);
  });

  it("is tried again after one minute and after two more, then goes to the on-failure destination", async () => {
    await createFunction(cloud, "fn", FAILS, { Role });
    await configure({ DestinationConfig: { OnFailure: { Destination: failed.arn } } });
    await send({ order: 7 });
    await clock.advance(3_600_000);
    expect(starts()).to.deep.equal([0, 60, 180]);
    const ids = events.flatMap((event) => (event.type === "invocation-started" ? [event.requestId] : []));
    const [message] = await receive(cloud, failed);
    const { responsePayload, ...invocationRecord } = JSON.parse(message!.Body) as Record<string, unknown>;
    expect(invocationRecord).to.deep.equal({
      version: "1.0",
      timestamp: "2026-01-01T00:03:00.000Z",
      requestContext: {
        requestId: ids[0],
        functionArn: "arn:aws:lambda:us-east-1:000000000000:function:fn:$LATEST",
        condition: "RetriesExhausted",
        approximateInvokeCount: 3,
      },
      requestPayload: { order: 7 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    });
    expect(responsePayload).to.include({ errorType: "Error", errorMessage: "no" });
    expect(new Set(ids).size, "one request id for all attempts").to.equal(1);
  });

  it("is not tried again when there shall be no retries", async () => {
    await createFunction(cloud, "fn", FAILS, { Role });
    await configure({ MaximumRetryAttempts: 0 });
    await send({});
    await clock.advance(3_600_000);
    expect(starts()).to.deep.equal([0]);
  });

  it("is given up when it would become too old", async () => {
    await createFunction(cloud, "fn", FAILS, { Role });
    const DestinationConfig = { OnFailure: { Destination: failed.arn } };
    await configure({ MaximumEventAgeInSeconds: 90, DestinationConfig });
    await send({});
    await clock.advance(3_600_000);
    expect(starts()).to.deep.equal([0, 60]);
    const [message] = await receive(cloud, failed);
    expect(JSON.parse(message!.Body)).to.have.nested.property("requestContext.condition", "EventAgeExceeded");
  });

  it("waits while the function is throttled", async () => {
    await createFunction(cloud, "fn", "exports.handler = async () => {};", { Role });
    await cloud.call("lambda", "PutFunctionConcurrency", {
      FunctionName: "fn",
      ReservedConcurrentExecutions: 0,
    });
    await send({});
    await clock.advance(10_000);
    expect(starts()).to.deep.equal([]);
    await cloud.call("lambda", "DeleteFunctionConcurrency", { FunctionName: "fn" });
    await clock.advance(10_000);
    expect(starts()).to.have.length(1);
  });

  it("goes to the dead-letter queue as it was sent, with the reason in attributes", async () => {
    await createFunction(cloud, "fn", FAILS, { Role, DeadLetterConfig: { TargetArn: failed.arn } });
    await send({ order: 7 });
    await clock.advance(3_600_000);
    const [message] = await receive(cloud, failed);
    expect(message!.Body).to.equal('{"order":7}');
    expect(message!.MessageAttributes?.ErrorMessage?.StringValue).to.equal("no");
    expect(message!.MessageAttributes?.ErrorCode?.StringValue).to.equal("200");
  });

  it("may invoke another function as its destination", async () => {
    const target = "arn:aws:lambda:us-east-1:000000000000:function:target";
    const may = await createRole(cloud, "may", [{ Action: "lambda:InvokeFunction", Resource: target }]);
    await createFunction(cloud, "target", "exports.handler = async () => {};");
    await createFunction(cloud, "fn", FAILS, { Role: may });
    await configure({ MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: target } } });
    await send({});
    await clock.advance(1000);
    const names = events.flatMap((event) =>
      event.type === "invocation-started" ? [event.functionName] : [],
    );
    expect(names).to.deep.equal(["fn", "target"]);
  });

  it("cannot have a destination that its role may not send to", async () => {
    await createFunction(cloud, "fn", FAILS);
    const error = await configure({ DestinationConfig: { OnFailure: { Destination: failed.arn } } }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property("message").that.includes("does not have permissions to call SendMessage");
  });
});
