import { connect } from "node:net";
import { existsSync } from "node:fs";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { cbor } from "@smithy/core/cbor";
import { expect } from "chai";
import { startCloud } from "../../../src/cloud";
import type { CloudEvent } from "../../../src/core/eventStream";
import type { Call } from "../../../src/core/service";
import { asAdministrator } from "../../support/asAdministrator";
import { RecordingService } from "../../support/recordingService";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

describe("the cloud's endpoint", () => {
  let cloud: TestCloud;
  let events: CloudEvent[];
  let sqs: RecordingService<"sqs">;
  /** Told of each long poll as it begins. */
  let polling: (call: Call) => void;

  beforeEach(async () => {
    polling = () => undefined;
    sqs = new RecordingService("sqs", {
      SendMessage: () => ({ MessageId: "1", MD5OfMessageBody: "" }),
      ReceiveMessage: (_, call) =>
        new Promise((resolve) => {
          call.signal.addEventListener("abort", () => resolve({ Messages: [] }));
          polling(call);
        }),
      PurgeQueue: () => {
        throw new TypeError("a defect");
      },
    });
    cloud = await startTestCloud({ services: [sqs.create] });
    events = [];
    cloud.context.events.subscribe((event) => events.push(event));
  });

  afterEach(() => cloud.close());

  function post(target: string | undefined, body = "{}", headers: Record<string, string> = {}) {
    return fetch(cloud.endpoint, {
      method: "POST",
      body,
      headers: {
        authorization: asAdministrator("sqs"),
        ...(target === undefined ? {} : { "x-amz-target": target }),
        ...headers,
      },
    });
  }

  it("listens on the loopback interface only", () => {
    expect(cloud.endpoint).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("takes any unknown access key for the administrator", async () => {
    const identity = await new STSClient(cloud.client).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).to.equal("arn:aws:iam::000000000000:root");
  });

  it("takes the keys of a role's session for that role", async () => {
    const credentials = cloud.context.issueCredentials("sender", "session");
    const identity = await new STSClient(cloud.clientAs(credentials)).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).to.equal("arn:aws:sts::000000000000:assumed-role/sender/session");
  });

  it("publishes each call with its caller and its outcome", async () => {
    await new SQSClient({ ...cloud.client, md5: false }).send(
      new SendMessageCommand({ QueueUrl: cloud.endpoint, MessageBody: "x" }),
    );
    const purge = await post("AmazonSQS.PurgeQueue", '{"QueueUrl":"q"}');
    const requests = events.filter((event) => event.type === "request");
    expect(
      requests.map(({ service, operation, errorCode }) => [service, operation, errorCode]),
    ).to.deep.equal([
      ["sqs", "SendMessage", undefined],
      ["sqs", "PurgeQueue", "InternalFailure"],
    ]);
    expect(requests[0]?.caller).to.deep.equal({ kind: "administrator", accountId: "000000000000" });
    expect(requests[1]?.requestId).to.equal(purge.headers.get("x-amzn-requestid"));
  });

  it("publishes calls in-process with the caller they name", async () => {
    const caller = {
      kind: "service",
      service: "events.amazonaws.com",
      sourceArn: "arn:aws:events:r:a:rule/x",
    } as const;
    expect(
      await cloud.context.call("sqs", "SendMessage", { QueueUrl: "q", MessageBody: "x" }, caller),
    ).to.include({ MessageId: "1" });
    expect(events).to.have.lengthOf(1);
    expect(events[0]).to.deep.include({ type: "request", service: "sqs", operation: "SendMessage", caller });
  });

  it("names a service and an operation that it does not support", async () => {
    const operation = await post("AmazonSQS.FlyToTheMoon");
    expect(operation.status).to.equal(501);
    expect(await operation.json()).to.deep.equal({
      __type: "com.amazonaws.sqs#NotSupportedByEmbeddedCloud",
      message: "The operation sqs:FlyToTheMoon is not supported by the embedded cloud",
    });
    const prototype = await post("AmazonSQS.constructor");
    expect(prototype.status).to.equal(501);
    const service = await fetch(cloud.endpoint, {
      headers: { authorization: asAdministrator("s3") },
    });
    expect(service.status).to.equal(501);
    expect(await service.text()).to.include(
      "The service &quot;s3&quot; is not supported by the embedded cloud",
    );
    expect(events.map((event) => event.type === "request" && event.errorCode)).to.deep.equal([
      "NotSupportedByEmbeddedCloud",
      "NotSupportedByEmbeddedCloud",
      "NotSupportedByEmbeddedCloud",
    ]);
  });

  it("tells clients of SQS's old query protocol what is missing, in that protocol", async () => {
    const answer = await post(undefined, "Action=SendMessage&MessageBody=x", {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(answer.status).to.equal(400);
    expect(await answer.text()).to.match(/<Code>MissingParameter<\/Code>.*QueueUrl/);
  });

  it("tells clients of Smithy's CBOR protocol, in that protocol", async () => {
    const answer = await fetch(`${cloud.endpoint}/service/AmazonSQS/operation/SendMessage`, {
      method: "POST",
      headers: {
        "smithy-protocol": "rpc-v2-cbor",
        authorization: asAdministrator("sqs"),
      },
    });
    expect(answer.headers.get("smithy-protocol")).to.equal("rpc-v2-cbor");
    const error = cbor.deserialize(new Uint8Array(await answer.arrayBuffer())) as Record<string, unknown>;
    expect(error.__type).to.equal("NotSupportedByEmbeddedCloud");
    expect(error.message).to.include("sqs in another protocol than awsJson1_0");
  });

  it("refuses bodies that are not JSON, and bodies that are too large", async () => {
    const text = await post("AmazonSQS.SendMessage", "{");
    expect(text.status).to.equal(400);
    expect(await text.json()).to.deep.include({ __type: "com.amazonaws.sqs#SerializationException" });
    const large = await post(
      "AmazonSQS.SendMessage",
      `{"MessageBody":"${"x".repeat(9 * 1024 * 1024)}"}`,
    ).catch((error: unknown) => error);
    // The answer comes before the body is read; a client that insists on writing may lose the connection.
    if (large instanceof Response) expect(large.status).to.equal(413);
    expect(sqs.inputs).to.deep.equal([]);
    expect(events.at(-1)).to.deep.include({ errorCode: "RequestEntityTooLarge" });
  });

  it("aborts an operation whose client goes away", async () => {
    const poll = new Promise<Call>((resolve) => (polling = resolve));
    const client = new AbortController();
    const answer = fetch(cloud.endpoint, {
      method: "POST",
      headers: { authorization: asAdministrator("sqs"), "x-amz-target": "AmazonSQS.ReceiveMessage" },
      body: '{"QueueUrl":"q"}',
      signal: client.signal,
    }).catch((error: unknown) => error);
    const { signal } = await poll;
    expect(signal.aborted).to.be.false;
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    client.abort();
    await aborted;
    expect(await answer).to.have.property("name", "AbortError");
  });

  it("does not abort an operation that has been answered", async () => {
    await (await post("AmazonSQS.SendMessage", '{"QueueUrl":"q","MessageBody":"x"}')).text();
    expect(sqs.calls[0]?.signal.aborted).to.be.false;
  });

  it("ends long polls when it closes, and frees the port", async () => {
    const overWire = new Promise<Call>((resolve) => (polling = resolve));
    const answer = post("AmazonSQS.ReceiveMessage", '{"QueueUrl":"q"}').catch((error: unknown) => error);
    const { signal } = await overWire;
    const inProcess = cloud.call("sqs", "ReceiveMessage", { QueueUrl: "q" });
    await cloud.close();
    expect(signal.aborted).to.be.true;
    expect(await inProcess).to.deep.equal({ Messages: [] });
    await answer;
    const refused = await new Promise<NodeJS.ErrnoException>((resolve) => {
      connect(Number(new URL(cloud.endpoint).port), "127.0.0.1").on("error", resolve);
    });
    expect(refused.code).to.equal("ECONNREFUSED");
    expect(existsSync(cloud.context.directory)).to.be.false;
    cloud = await startTestCloud({ services: [] });
  });

  it("hands what is under a mounted prefix to its handler", async () => {
    cloud.context.mount("/_echo/", (request, response) =>
      response.end(`${request.method ?? ""} ${request.url ?? ""}`),
    );
    expect(await (await fetch(`${cloud.endpoint}/_echo/a?b`)).text()).to.equal("GET /_echo/a?b");
    expect(() => cloud.context.mount("/echo", () => undefined)).to.throw('mount: got "/echo"');
    expect(events).to.deep.equal([]);
  });

  it("says which port is in use, and what to do", async () => {
    const port = Number(new URL(cloud.endpoint).port);
    const error = await startCloud({ port, services: [] }).then(
      () => undefined,
      (cause: unknown) => cause as Error,
    );
    expect(error?.message).to.match(new RegExp(`^Port ${port} is in use\\. .*--port`));
  });

  it("closes services in the opposite order of their start, even when one of them fails to start", async () => {
    const closed: string[] = [];
    const named = (name: "sqs" | "lambda") =>
      new RecordingService(name, {}, () => {
        closed.push(name);
        return Promise.resolve();
      }).create;
    await (await startTestCloud({ services: [named("sqs"), named("lambda")] })).close();
    const broken = () => {
      throw new Error("cannot start");
    };
    const error = await startTestCloud({ services: [named("sqs"), broken] }).catch((cause: unknown) => cause);
    expect(error).to.have.property("message", "cannot start");
    expect(closed).to.deep.equal(["lambda", "sqs", "sqs"]);
  });
});
