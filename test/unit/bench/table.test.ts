import { expect } from "chai";
import { restore, stub } from "sinon";
import { ofTurns, printTable } from "../../../bench/table";

describe("a bench's table", () => {
  afterEach(() => restore());

  it("has columns as wide as their widest cell, text to the left and figures to the right", () => {
    const log = stub(console, "log");
    printTable(
      ["", "ms", "× floor"],
      [
        ["one order", "5.1", "1.02"],
        ["1,000 orders", "1234.5", ""],
      ],
    );
    const lines = log.args.map(([line]) => String(line));
    restore();
    expect(lines).to.deep.equal([
      "                  ms  × floor",
      "------------  ------  -------",
      "one order        5.1     1.02",
      "1,000 orders  1234.5         ",
    ]);
  });

  it("says what its figures are", () => {
    expect(ofTurns(1)).to.equal("one turn");
    expect(ofTurns(11)).to.equal("medians of 11 turns");
  });
});
