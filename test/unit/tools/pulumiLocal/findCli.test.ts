import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { cliAtHand, findCli } from "../../../../tools/pulumiLocal/findCli";

describe("where Pulumi's CLI comes from", () => {
  const saved = { ...process.env };
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "cli-"));
    process.env.PATH = "";
    process.env.PULUMI_HOME = path.join(folder, "home");
    process.env.PULUMI_VERSION = "1.2.3";
    process.env.XDG_CACHE_HOME = path.join(folder, "cache");
  });

  afterEach(() => {
    for (const name of ["PATH", "PULUMI_HOME", "PULUMI_VERSION", "XDG_CACHE_HOME"]) {
      if (saved[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = saved[name];
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const executable = (...place: readonly string[]) => {
    const file = path.join(folder, ...place);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "#!/bin/sh\n");
    chmodSync(file, 0o755);
    return file;
  };
  const found = async () => (await findCli(() => undefined)).file;

  it("is the path first, without what npm puts there", async () => {
    executable("node_modules", ".bin", "pulumi");
    const own = executable("bin", "pulumi");
    process.env.PATH = [path.join(folder, "node_modules", ".bin"), path.join(folder, "bin")].join(
      path.delimiter,
    );
    expect(await found()).to.equal(own);
  });

  it("is what npx has at the pinned version, and then what was built here", async () => {
    const built = executable("cache", "event-driven-aws", "pulumi", "3.274.1", "pulumi");
    expect(await found()).to.equal(built);
    executable("home", "versions", "9.9.9", "bin", "pulumi");
    expect(await found()).to.equal(built);
    const npx = executable("home", "versions", "1.2.3", "bin", "pulumi");
    expect(await found()).to.equal(npx);
    expect(cliAtHand()).to.deep.include({ file: npx });
  });

  it("takes no file that cannot be run", async () => {
    const built = executable("cache", "event-driven-aws", "pulumi", "3.274.1", "pulumi");
    chmodSync(executable("bin", "pulumi"), 0o644);
    process.env.PATH = path.join(folder, "bin");
    expect(await found()).to.equal(built);
  });
});
