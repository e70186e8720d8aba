import { expect } from "chai";
import { runProgram } from "./support/program";
import type { Recorder } from "./support/recordResources";

const KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000";
const WHOLE = {
  confirmationSender: "shop@example.com",
  confirmationConfigurationSet: "mail",
  scalerAmiSsmParameter: "/ami",
  scalerMetric: "InstanceType",
};

/** By type: where a resource names its key, and how many the whole program has. */
const ENCRYPTED: readonly (readonly [type: string, property: string, count: number])[] = [
  ["aws:sqs/queue:Queue", "kmsMasterKeyId", 4],
  ["aws:dynamodb/table:Table", "serverSideEncryption.kmsKeyArn", 3],
  ["aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", 5],
  ["aws:sns/topic:Topic", "kmsMasterKeyId", 1],
  ["aws:lambda/function:Function", "kmsKeyArn", 5],
];

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** By role policy: what it may do with a key. */
function keyStatements(recorder: Recorder): Record<string, readonly Statement[]> {
  const policies = recorder.ofType("aws:iam/rolePolicy:RolePolicy").map(({ name, inputs }) => {
    const { Statement: all } = JSON.parse(inputs.policy as string) as { Statement: Statement[] };
    return [name, all.filter(({ Action }) => JSON.stringify(Action).includes("kms:"))] as const;
  });
  return Object.fromEntries(policies.filter(([, statements]) => statements.length > 0));
}

describe("the program's encryption", () => {
  it("uses the key that is given, for everything that holds data, and makes none of its own", async () => {
    const { recorder } = await runProgram({ ...WHOLE, encryptionKeyArn: KEY });
    for (const [type, property, count] of ENCRYPTED) {
      const resources = recorder.ofType(type);
      expect(resources, type).to.have.length(count);
      for (const { name, inputs } of resources) expect(inputs, name).to.have.nested.property(property, KEY);
    }
    // SQS takes one of the two.
    for (const { inputs } of recorder.ofType("aws:sqs/queue:Queue"))
      expect(inputs).not.to.have.property("sqsManagedSseEnabled");
    expect(recorder.resources.filter(({ type }) => type.startsWith("aws:kms/"))).to.deep.equal([]);
  });

  it("lets each function decrypt, and those that send to a queue make data keys, with that key alone", async () => {
    const { recorder } = await runProgram({ ...WHOLE, encryptionKeyArn: KEY });
    const statement = (Action: string) => ({ Effect: "Allow", Action, Resource: KEY });
    const decrypt = statement("kms:Decrypt");
    const send = statement("kms:GenerateDataKey");
    expect(keyStatements(recorder)).to.deep.equal({
      "orders-process-policy": [send, decrypt],
      "orders-confirm-policy": [send, decrypt],
      "orders-confirm-feedback-policy": [send, decrypt],
      "fleet-scale-policy": [send, decrypt],
      "fleet-end-policy": [decrypt],
    });
  });

  it("is the services' own without one, but for the topic, which alarms could not reach", async () => {
    const { recorder } = await runProgram(WHOLE);
    for (const [type, property] of ENCRYPTED) {
      for (const { name, inputs } of recorder.ofType(type)) {
        if (type.startsWith("aws:sns/")) continue;
        expect(inputs, name).not.to.have.nested.property(property);
      }
    }
    for (const { name, inputs } of recorder.ofType("aws:sqs/queue:Queue"))
      expect(inputs, name).to.include({ sqsManagedSseEnabled: true });
    expect(recorder.ofType("aws:kms/key:Key")).to.have.length(1);
    expect(keyStatements(recorder)).to.deep.equal({});
  });

  it("refuses an alias, which no permission can name", async () => {
    const error: unknown = await runProgram({ encryptionKeyArn: "alias/orders" }).catch(
      (cause: unknown) => cause,
    );
    expect(String(error)).to.contain('encryptionKeyArn: got "alias/orders"; expected the ARN of a KMS key');
  });
});
