import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/events/README.md",
  "packages/embedded-aws/README.md",
  "packages/embedded-pulumi/README.md",
  ...readdirSync("docs").map((file) => `docs/${file}`),
].filter((file) => file.endsWith(".md") && existsSync(file));

/** Anchors of a document's headings, as Markdown viewers make them. */
function anchorsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documents", () => {
  for (const document of documents) {
    it(`${document} links to what is there`, () => {
      for (const [, target = ""] of readFileSync(document, "utf8").matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?|mailto):/.test(target)) continue;
        const [file = "", anchor] = target.split("#");
        const linked = file === "" ? document : path.join(path.dirname(document), file);
        expect(existsSync(linked), `${document}: ${target}`).to.equal(true);
        if (anchor !== undefined) expect(anchorsOf(linked), `${document}: ${target}`).to.include(anchor);
      }
    });
  }

  it("name configuration that exists", () => {
    const declared = [...readFileSync("Pulumi.yaml", "utf8").matchAll(/^ {2}(\w+):$/gm)].map(
      ([, key]) => key,
    );
    for (const document of documents) {
      for (const [, key] of readFileSync(document, "utf8").matchAll(
        /`((?:orders|scaler)[A-Z]\w+)(?:: \S+)?`/g,
      )) {
        expect([...declared, ...outputs()], `${document}: ${String(key)}`).to.include(key);
      }
    }
  });
});

/** The stack's outputs, which documents name too. */
function outputs(): (string | undefined)[] {
  const [, members = ""] = /^const outputs = \{\n([^}]*)\n\};$/m.exec(readFileSync("index.ts", "utf8")) ?? [];
  return [...members.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
}
