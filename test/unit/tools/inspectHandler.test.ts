import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { inspectHandler } from "../../../tools/inspectHandler";

describe("the inspector of a handler", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "package-"));
    mkdirSync(path.join(directory, ".local/bundles"), { recursive: true });
    writeFileSync(path.join(directory, ".local/bundles/processOrders.js"), "");
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("is that of the function whose package has the handler, whatever the function's name", () => {
    const fn = { name: "orders-process-1234567", directory };
    expect(inspectHandler({ name: "processOrders", port: 9333 })(fn)).to.equal(9333);
    expect(inspectHandler({ name: "scaleFleet", port: 9333 })(fn)).to.equal(undefined);
  });

  it("of a handler that is not there is refused with the names of those that are", () => {
    expect(() => inspectHandler({ name: "processOrder", port: 1 })).to.throw(
      /^--inspect: got "processOrder"; expected one of announceOrders, .*processOrders, .*scaleFleet, scaleGroup$/,
    );
  });
});
