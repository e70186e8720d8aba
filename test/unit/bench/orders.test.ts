import { expect } from "chai";
import { readFileSync } from "node:fs";
import { UNDER_LOAD } from "../../../bench/orders";

describe("the bench of the path", () => {
  it("sets the program as the operations guide does for a thousand orders a second", () => {
    const asked = Object.entries(UNDER_LOAD).map(([key, value]) => `\`${key}: ${value}\``);
    expect(readFileSync("docs/OPERATIONS.md", "utf8")).to.match(
      new RegExp(`^\\| 1,000 a second +\\| ${asked.join(", ")} +\\|`, "m"),
    );
  });
});
