import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import { isPassing } from "../../../../../handlers/shared/failure";
import { lean } from "../../../../../handlers/shared/leanClient";
import { type Answer, awsServer, email, get } from "./awsServer";

describe("what a lean client makes of an answer", () => {
  const aws = awsServer();

  it("answers with the output and its metadata", async () => {
    aws.answer = { body: '{"Item":{"orderId":{"S":"ö"}}}', headers: { "x-amzn-requestid": "r-1" } };
    expect(await lean(aws.dynamoDb()).send(get())).to.deep.equal({
      Item: { orderId: { S: "ö" } },
      $metadata: { httpStatusCode: 200, requestId: "r-1" },
    });
  });

  it("takes an answer without content for an empty one", async () => {
    aws.answer = { body: "" };
    const answer = await lean(aws.dynamoDb()).send(get());
    expect(answer).to.deep.equal({ $metadata: { httpStatusCode: 200 } });
    expect(answer.$metadata).to.have.all.keys("httpStatusCode");
  });

  it("says the status where AWS says nothing", async () => {
    for (const body of ["", "{}", '{"message":7}']) {
      aws.answer = { status: 418, body };
      expect(await aws.failureOf(lean(aws.dynamoDb()).send(get()))).to.include({
        message: "HTTP status 418",
      });
    }
  });

  it("throws the SDK's errors, with what they carry", async () => {
    const client = lean(aws.dynamoDb(), { ConditionalCheckFailedException, TransactionCanceledException });
    aws.answer = {
      status: 400,
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no","Item":{"a":{"S":"b"}}}',
    };
    const refused = await aws.failureOf(client.send(get()));
    expect(refused).to.be.instanceOf(ConditionalCheckFailedException).and.to.include({
      name: "ConditionalCheckFailedException",
      message: "no",
    });
    expect(refused).to.have.deep.property("Item", { a: { S: "b" } });
    aws.answer = {
      status: 400,
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"no","CancellationReasons":[{"Code":"None"}]}',
    };
    const cancelled = await aws.failureOf(client.send(new TransactWriteItemsCommand({ TransactItems: [] })));
    expect(cancelled).to.be.instanceOf(TransactionCanceledException);
    expect(cancelled).to.have.deep.property("CancellationReasons", [{ Code: "None" }]);
  });

  for (const [what, given, name, passing] of [
    ["an unknown kind", { status: 400, body: '{"__type":"a#FreshException"}' }, "FreshException", false],
    ["a throttle", { status: 400, body: '{"__type":"a#ThrottlingException"}' }, "ThrottlingException", true],
    [
      "one named in a header",
      { status: 404, headers: { "x-amzn-errortype": "NotFoundException:http://a/" } },
      "NotFoundException",
      false,
    ],
    ["a redirection", { status: 300, body: "{}" }, "UnknownError", false],
    [
      "one that names its package twice",
      { status: 400, body: '{"__type":"a#b#BadThing"}' },
      "BadThing",
      false,
    ],
    [
      "one with a list of addresses",
      { status: 400, headers: { "x-amzn-errortype": "BadThing,http://a/,b:c" } },
      "BadThing",
      false,
    ],
    ["a number instead of an answer", { body: "7" }, "Error", false],
    ["null instead of an answer", { body: "null" }, "Error", false],
    ["a text instead of an error", { status: 400, body: '"no"' }, "UnknownError", false],
    ["null instead of an error", { status: 500, body: "null" }, "UnknownError", true],
    ["a page instead of an answer", { status: 503, body: "<html>" }, "UnknownError", true],
    [
      "one that is named like a member of all objects",
      { status: 400, body: '{"__type":"constructor"}' },
      "constructor",
      false,
    ],
    ["no JSON where there should be", { body: "<html>" }, "Error", false],
    ["a connection that breaks", { fault: "connection reset" }, "Error", true],
    ["an answer that is cut off", { fault: "cut off" }, "Error", true],
  ] as const) {
    it(`tells of ${what} as the SDK would, so that retries know it`, async () => {
      aws.answer = given;
      const failure = await aws.failureOf(lean(aws.dynamoDb()).send(get()));
      expect(failure.name).to.equal(name);
      expect(isPassing(failure)).to.equal(passing);
    });
  }

  for (const [protocol, send] of [
    ["RPC", () => lean(aws.dynamoDb()).send(get())],
    ["REST", () => lean(new SESv2Client(aws.options())).send(email)],
  ] as const) {
    it(`names an error as the SDK's ${protocol} does, wherever the name stands and whatever stands around it`, async () => {
      const sdkSend = () =>
        protocol === "RPC" ? aws.dynamoDb().send(get()) : new SESv2Client(aws.options()).send(email);
      const places: readonly Answer[] = [
        "Bad",
        "a.b#Bad",
        "Bad:http://internal.amazon.com/coral/com.amazon.coral.service/#x",
        "a.b#Bad:http://a/#x",
        "Bad,Worse",
        "TooManyRequestsException:",
      ].flatMap((name) => [
        { headers: { "x-amzn-errortype": name } },
        { body: JSON.stringify({ __type: name }) },
        { body: JSON.stringify({ code: name }) },
        { headers: { "x-amzn-errortype": name }, body: '{"__type":"Other","code":"Another"}' },
        { body: JSON.stringify({ code: name, __type: "Other" }) },
      ]);
      for (const place of places) {
        aws.answer = { status: 400, ...place };
        const [own, sdk] = [await aws.failureOf(send()), await aws.failureOf(sdkSend())];
        expect(own.name, JSON.stringify(place)).to.equal(sdk.name);
        expect(isPassing(own)).to.equal(isPassing(sdk));
      }
    });
  }
});
