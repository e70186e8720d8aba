import { expect } from "chai";
import { retryUntil } from "../../../../handlers/shared/retry";
import { awsError, steppedTiming } from "../../support/handlerFakes";

describe("retryUntil", () => {
  const attemptsUntil = async (deadlineMs: number, lastStartMs?: number) => {
    const timing = steppedTiming(() => 1);
    const start = timing.now();
    const begun: number[] = [];
    const failure: unknown = await retryUntil(
      start + deadlineMs,
      timing,
      () => {
        begun.push(timing.now() - start);
        return Promise.reject(awsError("ThrottlingException"));
      },
      ...(lastStartMs === undefined ? [] : [start + lastStartMs]),
    ).catch((error: unknown) => error);
    expect(failure).to.include({ name: "ThrottlingException" });
    return begun;
  };

  it("begins attempts until the deadline, ever further apart", async () => {
    expect(await attemptsUntil(800)).to.deep.equal([0, 25, 75, 175, 375, 775]);
  });

  it("begins none after the last start that it is given, though there be time, nor after the deadline", async () => {
    expect(await attemptsUntil(800, 200)).to.deep.equal([0, 25, 75, 175]);
    expect(await attemptsUntil(100, 5_000)).to.deep.equal([0, 25, 75]);
  });
});
