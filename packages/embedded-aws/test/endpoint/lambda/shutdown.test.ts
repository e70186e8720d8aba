import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { CALL_AWS, createFunction, createQueue, createRole, invoke, startLambdaCloud } from "./support";

function isAlive(pid: unknown): boolean {
  try {
    process.kill(pid as number, 0);
    return true;
  } catch {
    return false;
  }
}

describe("closing the cloud", () => {
  it("leaves no process behind: neither idle nor running ones, nor what they have started", async () => {
    const cloud = await startLambdaCloud();
    await createFunction(cloud, "idle", "exports.handler = async () => process.pid;");
    const queue = await createQueue(cloud, "pids");
    const Role = await createRole(cloud, "tells", [{ Action: "sqs:SendMessage", Resource: queue.arn }]);
    const source = `${CALL_AWS} const { spawn } = require("node:child_process");
      exports.handler = async (QueueUrl) => {
        const child = spawn("sleep", ["60"]);
        const MessageBody = JSON.stringify([process.pid, child.pid]);
        await call("sqs", "AmazonSQS.SendMessage", { QueueUrl, MessageBody });
        await new Promise(() => setInterval(() => {}, 1000));
      };`;
    await createFunction(cloud, "running", source, { Role, Timeout: 60 });
    const { payload: idlePid } = await invoke(cloud, "idle");
    const running = invoke(cloud, "running", queue.url);
    const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
      QueueUrl: queue.url,
      WaitTimeSeconds: 20,
    });
    const pids = [idlePid, ...(JSON.parse(Messages[0]!.Body!) as unknown[])];
    expect(pids.map(isAlive)).to.deep.equal([true, true, true]);

    await cloud.close();
    expect((await running).functionError).to.equal("Unhandled");
    // The function's own child is an orphan now; the system, not this process, removes what is left of it.
    expect(pids.slice(0, 2).map(isAlive)).to.deep.equal([false, false]);
    expect(existsSync(cloud.context.directory)).to.be.false;
  });

  for (const [what, mode] of [
    ["idle", "idle"],
    ["busy in a loop that never ends", "busy"],
  ] as const)
    it(`by killing it ends its functions as well: ${what}`, () => killCloud(mode));

  async function killCloud(mode: string): Promise<void> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const program = join(__dirname, "cloudToKill.ts");
    const child = spawn(process.execPath, ["--require", "tsx/cjs", program, String(port), mode], {
      stdio: "inherit",
    });
    const [socket] = (await once(server, "connection")) as [Socket];
    const closed = once(socket.on("error", () => undefined).resume(), "close");
    child.kill("SIGKILL");
    await closed;
    server.close();
  }
});
