import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { CreateFunctionCommand, LambdaClient, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { makeZip } from "../../unit/lambda/makeZip";
import type { TestCloud } from "../../../src/testing/testCloud";
import { createRole, invoke, startLambdaCloud } from "./support";

const MEGABYTE = 1024 * 1024;
const HANDLER = {
  name: "index.js",
  content: "exports.handler = async () => require('node:fs').statSync('bulk').size;",
};
/** An archive of that many megabytes. */
const archiveOf = (megabytes: number) =>
  makeZip([HANDLER, { name: "bulk", stored: true, content: randomBytes(megabytes * MEGABYTE) }]);

describe("large archives, by SDK v3", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let client: LambdaClient;
  let Role: string;

  before(async () => {
    cloud = await startLambdaCloud();
    client = new LambdaClient(cloud.client);
    Role = await createRole(cloud, "role");
  });
  after(async () => {
    client.destroy();
    await cloud.close();
  });

  const create = (FunctionName: string, ZipFile: Uint8Array) =>
    client.send(
      new CreateFunctionCommand({
        FunctionName,
        Role,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Code: { ZipFile },
      }),
    );

  it("of 7 MB and of 49 MB become functions that run", async () => {
    for (const megabytes of [7, 49]) {
      const archive = archiveOf(megabytes);
      expect(await create(`of-${megabytes}`, archive)).to.have.property("CodeSize", archive.length);
      expect((await invoke(cloud, `of-${megabytes}`)).payload).to.equal(megabytes * MEGABYTE);
    }
  });

  it("of more than 50 MB are refused with Lambda's own error", async () => {
    const error: unknown = await create("too-large", Buffer.alloc(51 * MEGABYTE)).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property("name", "RequestEntityTooLargeException");
    expect(error).to.have.nested.property("$metadata.httpStatusCode", 413);
    expect(error).to.have.property("message").that.includes("smaller than 69905067 bytes");
  });

  it("of 250 MB unpacked become functions, and a byte more does not", async () => {
    const rest = 262_144_000 - HANDLER.content.length;
    await create("unpacked", makeZip([HANDLER, { name: "bulk", content: Buffer.alloc(rest) }]));
    expect((await invoke(cloud, "unpacked")).payload).to.equal(rest);
    const tooLarge = makeZip([HANDLER, { name: "bulk", content: Buffer.alloc(rest + 1) }]);
    const error: unknown = await client
      .send(new UpdateFunctionCodeCommand({ FunctionName: "unpacked", ZipFile: tooLarge }))
      .catch((reason: unknown) => reason);
    expect(error).to.include({ name: "InvalidParameterValueException" });
    expect(error).to.have.property("message", "Unzipped size must be smaller than 262144000 bytes");
    expect((await invoke(cloud, "unpacked")).payload).to.equal(rest);
  });

  it("are created once when two ask for the same name at one time", async () => {
    const ends = await Promise.allSettled([create("once", archiveOf(1)), create("once", archiveOf(1))]);
    expect(ends.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
  });

  it("lie in a folder that is nobody else's", function () {
    if (process.platform === "win32") this.skip();
    for (const folder of ["", "functions", "environments"])
      expect(statSync(join(cloud.context.directory, folder)).mode & 0o077, folder).to.equal(0);
  });
});
