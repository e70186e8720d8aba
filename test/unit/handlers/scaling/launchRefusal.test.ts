import { expect } from "chai";
import { launchRefusal } from "../../../../handlers/scaling/launchRefusal";
import { sdkError } from "./sdkError";

describe("launchRefusal", () => {
  for (const [error, kind] of [
    // This zone or subnet alone.
    [sdkError("InsufficientInstanceCapacity", "no", 500), "no capacity"],
    [sdkError("InsufficientVolumeCapacity", "no", 500), "no capacity"],
    [sdkError("InsufficientCapacity", "no", 500), "no capacity"],
    [sdkError("InsufficientAddressCapacity", "no", 500), "no capacity"],
    [sdkError("InsufficientReservedInstanceCapacity", "no", 500), "no capacity"],
    [sdkError("InsufficientFreeAddressesInSubnet", "no", 400), "no capacity"],
    [sdkError("Unsupported", "not offered here", 400), "no capacity"],
    [sdkError("InvalidSubnetID.NotFound", "deleted", 400), "no capacity"],
    // Tokens.
    [sdkError("IdempotentInstanceTerminated", "terminated", 400), "spent"],
    [sdkError("IdempotentParameterMismatch", "other arguments", 400), "mismatch"],
    // A moment later.
    [sdkError("RequestLimitExceeded", "too many", 503), "later"],
    [sdkError("Throttling", "too many", 400), "later"],
    [
      Object.assign(new Error("not yet current"), {
        name: "SignatureDoesNotMatch",
        $metadata: { httpStatusCode: 403, clockSkewCorrected: true },
      }),
      "later",
    ],
    // Everywhere.
    [sdkError("SignatureDoesNotMatch", "not yours", 403), "refused"],
    [sdkError("UnauthorizedOperation", "no", 403), "refused"],
    [sdkError("InstanceLimitExceeded", "no", 400), "refused"],
    // Nobody knows.
    [Object.assign(new Error("socket timed out"), { name: "TimeoutError" }), "unclear"],
    [Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }), "unclear"],
    [sdkError("InternalError", "An internal error has occurred", 500), "unclear"],
    ["a text", "unclear"],
  ] as const) {
    it(`takes ${error instanceof Error ? error.name : error} for "${kind}"`, () => {
      expect(launchRefusal(error).kind).to.equal(kind);
    });
  }
});
