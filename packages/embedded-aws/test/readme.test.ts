import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { unkind } from "embedded-aws";
import { startTestCloud } from "embedded-aws/testing";
import { serviceTable } from "./support/serviceTable";

const README = readFileSync(path.join(__dirname, "../README.md"), "utf8");
const SERVICES = path.join(__dirname, "../docs/services.md");

/** What stands between a heading and the next one. */
function section(heading: RegExp): string {
  const found = README.split(/^(?=#{2,3} )/m).filter((text) => heading.test(text));
  expect(found, String(heading)).to.have.length(1);
  return found[0] ?? "";
}

describe("what the embedded cloud says of itself", () => {
  it("names every condition in the README, and no other", () => {
    const rows = section(/^### Conditions/).matchAll(/^\| `(\w+)` *\|/gm);
    expect([...rows].map(([, name]) => name)).to.deep.equal(Object.keys(unkind));
  });

  it("has a chapter in the README for every service, and no other", async () => {
    const cloud = await startTestCloud();
    try {
      const chapters = [...README.matchAll(/^### .*\(`([a-z0-9]+)`; /gm)].map(([, name]) => name);
      expect(chapters).to.have.members([...cloud.services.keys()]);
      expect(README).to.contain("(docs/services.md)");
    } finally {
      await cloud.close();
    }
  });

  it("tells in docs/services.md each operation and member that is done or left out", async () => {
    const cloud = await startTestCloud();
    try {
      const current = serviceTable(cloud.services.values());
      if (process.env.UPDATE === "1") {
        mkdirSync(path.dirname(SERVICES), { recursive: true });
        writeFileSync(SERVICES, current);
      }
      const written = readFileSync(SERVICES, "utf8");
      expect(written === current, "docs/services.md is old: UPDATE=1 npx mocha test/readme.test.ts").to.equal(
        true,
      );
    } finally {
      await cloud.close();
    }
  });
});
