import { type AddressInfo, createServer } from "node:net";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../../../src/testing";
import { createFunction } from "./support";

interface ProtocolEvent {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** A client of Chrome's protocol, as debuggers are. */
class Debugger {
  readonly #socket: WebSocket;
  readonly #events: ProtocolEvent[] = [];
  #onEvent: () => void = () => undefined;
  #id = 100;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.#events.push(JSON.parse(String(data)) as ProtocolEvent);
      this.#onEvent();
    });
  }

  send(method: string, params: object = {}): void {
    this.#socket.send(JSON.stringify({ id: this.#id++, method, params }));
  }

  async event(
    method: string,
    wanted: (params: Record<string, unknown>) => boolean = () => true,
  ): Promise<Record<string, unknown>> {
    return await new Promise((resolve) => {
      this.#onEvent = () => {
        const found = this.#events.find((event) => event.method === method && wanted(event.params));
        if (found !== undefined) resolve(found.params);
      };
      this.#onEvent();
    });
  }

  /** The script at an address that `pattern` matches, once the process has said that it has it. */
  async script(pattern: RegExp): Promise<Record<string, unknown>> {
    return await this.event("Debugger.scriptParsed", ({ url }) => pattern.test(String(url)));
  }

  close(): void {
    this.#socket.close();
  }
}

async function attach(port: number): Promise<Debugger> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "");
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const client = new Debugger(socket);
  client.send("Debugger.enable");
  client.send("Runtime.enable");
  return client;
}

/** Gives the event's number and one, on a line of its own. */
const STANDS =
  "exports.handler = async (event) => {\n  return event.n + 1;\n};\n//# sourceMappingURL=index.js.map\n";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("a function that is inspected", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let port: number;

  before(async () => {
    port = await freePort();
    cloud = await startTestCloud({
      conditions: { iamPropagationMs: 0 },
      inspect: ({ name }) => (name === "inspected" ? port : undefined),
    });
  });
  after(() => cloud.close());

  it("stands at a breakpoint for as long as somebody looks, though its timeout is shorter", async () => {
    await createFunction(cloud, "inspected", STANDS, { Timeout: 1 });
    await createFunction(
      cloud,
      "slow",
      "exports.handler = () => new Promise(() => setInterval(() => {}, 1000));",
      { Timeout: 2 },
    );
    const invoke = async (FunctionName: string, n: number) => {
      const { Payload, FunctionError } = await cloud.call("lambda", "Invoke", {
        FunctionName,
        Payload: Buffer.from(JSON.stringify({ n })),
      });
      return { answer: Buffer.from(Payload ?? []).toString(), FunctionError };
    };
    expect(await invoke("inspected", 1)).to.deep.equal({ answer: "2", FunctionError: undefined });
    const client = await attach(port);
    const script = await client.script(/index\.js$/);
    expect(script.sourceMapURL).to.equal("index.js.map");
    client.send("Debugger.setBreakpointByUrl", { lineNumber: 1, urlRegex: "index\\.js$" });
    const outcome = invoke("inspected", 2);
    const { callFrames } = await client.event("Debugger.paused");
    expect((callFrames as { location: { lineNumber: number } }[])[0]?.location.lineNumber).to.equal(1);
    // Two seconds of another function's, which nobody looks at.
    expect((await invoke("slow", 0)).FunctionError).not.to.equal(undefined);
    client.send("Debugger.resume");
    expect(await outcome).to.deep.equal({ answer: "3", FunctionError: undefined });
    client.close();
  });

  it("has its time all the same", async () => {
    await cloud.call("lambda", "DeleteFunction", { FunctionName: "inspected" });
    await createFunction(
      cloud,
      "inspected",
      "exports.handler = () => new Promise(() => setInterval(() => {}, 1000));",
      { Timeout: 1, Role: "arn:aws:iam::000000000000:role/inspected-role" },
    );
    const { Payload, FunctionError } = await cloud.call("lambda", "Invoke", { FunctionName: "inspected" });
    expect(FunctionError).to.equal("Unhandled");
    expect(Buffer.from(Payload ?? []).toString()).to.include("Task timed out after 1.00 seconds");
  });
});
