import { readFileSync } from "node:fs";
import { expect } from "chai";
import { functions } from "../src/provider/functions";
import { resourceTypes } from "../src/provider/table";
import { startTestCloud } from "embedded-aws/testing";

/** What stands between a heading of local/README.md and the next one. */
function section(heading: RegExp): string {
  const sections = readFileSync("packages/embedded-aws/README.md", "utf8").split(/^(?=#{2,3} )/m);
  const found = sections.filter((text) => heading.test(text));
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

  it("names every resource type and function of the provider, and no other", () => {
    expect(listed(section(/^### Resource types/))).to.have.members([
      ...resourceTypes.keys(),
      ...Object.keys(functions),
    ]);
  });
});
