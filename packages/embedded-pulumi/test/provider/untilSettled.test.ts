import { AwsError } from "embedded-aws";
import { expect } from "chai";
import { untilSettled } from "../../src/provider/untilSettled";

describe("untilSettled", () => {
  const unknownRole = new AwsError(
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
  );

  async function attempt(refusals: number, error: Error, settleMs = 1000) {
    const pauses: number[] = [];
    let calls = 0;
    const wait = (ms: number) => {
      pauses.push(ms);
      return Promise.resolve();
    };
    const outcome: unknown = await untilSettled({ settleMs, wait }, () =>
      calls++ < refusals ? Promise.reject(error) : Promise.resolve("created"),
    ).catch((reason: unknown) => reason);
    return { outcome, pauses };
  }

  it("calls again, often, while a role or its policy is too new", async () => {
    expect(await attempt(0, unknownRole)).to.deep.equal({ outcome: "created", pauses: [] });
    expect(await attempt(3, unknownRole)).to.deep.equal({ outcome: "created", pauses: [50, 50, 50] });
    const messages = [
      "The provided execution role does not have permissions to call ReceiveMessage on SQS",
      "The function's execution role does not have permissions to call SendMessage on arn:aws:sqs:…",
      "Cannot access stream …. Please ensure the role can perform the GetRecords, … Actions on your stream in IAM.",
    ];
    for (const message of messages) {
      const { outcome } = await attempt(1, new AwsError("InvalidParameterValueException", message));
      expect(outcome, message).to.equal("created");
    }
  });

  it("gives up once any change would count, with the last refusal", async () => {
    const { outcome, pauses } = await attempt(Infinity, unknownRole);
    expect(outcome).to.equal(unknownRole);
    expect(pauses).to.deep.equal(Array<number>(40).fill(50));
    expect((await attempt(Infinity, unknownRole, 60_000)).pauses).to.deep.equal(Array<number>(40).fill(3000));
    expect((await attempt(Infinity, unknownRole, 50)).pauses).to.deep.equal(Array<number>(5).fill(20));
    expect(await attempt(Infinity, unknownRole, 0)).to.deep.equal({ outcome: unknownRole, pauses: [] });
  });

  it("does not call again for anything else", async () => {
    for (const error of [
      new AwsError("InvalidParameterValueException", "Handler: expected FILE.EXPORT"),
      new AwsError("ResourceConflictException", unknownRole.message),
      new Error(unknownRole.message),
    ])
      expect(await attempt(1, error)).to.deep.equal({ outcome: error, pauses: [] });
  });
});
