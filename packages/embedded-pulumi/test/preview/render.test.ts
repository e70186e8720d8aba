import { expect } from "chai";
import fc from "fast-check";
import { renderJson } from "../../src/preview/renderJson";
import { LONGEST_MARKDOWN, renderMarkdown } from "../../src/preview/renderMarkdown";
import { renderText } from "../../src/preview/renderText";
import type { PreviewReport } from "../../src/preview/report";
import { previewed, QUEUE, report, result, snapshot, TABLE } from "./resources";

const before = snapshot(
  [
    previewed(QUEUE, "orders", { visibilityTimeoutSeconds: 180 }),
    previewed(QUEUE, "old", {}, true),
    previewed(TABLE, "orders", { hashKey: "id" }),
    previewed(QUEUE, "same"),
  ],
  { "shop:batchSize": "10" },
);
const after = snapshot(
  [
    previewed(QUEUE, "orders", { visibilityTimeoutSeconds: 360 }),
    previewed(QUEUE, "new", { delaySeconds: 5 }),
    previewed(TABLE, "orders", { hashKey: "orderId" }),
    previewed(QUEUE, "same"),
  ],
  { "shop:batchSize": "20" },
);
const policy = [result("passed"), result("waived"), result("violated"), result("undetermined")];
const changed = report(before, after, policy);
const withoutChanges = report(before, before, [result("passed")]);
const { comparison: _comparison, ...rest } = changed;
const alone: PreviewReport = { ...rest, comparison: undefined };

describe("a preview as text", () => {
  it("tells what changes, the worst first, then the policies", () => {
    expect(renderText(changed)).to.equal(
      [
        "Previewing (dev) against main (0123456789ab)",
        "",
        '~  configuration shop:batchSize: "10" → "20"',
        "-  aws:sqs:Queue old deleted (protected: Pulumi refuses this until protect is off)",
        "±  aws:dynamodb:Table orders replaced",
        '     ~ hashKey: "id" → "orderId" (replaces the resource)',
        "~  aws:sqs:Queue orders changed",
        "     ~ visibilityTimeoutSeconds: 180 → 360",
        "+  aws:sqs:Queue new created",
        "     + delaySeconds: 5",
        "",
        "Resources:",
        "    1 to create, 1 to change, 1 to replace, 1 to delete, 1 configuration key changed; 1 unchanged",
        "",
        "Policies:",
        "    1 checks passed, 1 waived, 1 violated, 1 undetermined",
        "    mandatory  encrypted (SQS.1)",
        '        aws:sqs:Queue "orders" has no *key*',
        "        Encrypt <it>.",
        '    unknown    encrypted: aws:sqs:Queue "orders" has no kmsMasterKeyId yet',
      ].join("\n"),
    );
  });

  it("says so when nothing changes", () => {
    expect(renderText(withoutChanges)).to.include("no changes; 4 unchanged");
  });

  it("shows the tree when there is nothing to compare with", () => {
    expect(renderText(alone))
      .to.include("+ 4 to create")
      .and.to.match(/\+ {2}aws:sqs:Queue +new +create/);
  });

  it("cuts long values", () => {
    const long = report(snapshot([]), snapshot([previewed(QUEUE, "a", { text: "x".repeat(10_000) })]));
    expect(renderText(long)).to.include("… (10002 characters)");
    expect(renderText(long).length).to.be.below(1000);
  });
});

describe("a preview as Markdown", () => {
  it("begins with one line that tells all", () => {
    const [first] = renderMarkdown(changed).split("\n");
    expect(first).to.equal(
      "❌ **Preview of `dev`** against `main` (0123456789ab): 1 to create, 1 to change, 1 to replace, 1 to delete, 1 configuration key changed; 1 unchanged. Policies: 1 checks passed, 1 waived, 1 violated, 1 undetermined.",
    );
    expect(renderMarkdown(withoutChanges)).to.match(/^✅ \*\*Preview of `dev`\*\* .*no changes; 4 unchanged/);
  });

  it("names each violation, with nothing of it taken as Markdown or HTML", () => {
    expect(renderMarkdown(changed)).to.include(
      "- **mandatory** `encrypted`: `aws:sqs:Queue orders` has no \\*key\\*. Encrypt &lt;it&gt;.",
    );
  });

  it("calls an advisory violation no failure", () => {
    expect(renderMarkdown(report(before, before, [result("violated", "low")]))).to.match(/^✅/);
  });

  it("folds away the properties of a change, as a diff", () => {
    expect(renderMarkdown(changed)).to.include(
      "<details><summary>aws:sqs:Queue orders changed</summary>\n\n```diff\n! visibilityTimeoutSeconds: 180 → 360\n```\n\n</details>",
    );
  });

  it("does not let a value end its block", () => {
    const ticks = report(snapshot([]), snapshot([previewed(QUEUE, "a", { text: "````" })]));
    expect(renderMarkdown(ticks)).to.include('`````diff\n+ text: "````"\n`````');
  });

  it("fits a comment, and tells how much it leaves out", () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      previewed(QUEUE, `queue-${index}`, { text: "x".repeat(300) }),
    );
    const markdown = renderMarkdown(report(snapshot([]), snapshot(many)));
    expect(markdown.length).to.be.within(LONGEST_MARKDOWN / 2, LONGEST_MARKDOWN);
    const [, left] = /_(\d+) of 500 sections do not fit here/.exec(markdown) ?? [];
    expect(markdown.split("<details>").length - 1 + Number(left)).to.equal(500);
    expect(markdown).to.include("`npx embedded-pulumi preview --stack dev --against 0123456789ab`");
  });

  it("fits a comment whatever changes", () => {
    const resources = fc.array(
      fc
        .tuple(fc.string({ maxLength: 2000 }), fc.string({ maxLength: 2000 }))
        .map(([name, text]) => previewed(QUEUE, name, { text })),
      { maxLength: 100 },
    );
    const violated = fc
      .integer({ min: 0, max: 2000 })
      .map((count) => Array.from({ length: count }, () => result("violated")));
    fc.assert(
      fc.property(resources, resources, violated, (old, current, results) => {
        const markdown = renderMarkdown(report(snapshot(old), snapshot(current), results));
        expect(markdown.length).to.be.at.most(LONGEST_MARKDOWN);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a preview as JSON", () => {
  it("has resources, counts, changes and each policy's outcome", () => {
    expect(JSON.parse(JSON.stringify(renderJson(changed)))).to.deep.include({
      stack: "dev",
      against: { revision: "main", commit: "0123456789abcdef" },
      counts: { created: 1, updated: 1, replaced: 1, deleted: 1, configured: 1, unchanged: 1 },
    });
    expect(renderJson(changed)).to.have.property("policy").with.length(4);
  });

  it("has neither counts nor changes when there is nothing to compare with", () => {
    expect(Object.keys(renderJson(alone))).to.deep.equal(["stack", "resources", "policy"]);
  });
});
