import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { ICruiseResult, IFlattenedRuleSet } from "dependency-cruiser";

const WALLS = path.resolve(__dirname, "../../../.dependency-cruiser.cjs");

/** What the walls say of a tree that consists of these files, each with its imports. */
async function broken(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { cruise } = await import("dependency-cruiser");
  const { default: walls } = (await import(WALLS)) as {
    default: { forbidden: NonNullable<IFlattenedRuleSet["forbidden"]> };
  };
  const directory = mkdtempSync(path.join(tmpdir(), "walls-"));
  try {
    for (const [file, source] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
      writeFileSync(path.join(directory, file), source);
    }
    const { output } = await cruise(Object.keys(files), {
      baseDir: directory,
      ruleSet: { forbidden: walls.forbidden },
      tsPreCompilationDeps: true,
      validate: true,
    });
    return [...new Set((output as ICruiseResult).summary.violations.map(({ rule }) => rule.name))].sort();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A tree in which `from` imports `to`. */
function planted(from: string, to: string, kind: "import" | "import type" = "import") {
  const relative = path.relative(path.dirname(from), to).replace(/[.]ts$/, "");
  const specifier = relative.startsWith(".") ? relative : `./${relative}`;
  return {
    [from]: `${kind} { x } from "${specifier}";\nexport type Y = typeof x;\n`,
    [to]: "export const x = 1;\n",
  };
}

const AWS = "packages/embedded-aws/src";
const PULUMI = "packages/embedded-pulumi/src";

describe("the walls between the rooms", function () {
  this.timeout(60_000);

  const forbidden: readonly (readonly [string, string, string])[] = [
    ["tools/order.ts", "config.ts", "tools"],
    ["tools/start.ts", "index.ts", "tools"],
    ["tools/start.ts", "components/parts/queue.ts", "tools-take-types-of-the-program"],
    ["tools/order.ts", "handlers/orders/order.ts", "tools-take-types-of-the-program"],
    ["tools/order.ts", `${AWS}/core/clock.ts`, "tools"],
    ["tools/demonstration/orders.ts", "tools/order.ts", "demonstration"],
    ["tools/cost/estimate.ts", "tools/order.ts", "cost"],
    ["tools/shop/sendOrders.ts", "tools/order.ts", "shop"],
    ["tools/demonstration/orders.ts", `${PULUMI}/cli/index.ts`, "demonstration"],
    ["bench/orders.ts", `${PULUMI}/cli/arguments.ts`, "bench"],
    [`${PULUMI}/deploy.ts`, `${PULUMI}/cli/index.ts`, "engine-knows-no-command-line"],
    [`${PULUMI}/preview/report.ts`, `${PULUMI}/cli/terminal.ts`, "engine-knows-no-command-line"],
    ["policy/rules/sqs.ts", "handlers/orders/order.ts", "policy"],
    ["policy/rules/sqs.ts", "components/parts/queue.ts", "policy"],
    ["handlers/processOrders.ts", "components/parts/queue.ts", "handlers"],
    ["handlers/processOrders.ts", "tools/order.ts", "handlers"],
    ["components/parts/queue.ts", "handlers/processOrders.ts", "components-take-types-of-handlers"],
    ["components/parts/queue.ts", "tools/order.ts", "components"],
    ["index.ts", "tools/start.ts", "program"],
    ["config.ts", "handlers/orders/order.ts", "program"],
    ["bench/orders.ts", `${AWS}/core/clock.ts`, "bench"],
    ["bench/orders.ts", "test/unit/support/fakes.ts", "no-tests-in-products"],
    [`${AWS}/core/clock.ts`, "tools/terminal.ts", "embedded-aws"],
    [`${AWS}/services/sqs/queue.ts`, "tools/order.ts", "embedded-aws"],
    [`${AWS}/core/clock.ts`, `${AWS}/services/sqs/queue.ts`, "cloud-core"],
    [`${AWS}/wire/decode.ts`, `${AWS}/services/sqs/queue.ts`, "cloud-wire"],
    [`${AWS}/services/sqs/queue.ts`, `${AWS}/services/lambda/pool.ts`, "cloud-services"],
    [`${AWS}/services/sqs/queue.ts`, `${AWS}/cloud.ts`, "cloud-services"],
    [`${AWS}/load/load.ts`, `${AWS}/services/sqs/queue.ts`, "cloud-load"],
    [`${AWS}/cloud.ts`, `${PULUMI}/index.ts`, "embedded-aws"],
    ["packages/embedded-aws/console/state/store.ts", `${AWS}/core/clock.ts`, "console-takes-types"],
    [`${PULUMI}/engine/run.ts`, `${AWS}/core/clock.ts`, "embedded-pulumi"],
    [`${PULUMI}/engine/run.ts`, `${PULUMI}/provider/table.ts`, "engine"],
    [`${PULUMI}/provider/table.ts`, `${PULUMI}/preview/report.ts`, "provider"],
    [`${PULUMI}/standIn/serve.ts`, `${PULUMI}/preview/report.ts`, "stand-in"],
    [`${PULUMI}/preview/report.ts`, "policy/rule.ts", "embedded-pulumi"],
    [`${PULUMI}/preview/report.ts`, "tools/terminal.ts", "embedded-pulumi"],
  ];
  for (const [from, to, wall] of forbidden) {
    it(`stop ${from} from importing ${to}`, async () => {
      expect(await broken(planted(from, to))).to.include(wall);
    });
  }

  const allowed: readonly (readonly [string, string, "import" | "import type"])[] = [
    ["index.ts", "components/orderPipeline/orderPipeline.ts", "import"],
    ["components/orderPipeline/orderPipeline.ts", "handlers/processOrders.ts", "import type"],
    ["tools/order.ts", "handlers/orders/order.ts", "import type"],
    ["tools/preview.ts", "policy/evaluate.ts", "import"],
    ["tools/start.ts", `${AWS}/index.ts`, "import"],
    ["tools/start.ts", `${PULUMI}/cli/index.ts`, "import"],
    ["tools/demonstration/orders.ts", "tools/shop/stockLevels.ts", "import"],
    ["tools/demonstration/orders.ts", "handlers/orders/order.ts", "import type"],
    [`${PULUMI}/preview/report.ts`, `${PULUMI}/deploy.ts`, "import"],
    ["test/system/orders.test.ts", `${AWS}/testing/index.ts`, "import"],
    [`${PULUMI}/engine/run.ts`, `${AWS}/index.ts`, "import"],
    [`${AWS}/services/sqs/queue.ts`, `${AWS}/core/clock.ts`, "import"],
    [`${AWS}/test/sqs/queue.test.ts`, `${AWS}/services/sqs/queue.ts`, "import"],
  ];
  for (const [from, to, kind] of allowed) {
    it(`let ${from} import ${kind === "import" ? "" : "types of "}${to}`, async () => {
      expect(await broken(planted(from, to, kind))).to.deep.equal([]);
    });
  }

  it("stop two files from importing each other", async () => {
    const circle = {
      "tools/a.ts": 'import { b } from "./b";\nexport const a = () => b;\n',
      "tools/b.ts": 'import { a } from "./a";\nexport const b = () => a;\n',
    };
    expect(await broken(circle)).to.deep.equal(["no-circles"]);
  });
});
