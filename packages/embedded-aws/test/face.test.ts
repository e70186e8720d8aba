import { expect } from "chai";
import * as face from "../src";

describe("embedded-aws shows", () => {
  it("what a program needs of it, and none of its services, helpers and parts", () => {
    expect(Object.keys(face).sort()).to.deep.equal([
      "AwsError",
      "EventStream",
      "KeptFile",
      "KeptStateError",
      "RunningClock",
      "SteppedClock",
      "conditionsAsJson",
      "connectCloud",
      "describeConditions",
      "functionErrorIn",
      "kind",
      "newAccount",
      "startCloud",
      "troubleIn",
      "unkind",
    ]);
  });
});
