import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { previewLine } from "../src/cli/preview";
import { startLine } from "../src/cli/start";
import { functions } from "../src/provider/functions";
import { resourceTypes } from "../src/provider/table";

const README = readFileSync(path.join(__dirname, "../README.md"), "utf8");

/** Lists stand as paragraphs of names in backticks and nothing else. */
function listed(text: string): string[] {
  const paragraphs = text.split(/\n\n+/).filter((paragraph) => /^(`[^`]+`,?\s*)+$/.test(paragraph));
  return paragraphs.flatMap((paragraph) =>
    [...paragraph.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
}

describe("packages/embedded-pulumi/README.md", () => {
  it("names every resource type and function of the provider, and no other", () => {
    expect(listed(README)).to.have.members([...resourceTypes.keys(), ...Object.keys(functions)]);
  });

  it("names every option of the command", () => {
    for (const name of Object.keys({ ...startLine.options, ...previewLine.options }))
      if (name !== "markdown") expect(README).to.include(`--${name}`);
  });
});
