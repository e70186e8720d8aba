import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect } from "chai";
import { strToU8, zipSync } from "fflate";
import type { TestCloud } from "../../../src/testing/testCloud";
import { createFunction, invoke, startLambdaCloud } from "./support";

const FunctionName = "fn";
const answering = (answer: number) => `exports.handler = async () => ${answer};`;
const zipOf = (files: Readonly<Record<string, string>>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));

describe("where functions' code lies", () => {
  let cloud: TestCloud;
  let server: Server | undefined;
  let ended: boolean;
  beforeEach(async () => {
    ended = false;
    cloud = await startLambdaCloud();
  });
  // Whatever a test that fails was waiting for: nothing of it is left to keep the process running.
  afterEach(async () => {
    ended = true;
    server?.closeAllConnections();
    server?.close();
    server = undefined;
    await cloud.close();
  });

  const folder = () => path.join(cloud.context.directory, "functions");
  const folders = () => readdirSync(folder());
  const swap = (answer: number) =>
    cloud.call("lambda", "UpdateFunctionCode", {
      FunctionName,
      ZipFile: zipOf({ "index.js": answering(answer) }),
    });
  /** Resolves once only so many folders are left; processes end, and folders go, in a time of their own. */
  const left = async (most: number) => {
    while (!ended && folders().length > most) await new Promise(setImmediate);
  };

  it("has one folder for a function, however often its code is swapped", async () => {
    await createFunction(cloud, FunctionName, answering(0));
    for (let answer = 1; answer <= 8; answer++) {
      await swap(answer);
      // Half of them have a warm environment that has to end first.
      if (answer % 2 === 0) expect((await invoke(cloud, FunctionName)).payload).to.equal(answer);
    }
    await left(1);
    expect((await invoke(cloud, FunctionName)).payload).to.equal(8);
  });

  it("keeps the code of an invocation that is under way, and only until it has ended", async () => {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // What is loaded late is still there.
    const waiting = `exports.handler = async () => {
      await (await fetch(${JSON.stringify(url)})).text();
      return require("./late.js");
    };`;
    await createFunction(cloud, FunctionName, "", {
      Timeout: 60,
      files: { "index.js": waiting, "late.js": "module.exports = 'late';" },
    });
    const [first = ""] = folders();
    const invocation = invoke(cloud, FunctionName);
    const [, response] = (await once(server, "request")) as [unknown, { end: (text: string) => void }];
    // Between the two it is neither the function's code nor that of its newest environments.
    await cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName, MemorySize: 256 });
    await swap(1);
    await swap(2);
    expect((await invoke(cloud, FunctionName)).payload).to.equal(2);
    await left(2);
    expect(existsSync(path.join(folder(), first))).to.equal(true);
    response.end("go on");
    expect((await invocation).payload).to.equal("late");
    await left(1);
    expect(existsSync(path.join(folder(), first))).to.equal(false);
  });

  it("keeps the code of published versions, and of functions that share nothing with it", async () => {
    await createFunction(cloud, FunctionName, answering(0));
    await createFunction(cloud, "other", answering(7));
    await cloud.call("lambda", "PublishVersion", { FunctionName });
    await swap(1);
    await swap(2);
    await left(3);
    const { Payload } = await cloud.call("lambda", "Invoke", { FunctionName, Qualifier: "1" });
    expect(Buffer.from(Payload ?? []).toString()).to.equal("0");
    await cloud.call("lambda", "DeleteFunction", { FunctionName, Qualifier: "1" });
    await left(2);
    await cloud.call("lambda", "DeleteFunction", { FunctionName });
    await left(1);
    expect((await invoke(cloud, "other")).payload).to.equal(7);
  });
});
