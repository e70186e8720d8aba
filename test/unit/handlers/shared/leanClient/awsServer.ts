import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SendEmailCommand } from "@aws-sdk/client-sesv2";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { clientConfig } from "../../../../../handlers/shared/retry";

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** How the answer goes wrong. */
  readonly fault?: "none comes" | "cut off" | "connection reset";
  /** How far AWS's clock is ahead of this machine's. */
  readonly aheadMs?: number;
}

export const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "secret/+=",
  sessionToken: "token",
};

const OUT_OF_TIME: Answer = {
  status: 400,
  body: '{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"signed at another time"}',
};

/** In milliseconds. */
export function signedAt(headers: IncomingHttpHeaders): number {
  return Date.parse(String(headers["x-amz-date"]).replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
}

export const email = new SendEmailCommand({
  FromEmailAddress: "orders@example.com",
  Destination: { ToAddresses: ["ädä@example.com"] },
  Content: { Simple: { Subject: { Data: "Order – 1" }, Body: { Text: { Data: "Thank you" } } } },
  EmailTags: [{ Name: "orderId", Value: "o" }],
});
export const event = new PutEventsCommand({
  Entries: [{ Source: "orders", DetailType: "X", Detail: "{}", Time: new Date(1_750_000_000_500) }],
});
export const letter = new SendMessageCommand({
  QueueUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/letters",
  MessageBody: "ä",
  MessageAttributes: { reason: { DataType: "String", StringValue: "r" } },
});

export const get = () => new GetItemCommand({ TableName: "t", Key: { orderId: { S: "o" } } });

/** A server in the place of AWS for the tests of a `describe`: it answers as it is told, and shows what came. */
export function awsServer() {
  let server: Server;
  const aws = {
    endpoint: "",
    /** What came since the test began. */
    seen: [] as Seen[],
    /** What it answers in this test; by default an empty object. */
    answer: {} as Answer,
    options: () => ({ ...clientConfig, region: "eu-central-1", endpoint: aws.endpoint, credentials }),
    dynamoDb: () => new DynamoDBClient(aws.options()),
    /** What a call fails with, which it must. */
    async failureOf(sending: Promise<unknown>) {
      const failure: unknown = await sending.then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).to.be.instanceOf(Error);
      return failure as Error & { readonly $metadata?: object };
    },
  };
  before(async () => {
    server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const { method = "", url: path = "", headers } = request;
        aws.seen.push({ method, path, headers, body: body.toString("utf8") });
        const now = Date.now() + (aws.answer.aheadMs ?? 0);
        const isInTime = Math.abs(signedAt(headers) - now) < 5 * 60_000;
        const given = isInTime ? aws.answer : { ...aws.answer, ...OUT_OF_TIME };
        if (given.fault === "none comes") return;
        if (given.fault === "connection reset") {
          request.socket.resetAndDestroy();
          return;
        }
        const text = given.body ?? "{}";
        const length = String(Buffer.byteLength(text) + (given.fault === "cut off" ? 1 : 0));
        const date = new Date(now).toUTCString();
        response.writeHead(given.status ?? 200, { "content-length": length, date, ...given.headers });
        response.write(text, () => {
          if (given.fault === "cut off") request.socket.destroy();
          else response.end();
        });
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    aws.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    aws.seen = [];
    aws.answer = {};
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return aws;
}
