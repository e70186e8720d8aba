import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { expect } from "chai";
import { strToU8, zipSync } from "fflate";
import { AwsError } from "../../../src/core/errors";
import { inspectorsOf } from "../../../src/services/lambda/inspectors";
import { EventLog } from "../../../src/testing/eventLog";
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

/** Whether an inspector listens, and at no other address of this machine than loopback. */
async function listens(port: number): Promise<boolean> {
  const answers = (host: string) =>
    fetch(`http://${host}:${port}/json/list`).then(
      () => true,
      () => false,
    );
  for (const { address, family, internal } of Object.values(networkInterfaces()).flatMap((all) => all ?? []))
    if (!internal && family === "IPv4") expect(await answers(address), address).to.equal(false);
  return await answers("127.0.0.1");
}

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

describe("a function that is inspected while the cloud runs", function () {
  this.timeout(60_000);
  let cloud: TestCloud;

  beforeEach(async () => {
    cloud = await startTestCloud({ conditions: { iamPropagationMs: 0 } });
    await createFunction(cloud, "fn", STANDS, { Timeout: 1 });
  });
  afterEach(() => cloud.close());

  const invoke = async (n: number, name = "fn") => {
    const { Payload } = await cloud.call("lambda", "Invoke", {
      FunctionName: name,
      Payload: Buffer.from(JSON.stringify({ n })),
    });
    return Buffer.from(Payload ?? []).toString();
  };
  const inspectors = () => inspectorsOf(cloud.context);

  it("listens on loopback alone from its next environment on, stands, and ends with the switch", async () => {
    const log = new EventLog(cloud.context.events);
    expect(await invoke(1)).to.equal("2");
    const port = await inspectors().open("fn");
    expect(await inspectors().open("fn")).to.equal(port);
    expect(await invoke(2)).to.equal("3");
    expect(await listens(port)).to.equal(true);
    const client = await attach(port);
    await client.script(/index\.js$/);
    client.send("Debugger.setBreakpointByUrl", { lineNumber: 1, urlRegex: "index\\.js$" });
    const outcome = invoke(3);
    await client.event("Debugger.paused");
    client.send("Debugger.resume");
    expect(await outcome).to.equal("4");
    client.close();
    inspectors().close("fn");
    expect(await invoke(4)).to.equal("5");
    expect(log.all("environment-stopped").map(({ reason }) => reason)).to.deep.equal([
      "it is inspected from now on",
      "it is not inspected any more",
    ]);
    expect(await listens(port)).to.equal(false);
  });

  it("keeps its address when its code changes, in the next process that there is", async () => {
    const port = await inspectors().open("fn");
    expect(await invoke(1)).to.equal("2");
    for (let factor = 3; factor < 6; factor++) {
      await cloud.call("lambda", "UpdateFunctionCode", {
        FunctionName: "fn",
        ZipFile: zipSync({ "index.js": strToU8(`exports.handler = async ({ n }) => n * ${factor};`) }),
      });
      expect(await invoke(2)).to.equal(String(2 * factor));
      const client = await attach(port);
      await client.script(/index\.js$/);
      client.close();
    }
  });

  it("has an address of its own beside others, and one only, however often it is asked for", async () => {
    await createFunction(cloud, "other", STANDS);
    const [one, again, other] = await Promise.all(
      ["fn", "fn", "other"].map((name) => inspectors().open(name)),
    );
    expect(again).to.equal(one);
    expect(other).not.to.equal(one);
    await Promise.all([invoke(1), invoke(1, "other")]);
    expect(await listens(one!)).to.equal(true);
    expect(await listens(other!)).to.equal(true);
  });

  it("runs a second version without one, while the first has the address", async () => {
    await cloud.call("lambda", "PublishVersion", { FunctionName: "fn" });
    const port = await inspectors().open("fn");
    expect(await invoke(1)).to.equal("2");
    expect(await invoke(2, "fn:1")).to.equal("3");
    expect(await listens(port)).to.equal(true);
  });

  it("is there at all", async () => {
    const refused: unknown = await inspectors()
      .open("nobody")
      .catch((error: unknown) => error);
    expect((refused as AwsError).code).to.equal("ResourceNotFoundException");
    expect(() => inspectors().close("nobody")).to.throw(AwsError, /nobody/);
  });
});
