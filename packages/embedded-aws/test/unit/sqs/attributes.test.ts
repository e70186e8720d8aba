import { expect } from "chai";
import type { AwsError } from "../../../src/core/errors";
import {
  checkAttributes,
  describeAttributes,
  differingAttribute,
  mergeAttributes,
  settingsOf,
} from "../../../src/services/sqs/attributes";
import { allowsRedrive, parseRedriveAllowPolicy } from "../../../src/services/sqs/redrive";

const target = "arn:aws:sqs:us-east-1:000000000000:dlq";

function refusal(attributes: Record<string, string>): AwsError | undefined {
  try {
    checkAttributes(attributes, { unknownPrincipal: () => undefined });
    return undefined;
  } catch (error) {
    return error as AwsError;
  }
}

describe("queue attributes", () => {
  const limits: [name: string, min: number, max: number][] = [
    ["DelaySeconds", 0, 900],
    ["KmsDataKeyReusePeriodSeconds", 60, 86_400],
    ["MaximumMessageSize", 1_024, 1_048_576],
    ["MessageRetentionPeriod", 60, 1_209_600],
    ["ReceiveMessageWaitTimeSeconds", 0, 20],
    ["VisibilityTimeout", 0, 43_200],
  ];
  for (const [name, min, max] of limits) {
    it(`takes ${name} from ${min} to ${max}`, () => {
      for (const value of [min, max]) expect(refusal({ [name]: String(value) })).to.equal(undefined);
      for (const value of [String(min - 1), String(max + 1), "1.5", "", "many"]) {
        const error = refusal({ [name]: value });
        expect(error?.code, value).to.equal("InvalidAttributeValue");
        expect(error?.message).to.contain(name).and.contain(`"${value}"`).and.contain(`${min} and ${max}`);
      }
    });
  }

  const refused: [attributes: Record<string, string>, code: string, message: string][] = [
    [{ QueueArn: "x" }, "InvalidAttributeName", "QueueArn"],
    [{ Nonsense: "x" }, "InvalidAttributeName", "Nonsense"],
    [{ FifoQueue: "true" }, "InvalidAttributeName", "FifoQueue"],
    [{ ContentBasedDeduplication: "true" }, "InvalidAttributeName", "ContentBasedDeduplication"],
    [{ SqsManagedSseEnabled: "yes" }, "InvalidAttributeValue", "true or false"],
    [{ SqsManagedSseEnabled: "true", KmsMasterKeyId: "alias/k" }, "InvalidAttributeValue", "one kind"],
    [{ Policy: "{" }, "InvalidAttributeValue", "Policy"],
    [{ Policy: '{"Statement":[]}' }, "InvalidAttributeValue", "Statement"],
    [{ RedrivePolicy: "no JSON" }, "InvalidParameterValue", "RedrivePolicy"],
    [{ RedrivePolicy: `{"deadLetterTargetArn":"${target}"}` }, "InvalidParameterValue", "maxReceiveCount"],
    [
      { RedrivePolicy: `{"deadLetterTargetArn":"${target}","maxReceiveCount":0}` },
      "InvalidParameterValue",
      "maxReceiveCount",
    ],
    [
      { RedrivePolicy: `{"deadLetterTargetArn":"${target}","maxReceiveCount":1001}` },
      "InvalidParameterValue",
      "maxReceiveCount",
    ],
    [{ RedriveAllowPolicy: '{"redrivePermission":"some"}' }, "InvalidParameterValue", "redrivePermission"],
    [{ RedriveAllowPolicy: '{"redrivePermission":"byQueue"}' }, "InvalidParameterValue", "sourceQueueArns"],
  ];
  for (const [attributes, code, message] of refused) {
    it(`refuses ${JSON.stringify(attributes)}`, () => {
      const error = refusal(attributes);
      expect(error?.code).to.equal(code);
      expect(error?.message).to.contain(message);
    });
  }

  it("have AWS's defaults", () => {
    expect(describeAttributes({})).to.deep.equal({
      DelaySeconds: "0",
      MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600",
      ReceiveMessageWaitTimeSeconds: "0",
      VisibilityTimeout: "30",
      SqsManagedSseEnabled: "true",
    });
  });

  it("keep the strings that were given, and mean milliseconds", () => {
    const RedrivePolicy = `{"maxReceiveCount":"5","deadLetterTargetArn":"${target}"}`;
    const attributes = mergeAttributes({}, { RedrivePolicy, VisibilityTimeout: "45" });
    expect(describeAttributes(attributes)).to.include({ RedrivePolicy, VisibilityTimeout: "45" });
    expect(settingsOf(attributes)).to.deep.include({
      visibilityTimeoutMs: 45_000,
      redrivePolicy: { deadLetterTargetArn: target, maxReceiveCount: 5 },
    });
  });

  it("have one kind of encryption at a time", () => {
    const withKey = mergeAttributes({ SqsManagedSseEnabled: "true" }, { KmsMasterKeyId: "alias/k" });
    expect(describeAttributes(withKey)).to.include({
      KmsMasterKeyId: "alias/k",
      SqsManagedSseEnabled: "false",
      KmsDataKeyReusePeriodSeconds: "300",
    });
    expect(mergeAttributes(withKey, { SqsManagedSseEnabled: "true" })).to.not.have.property("KmsMasterKeyId");
  });

  it("lose a policy that is set to the empty string", () => {
    expect(
      mergeAttributes({ RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' }, { RedriveAllowPolicy: "" }),
    ).to.deep.equal({});
  });

  it("are compared by what they mean", () => {
    const existing = {
      RedrivePolicy: `{"maxReceiveCount":5,"deadLetterTargetArn":"${target}"}`,
      DelaySeconds: "5",
    };
    expect(differingAttribute(existing, {})).to.equal(undefined);
    expect(differingAttribute(existing, { DelaySeconds: "05", VisibilityTimeout: "30" })).to.equal(undefined);
    expect(
      differingAttribute(existing, {
        RedrivePolicy: `{ "deadLetterTargetArn": "${target}", "maxReceiveCount": 5 }`,
      }),
    ).to.equal(undefined);
    expect(differingAttribute(existing, { DelaySeconds: "6" })).to.equal("DelaySeconds");
    expect(differingAttribute(existing, { RedrivePolicy: "" })).to.equal("RedrivePolicy");
  });
});

describe("a redrive allow policy", () => {
  const source = "arn:aws:sqs:us-east-1:000000000000:source";
  const cases: [policy: object, allowed: boolean][] = [
    [{ redrivePermission: "allowAll" }, true],
    [{ redrivePermission: "denyAll" }, false],
    [{ redrivePermission: "byQueue", sourceQueueArns: [source] }, true],
    [{ redrivePermission: "byQueue", sourceQueueArns: [`${source}2`] }, false],
  ];
  for (const [policy, allowed] of cases) {
    it(`${JSON.stringify(policy)} ${allowed ? "allows" : "denies"} the source`, () => {
      expect(allowsRedrive(parseRedriveAllowPolicy(JSON.stringify(policy)), source)).to.equal(allowed);
    });
  }

  it("that is not there allows every source", () => {
    expect(allowsRedrive(undefined, source)).to.equal(true);
  });
});
