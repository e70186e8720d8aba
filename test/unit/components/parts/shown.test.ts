import { expect } from "chai";
import * as fc from "fast-check";
import { shown } from "../../../../components/parts/shown";
import { shown as shownByEngine } from "../../../../packages/embedded-pulumi/src/engine/shown";

describe("a value in an error", () => {
  for (const [value, expected] of [
    ["a", '"a"'],
    [undefined, "nothing"],
    [[1, { b: null }], '[1,{"b":null}]'],
    ["x".repeat(1_000), `"${"x".repeat(199)}…`],
    // Cut between the halves of a character, it would be no text.
    [`${"x".repeat(198)}\u{1f600}`, `"${"x".repeat(198)}\ufffd…`],
  ] as const)
    it(`is ${expected.slice(0, 20)}`, () => expect(shown(value)).to.equal(expected));

  it("is shown however deeply it is nested", () => {
    const deep = JSON.parse("[".repeat(5_000) + "]".repeat(5_000)) as unknown;
    expect(shown(deep).length).to.be.at.most(201);
  });

  it("is shown as the embedded engine shows it", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(outcome(() => shown(value))).to.equal(outcome(() => shownByEngine(value)));
      }),
    );
  });
});

function outcome(show: () => string): string {
  try {
    return show();
  } catch (error) {
    return String(error);
  }
}
