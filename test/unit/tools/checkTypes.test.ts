import { expect } from "chai";
import { describeErrors } from "../../../tools/checkTypes";

describe("a check of types", () => {
  const error = (line: number) =>
    `index.ts(${line},7): error TS2322: Type 'string' is not assignable to type 'number'.`;

  it("says nothing when there is nothing to say", () => {
    expect(describeErrors("")).to.equal(undefined);
    expect(describeErrors("error TS5033: Could not write file 'types.tsbuildinfo': EROFS.\n")).to.equal(
      undefined,
    );
  });

  it("tells the first error and how many there are, in one line", () => {
    expect(describeErrors(`${error(1)}\n`)).to.equal(
      `Types do not check: ${error(1)}; "npm run typecheck" tells all.`,
    );
    expect(describeErrors(`${error(1)}\n  The types of 'a' differ.\n${error(2)}\n${error(3)}\n`)).to.equal(
      `Types do not check: ${error(1)} (and 2 more); "npm run typecheck" tells all.`,
    );
  });
});
