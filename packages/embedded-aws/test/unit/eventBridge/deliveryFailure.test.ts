import { expect } from "chai";
import fc from "fast-check";
import { AwsError } from "../../../src/core/errors";
import { decideRetry, deliveryFailure } from "../../../src/services/eventBridge/deliveryFailure";

const throttled = deliveryFailure(new AwsError("TooManyRequestsException", "slow down", 429));

describe("deliveryFailure", () => {
  const cases: readonly (readonly [string, number, string, boolean])[] = [
    ["AccessDeniedException", 403, "NO_PERMISSIONS", false],
    ["AuthorizationErrorException", 403, "NO_PERMISSIONS", false],
    ["NotFoundException", 404, "NO_RESOURCE", false],
    ["ResourceNotFoundException", 404, "NO_RESOURCE", false],
    ["QueueDoesNotExist", 400, "NO_RESOURCE", false],
    ["TooManyRequestsException", 429, "THROTTLING", true],
    ["ServiceException", 500, "INTERNAL_ERROR", true],
    ["InvalidParameterValueException", 400, "ERROR_FROM_TARGET", false],
  ];
  for (const [code, status, expected, retried] of cases) {
    it(`calls ${code} ${expected}, ${retried ? "to be tried again" : "for good"}`, () => {
      expect(deliveryFailure(new AwsError(code, "why", status))).to.deep.equal({
        code: expected,
        message: "why",
        retried,
      });
    });
  }
});

describe("decideRetry", () => {
  it("gives up at once where trying again cannot help", () => {
    const denied = deliveryFailure(new AwsError("AccessDenied", "no", 403));
    expect(decideRetry({}, denied, 0, 0, 0)).to.deep.equal({ kind: "give-up" });
  });

  it("gives up after the attempts, and at the age, that the policy allows", () => {
    expect(decideRetry({ MaximumRetryAttempts: 2 }, throttled, 2, 0, 0)).to.deep.equal({
      kind: "give-up",
      exhausted: "MaximumRetryAttempts",
    });
    expect(decideRetry({ MaximumEventAgeInSeconds: 60 }, throttled, 1, 60_000, 0)).to.deep.equal({
      kind: "give-up",
      exhausted: "MaximumEventAgeInSeconds",
    });
  });

  it("by default makes 185 retries within 24 hours, whatever the jitter", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 186, maxLength: 186 }),
        (jitter) => {
          let age = 0;
          let retries = 0;
          for (;;) {
            const decision = decideRetry({}, throttled, retries, age, jitter[retries]!);
            if (decision.kind === "give-up") break;
            age += decision.delayMs;
            retries++;
          }
          expect(retries).to.equal(185);
          expect(age).to.be.lessThan(86_400_000);
        },
      ),
      { numRuns: 20 },
    );
  });
});
