import { cbor } from "@smithy/core/cbor";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

describe("requests that no service here understands", () => {
  let cloud: TestCloud;
  before(async () => {
    cloud = await startTestCloud();
  });
  after(() => cloud.close());

  const request = (service: string, path: string, init: RequestInit = {}) =>
    fetch(`${cloud.endpoint}${path}`, {
      ...init,
      headers: { authorization: authorization(service), ...(init.headers as Record<string, string>) },
    });
  const form = (service: string, body: string) =>
    request(service, "/", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
    });

  it("are answered in S3's XML if they are S3's", async () => {
    const answer = await request("s3", "/bucket/key");
    expect(answer.status).to.equal(501);
    expect(answer.headers.get("content-type")).to.equal("application/xml");
    expect(await answer.text()).to.match(
      /<Error><Code>NotSupportedByEmbeddedCloud<\/Code><Message>The service &quot;s3&quot; is not supported.*<\/Error>$/,
    );
  });

  it("are answered in the query protocol if they are for SES's first version", async () => {
    const answer = await form("ses", "Action=SendEmail&Version=2010-12-01&Source=a%40example.com");
    expect(answer.status).to.equal(501);
    expect(await answer.text()).to.match(
      /<ErrorResponse .*<Code>NotSupportedByEmbeddedCloud<\/Code><Message>ses in another protocol than restJson1/,
    );
  });

  it("are told which version of a service there is", async () => {
    const answer = await form("sts", "Action=GetCallerIdentity&Version=2010-01-01");
    expect(answer.status).to.equal(400);
    expect(await answer.text()).to.match(/<Code>NoSuchVersion<\/Code>.*2010-01-01.*expected 2011-06-15/);
  });

  it("are answered in CBOR if they are in CBOR", async () => {
    const answer = await request("sqs", "/service/AmazonSQS/operation/ListQueues", {
      method: "POST",
      headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
    });
    expect(answer.status).to.equal(501);
    expect(cbor.deserialize(new Uint8Array(await answer.arrayBuffer()))).to.include({
      __type: "NotSupportedByEmbeddedCloud",
    });
  });

  it("are told of a wrong type, or of a value that is out of range, in the service's words", async () => {
    const json = async (target: string, service: string, body: object) => {
      const answer = await request(service, "/", {
        method: "POST",
        headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { __type: string; message: string };
    };
    expect(await json("AmazonSSM.GetParameter", "ssm", { Name: 7 })).to.deep.equal({
      __type: "SerializationException",
      message: "Name: got 7; expected a string",
    });
    expect(await json("AmazonSSM.PutParameter", "ssm", { Name: "a b", Value: "v" })).to.deep.equal({
      __type: "ValidationException",
      // As that error's shape spells it.
      Message:
        "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[A-Za-z0-9_.\\-/]+$",
    });
    const answer = await form(
      "sts",
      "Action=AssumeRole&Version=2011-06-15&RoleArn=r&RoleSessionName=ab&DurationSeconds=1",
    );
    expect(await answer.text()).to.match(
      /<Code>ValidationError<\/Code>.*durationSeconds.*greater than or equal to 900/,
    );
  });
});
