import { expect } from "chai";
import { accountOf } from "../../../tools/account";

describe("the account that the embedded cloud plays for a stack", () => {
  for (const [what, config, expected] of [
    ["a made-up one when the stack names none", {}, { region: "us-east-1", accountId: "000000000000" }],
    [
      "the one that the stack is bound to",
      { "aws:region": "eu-west-1", "aws:allowedAccountIds": '["123456789012"]' },
      { region: "eu-west-1", accountId: "123456789012" },
    ],
    [
      "a made-up one when the stack may go to several",
      { "aws:allowedAccountIds": '["123456789012","210987654321"]' },
      { region: "us-east-1", accountId: "000000000000" },
    ],
  ] as const) {
    it(`is ${what}`, () => {
      expect(accountOf({ config })).to.deep.equal(expected);
    });
  }
});
