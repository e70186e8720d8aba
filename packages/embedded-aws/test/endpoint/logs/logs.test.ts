import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  ResourceAlreadyExistsException,
} from "@aws-sdk/client-cloudwatch-logs";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createLogs } from "../../../src/services/logs/logs";
import { bytesKept, eventsKept } from "../../../src/services/logs/logGroup";
import type { Input, OperationName } from "../../../src/wire/operation";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const logGroupName = "/aws/lambda/f";
const hour = 3_600_000;
const day = 24 * hour;

describe("CloudWatch Logs", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, services: [createLogs] });
    await logs("CreateLogGroup", { logGroupName, tags: { team: "shop" } });
    await logs("CreateLogStream", { logGroupName, logStreamName: "a" });
  });

  afterEach(() => cloud.close());

  const logs = <N extends OperationName<"logs">>(operation: N, input: Input<"logs", N>) =>
    cloud.call("logs", operation, input);
  const put = (messages: readonly string[], logStreamName = "a", timestamp = clock.now()) =>
    logs("PutLogEvents", {
      logGroupName,
      logStreamName,
      logEvents: messages.map((message) => ({ timestamp, message })),
    });
  const messagesOf = ({ events = [] }: { readonly events?: readonly { readonly message?: string }[] }) =>
    events.map(({ message }) => message);
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );

  it("lists streams by their last event, or by a prefix, and not by both", async () => {
    const by = { logGroupName, orderBy: "LastEventTime" } as const;
    expect((await logs("DescribeLogStreams", { ...by, descending: true })).logStreams).to.have.lengthOf(1);
    expect(await refusalOf(logs("DescribeLogStreams", { ...by, logStreamNamePrefix: "a" }))).to.equal(
      "InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix.",
    );
  });

  it("gives older clients a token to send back, and minds none", async () => {
    const logEvents = [{ timestamp: 0, message: "m" }];
    const { nextSequenceToken } = await logs("PutLogEvents", {
      logGroupName,
      logStreamName: "a",
      logEvents,
      sequenceToken: "any",
    });
    expect(nextSequenceToken).to.match(/^[0-9]{56}$/);
  });

  it("deletes a stream with its events, and no other", async () => {
    await logs("CreateLogStream", { logGroupName, logStreamName: "b" });
    await put(["of a"]);
    await put(["of b"], "b");
    await logs("DeleteLogStream", { logGroupName, logStreamName: "a" });
    expect(messagesOf(await logs("FilterLogEvents", { logGroupName }))).to.deep.equal(["of b"]);
    const { logStreams } = await logs("DescribeLogStreams", { logGroupName });
    expect(logStreams?.map(({ logStreamName }) => logStreamName)).to.deep.equal(["b"]);
    expect(logStreams?.[0]).to.include({ storedBytes: 0 });
    expect(await refusalOf(logs("DeleteLogStream", { logGroupName, logStreamName: "a" }))).to.match(
      /^ResourceNotFoundException/,
    );
    await logs("CreateLogStream", { logGroupName, logStreamName: "a" });
    expect(messagesOf(await logs("FilterLogEvents", { logGroupName }))).to.deep.equal(["of b"]);
  });

  it("describes groups with retention, and their tags", async () => {
    await logs("PutRetentionPolicy", { logGroupName, retentionInDays: 14 });
    await put(["four"]);
    const { logGroups } = await logs("DescribeLogGroups", { logGroupNamePrefix: "/aws/" });
    const arn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;
    expect(logGroups).to.have.lengthOf(1);
    expect(logGroups?.[0]).to.deep.include({
      logGroupName,
      retentionInDays: 14,
      arn: `${arn}:*`,
      storedBytes: 30,
    });
    await logs("TagResource", { resourceArn: arn, tags: { stage: "dev" } });
    expect(await logs("ListTagsForResource", { resourceArn: `${arn}:*` })).to.deep.equal({
      tags: { team: "shop", stage: "dev" },
    });
    expect(await refusalOf(logs("PutRetentionPolicy", { logGroupName, retentionInDays: 2 }))).to.include(
      "InvalidParameterException: 1 validation error detected: Value 2 at 'retentionInDays'",
    );
    await logs("DeleteLogGroup", { logGroupName });
    expect(await refusalOf(put(["x"]))).to.match(/^ResourceNotFoundException: .*\/aws\/lambda\/f/);
  });

  it("reads a stream from either end, page by page", async () => {
    await put(["1", "2", "3", "4", "5"]);
    const get = (more: Partial<Input<"logs", "GetLogEvents">>) =>
      logs("GetLogEvents", { logGroupName, logStreamName: "a", limit: 2, ...more });
    const first = await get({ startFromHead: true });
    const second = await get({ nextToken: first.nextForwardToken });
    const third = await get({ nextToken: second.nextForwardToken });
    const end = await get({ nextToken: third.nextForwardToken });
    expect([first, second, third, end].map(messagesOf)).to.deep.equal([["1", "2"], ["3", "4"], ["5"], []]);
    expect(end.nextForwardToken).to.equal(third.nextForwardToken);
    await put(["6"]);
    expect(messagesOf(await get({ nextToken: end.nextForwardToken }))).to.deep.equal(["6"]);
    const last = await get({});
    expect(messagesOf(last)).to.deep.equal(["5", "6"]);
    expect(messagesOf(await get({ nextToken: last.nextBackwardToken }))).to.deep.equal(["3", "4"]);
    expect(await refusalOf(get({ nextToken: "x" }))).to.match(/^InvalidParameterException: nextToken/);
  });

  it("filters a group by stream, time and terms", async () => {
    await logs("CreateLogStream", { logGroupName, logStreamName: "b" });
    await put(["order stored", "order rejected: no total"]);
    await clock.advance(1000);
    await put(["Order stored again"], "b");
    const filter = async (more: Input<"logs", "FilterLogEvents">) =>
      messagesOf(await logs("FilterLogEvents", { logGroupName, ...more }));
    expect(await filter({})).to.deep.equal([
      "order stored",
      "order rejected: no total",
      "Order stored again",
    ]);
    expect(await filter({ filterPattern: "stored" })).to.deep.equal(["order stored", "Order stored again"]);
    expect(await filter({ filterPattern: "order stored" })).to.deep.equal(["order stored"]);
    expect(await filter({ filterPattern: '"no total"' })).to.deep.equal(["order rejected: no total"]);
    expect(await filter({ filterPattern: "order -rejected" })).to.deep.equal(["order stored"]);
    expect(await filter({ filterPattern: "?rejected ?again" })).to.deep.equal([
      "order rejected: no total",
      "Order stored again",
    ]);
    expect(await filter({ logStreamNames: ["b"] })).to.deep.equal(["Order stored again"]);
    expect(await filter({ startTime: clock.now() })).to.deep.equal(["Order stored again"]);
    expect(await filter({ endTime: clock.now() })).to.have.lengthOf(2);
    expect(await refusalOf(filter({ filterPattern: "{ $.level = 1 }" }))).to.match(
      /^NotSupportedByEmbeddedCloud: The filter pattern/,
    );
  });

  it("must be told a group, and tells one that is not there in AWS's words", async () => {
    expect(await refusalOf(logs("FilterLogEvents", {}))).to.match(
      /^InvalidParameterException: logGroupName is/,
    );
    expect(await refusalOf(logs("FilterLogEvents", { logGroupName: "none" }))).to.equal(
      "ResourceNotFoundException: The specified log group does not exist. There is no none.",
    );
    const client = new CloudWatchLogsClient(cloud.client);
    const error: unknown = await client
      .send(new CreateLogGroupCommand({ logGroupName }))
      .catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(ResourceAlreadyExistsException);
  });

  it("publishes each line", async () => {
    const lines: string[] = [];
    cloud.context.events.subscribe((event) => {
      if (event.type === "log") lines.push(`${event.logGroupName} ${event.logStreamName} ${event.message}`);
    });
    await put(["1", "2"]);
    expect(lines).to.deep.equal([`${logGroupName} a 1`, `${logGroupName} a 2`]);
  });

  it("rejects events out of time, and batches out of order", async () => {
    const timestamps = [-15 * day, 0, 3 * hour].map((offset) => clock.now() + offset);
    const logEvents = timestamps.map((timestamp) => ({ timestamp, message: String(timestamp) }));
    const { rejectedLogEventsInfo } = await logs("PutLogEvents", {
      logGroupName,
      logStreamName: "a",
      logEvents,
    });
    expect(rejectedLogEventsInfo).to.deep.equal({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
    expect(messagesOf(await logs("FilterLogEvents", { logGroupName }))).to.deep.equal([
      String(timestamps[1]),
    ]);
    expect(
      await refusalOf(
        logs("PutLogEvents", { logGroupName, logStreamName: "a", logEvents: logEvents.toReversed() }),
      ),
    ).to.include("chronological order");
  });

  it("forgets what is older than the retention, and the oldest of too many", async () => {
    await logs("PutRetentionPolicy", { logGroupName, retentionInDays: 1 });
    await put(["old"]);
    await clock.advance(day + 1);
    expect(messagesOf(await logs("FilterLogEvents", { logGroupName }))).to.deep.equal([]);
    for (let batch = 0; batch < 4; batch++) {
      await put(Array.from({ length: eventsKept / 2 }, (_, index) => `${batch}-${index}`));
    }
    const first = await logs("FilterLogEvents", { logGroupName, limit: 1 });
    expect(messagesOf(first)).to.deep.equal(["2-0"]);
  });

  it("forgets the oldest of too many bytes", async () => {
    const message = "x".repeat(100_000);
    for (let batch = 0; batch < 60; batch++)
      await put(Array.from({ length: 10 }, (_, index) => `batch-${batch}-${index} ${message}`));
    const { logGroups } = await logs("DescribeLogGroups", {
      logGroupNamePrefix: logGroupName,
    });
    expect(logGroups?.[0]?.storedBytes)
      .to.be.at.least(bytesKept - 1_000_000)
      .and.at.most(bytesKept * 1.25);
    const newest = await logs("FilterLogEvents", { logGroupName, filterPattern: '"batch-59-9"' });
    expect(messagesOf(newest)).to.have.length(1);
    const oldest = await logs("FilterLogEvents", { logGroupName, filterPattern: '"batch-0-0"' });
    expect(messagesOf(oldest)).to.deep.equal([]);
  });
});
