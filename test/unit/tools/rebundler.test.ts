import path from "node:path";
import { expect } from "chai";
import { startRebundler } from "../../../tools/rebundler";

describe("the rebundler", function () {
  this.timeout(30_000);

  it("that is closed while it bundles ends at once, and says that the program has to run", async () => {
    const rebundler = startRebundler(process.cwd());
    const asked = rebundler.rebundle([path.join("handlers", "processOrders.ts")]);
    await rebundler.close();
    expect(await asked).to.deep.equal({ kind: "run" });
  });
});
