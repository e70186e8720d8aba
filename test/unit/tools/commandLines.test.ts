import { readFileSync } from "node:fs";
import { expect } from "chai";
import { helpText } from "embedded-pulumi/cli";
import { costLine } from "../../../tools/cost";
import { orderLine } from "../../../tools/order";
import { previewLine } from "../../../tools/preview";
import { pulumiLocalLine } from "../../../tools/pulumiLocal";
import { startLine } from "../../../tools/start";
import { stockLine } from "../../../tools/stock";

describe("the commands of this shop", () => {
  for (const command of [startLine, previewLine, pulumiLocalLine, orderLine, stockLine, costLine]) {
    it(`have help that names every option: ${command.usage}`, () => {
      const help = helpText(command);
      expect(help).to.match(/^Usage: npm /);
      for (const [name, { about }] of Object.entries(command.options))
        expect(help).to.include(`--${name}`).and.include(about);
    });
  }

  it("stand in the README, npm start with every option", () => {
    const readme = readFileSync("README.md", "utf8");
    for (const [name, option] of Object.entries(startLine.options))
      expect(readme).to.include(option.kind === "flag" ? `\`--${name}\`` : `\`--${name} ${option.value}\``);
  });
});
