import { expect } from "chai";
import { excerpt } from "../../../../handlers/shared/excerpt";

describe("excerpt", () => {
  for (const [what, text, shown] of [
    ["leaves a text of 200 characters as it is", "x".repeat(200), "x".repeat(200)],
    ["cuts a longer one, and shows that", "x".repeat(201), `${"x".repeat(200)}…`],
    ["leaves no half of a character behind", `${"x".repeat(199)}😀`, `${"x".repeat(199)}\ufffd…`],
  ] as const) {
    it(what, () => expect(excerpt(text)).to.equal(shown));
  }
});
