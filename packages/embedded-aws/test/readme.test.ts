import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { unkind } from "embedded-aws";
import { startTestCloud } from "embedded-aws/testing";

const README = readFileSync(path.join(__dirname, "../README.md"), "utf8");

/** What stands between a heading and the next one. */
function section(heading: RegExp): string {
  const found = README.split(/^(?=#{2,3} )/m).filter((text) => heading.test(text));
  expect(found, String(heading)).to.have.length(1);
  return found[0] ?? "";
}

/** Lists stand as paragraphs of names in backticks and nothing else. */
function listed(text: string): string[] {
  const paragraphs = text.split(/\n\n+/).filter((paragraph) => /^(`[^`]+`,?\s*)+$/.test(paragraph));
  return paragraphs.flatMap((paragraph) =>
    [...paragraph.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
}

describe("packages/embedded-aws/README.md", () => {
  it("names every condition, and no other", () => {
    const rows = section(/^### Conditions/).matchAll(/^\| `(\w+)` *\|/gm);
    expect([...rows].map(([, name]) => name)).to.deep.equal(Object.keys(unkind));
  });

  it("names every operation of every service, and no other", async () => {
    const cloud = await startTestCloud();
    try {
      for (const { name, operations } of cloud.services.values()) {
        const documented = listed(section(new RegExp(`^### .*\\(\`${name}\`; `)));
        expect(documented, name).to.have.members(Object.keys(operations));
      }
    } finally {
      await cloud.close();
    }
  });
});
