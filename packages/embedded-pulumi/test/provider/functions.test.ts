import { expect } from "chai";
import type { PropertyMap } from "../../src/engine/values";
import { createProvider } from "../../src/provider/provider";
import { recordingContext } from "./recordingContext";

function invoke(token: string, args: PropertyMap, answers: Record<string, object> = {}) {
  return createProvider(recordingContext(answers).context).invoke(token, args, {});
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => "no failure",
    (error: unknown) => String(error),
  );
}

async function documentOf(args: PropertyMap): Promise<unknown> {
  const { json, minifiedJson } = await invoke("aws:iam/getPolicyDocument:getPolicyDocument", args);
  const parsed: unknown = JSON.parse(json as string);
  expect(JSON.parse(minifiedJson as string)).to.deep.equal(parsed);
  return parsed;
}

describe("aws.iam.getPolicyDocument", () => {
  it("builds statements as the AWS provider does: one value alone, several from Z to A", async () => {
    const document = await documentOf({
      statements: [
        {
          sid: "Send",
          actions: ["sqs:SendMessage"],
          resources: ["arn:a", "arn:b"],
          principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
          conditions: [
            { test: "ArnEquals", variable: "aws:SourceArn", values: ["arn:topic"] },
            { test: "StringEquals", variable: "aws:SourceAccount", values: ["1", "2"] },
          ],
        },
      ],
    });
    expect(document).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Send",
          Effect: "Allow",
          Action: "sqs:SendMessage",
          Resource: ["arn:b", "arn:a"],
          Principal: { Service: "sns.amazonaws.com" },
          Condition: {
            ArnEquals: { "aws:SourceArn": "arn:topic" },
            StringEquals: { "aws:SourceAccount": ["1", "2"] },
          },
        },
      ],
    });
  });

  it("leaves out what is not given", async () => {
    const document = await documentOf({ statements: [{ effect: "Deny", notActions: ["iam:*"] }] });
    expect(document).to.deep.equal({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", NotAction: "iam:*" }],
    });
  });

  it("writes anyone as a star", async () => {
    const document = await documentOf({
      statements: [{ actions: ["sqs:*"], principals: [{ type: "*", identifiers: ["*"] }] }],
    });
    expect(document).to.have.nested.property("Statement[0].Principal", "*");
  });

  it("puts source documents first, and lets override documents replace statements by identifier", async () => {
    const source = JSON.stringify({ Statement: [{ Sid: "A", Effect: "Allow", Action: "a:*" }] });
    const override = JSON.stringify({ Statement: { Sid: "B", Effect: "Deny", Action: "b:*" } });
    const document = await documentOf({
      sourcePolicyDocuments: [source],
      statements: [{ sid: "B", actions: ["b:One"] }],
      overridePolicyDocuments: [override],
    });
    expect(document).to.have.deep.property("Statement", [
      { Sid: "A", Effect: "Allow", Action: "a:*" },
      { Sid: "B", Effect: "Deny", Action: "b:*" },
    ]);
  });

  const wrong: readonly (readonly [string, PropertyMap, RegExp])[] = [
    [
      "an effect of another name",
      { statements: [{ effect: "Maybe" }] },
      /effect: expected "Allow" or "Deny"/,
    ],
    [
      "a source that is no document",
      { sourcePolicyDocuments: ["{"] },
      /sourcePolicyDocuments: expected policy/,
    ],
    [
      "two sources with one identifier",
      { sourcePolicyDocuments: ['{"Statement":[{"Sid":"A"},{"Sid":"A"}]}'] },
      /duplicate Sid "A"/,
    ],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what}`, async () => {
      expect(await failureOf(documentOf(args))).to.match(message);
    });
  }
});

describe("what a program may ask of its region", () => {
  it("is the stack's region, by name too", async () => {
    const token = "aws:index/getRegion:getRegion";
    expect(await invoke(token, { region: "eu-west-1" })).to.include({
      region: "eu-west-1",
      name: "eu-west-1",
    });
    expect(await failureOf(invoke(token, { region: "us-east-1" }))).to.include("expected eu-west-1");
    expect(await invoke("aws:index/getRegions:getRegions", {})).to.deep.include({ names: ["eu-west-1"] });
  });

  it("is its zones, sorted, without those that are excluded", async () => {
    const zone = (ZoneName: string) => ({ ZoneName, ZoneId: `id-${ZoneName}`, State: "available" });
    const answers = {
      "ec2:DescribeAvailabilityZones": {
        AvailabilityZones: [zone("eu-west-1b"), zone("eu-west-1a"), zone("eu-west-1c")],
      },
    };
    const zones = await invoke(
      "aws:index/getAvailabilityZones:getAvailabilityZones",
      { state: "available", excludeNames: ["eu-west-1c"] },
      answers,
    );
    expect(zones).to.deep.include({
      names: ["eu-west-1a", "eu-west-1b"],
      zoneIds: ["id-eu-west-1a", "id-eu-west-1b"],
    });
  });
});

describe("aws.getArn", () => {
  it("takes an ARN apart", async () => {
    expect(
      await invoke("aws:index/getArn:getArn", { arn: "arn:aws:logs:r:1:log-group:a:b" }),
    ).to.deep.include({
      partition: "aws",
      service: "logs",
      region: "r",
      account: "1",
      resource: "log-group:a:b",
    });
    expect(await failureOf(invoke("aws:index/getArn:getArn", { arn: "queue" }))).to.include('got "queue"');
  });
});
