import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { standingIn } from "../support/standing";
import { otherTypes } from "./otherTypes";
import { findTerraform, Terraform } from "./terraform";

/** As the program's resources: types that it does not use, by HashiCorp's provider. */
describe("types beside the program's, by HashiCorp's AWS provider", () => {
  let cloud: TestCloud;
  let atFirst: readonly string[];
  let directory: string;
  let terraform: Terraform;
  let resources: Awaited<ReturnType<typeof otherTypes>>;

  before(async function () {
    const found = await findTerraform();
    if (found === undefined) {
      this.skip();
      return;
    }
    directory = await mkdtemp(path.join(tmpdir(), "provider-other-"));
    cloud = await startTestCloud();
    atFirst = await standingIn(cloud);
    terraform = new Terraform(directory, found.plugins, cloud.endpoint);
    await terraform.start();
    resources = await otherTypes(directory);
  });
  after(async () => {
    await (cloud as TestCloud | undefined)?.close();
    if ((directory as string | undefined) !== undefined) await rm(directory, { recursive: true });
  });

  it("are created, and read back as they were written", async () => {
    await terraform.apply(resources.first);
    expect(await terraform.pending()).to.deep.equal([]);
    expect((await standingIn(cloud)).length).to.be.greaterThan(atFirst.length);
  });

  it("are changed, and read back", async () => {
    await terraform.apply(resources.changed);
    expect(await terraform.pending()).to.deep.equal([]);
  });

  it("are destroyed, and leave an empty cloud", async () => {
    // Of what has just ended EC2 tells late that it has; this is about what ends.
    cloud.setConditions({ instanceLagMs: 0 });
    await terraform.destroy();
    expect(await standingIn(cloud)).to.deep.equal(atFirst);
  });
});
