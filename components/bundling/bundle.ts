import { existsSync, readFileSync } from "node:fs";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { unchangedBundles, type HandlerBundle } from "./bundleCache";
import { describeMissingExport } from "./bundlingFailure";

/** What the worker says when it is done. */
export type BundlingOutcome =
  { readonly bundles: ReadonlyMap<string, HandlerBundle> } | { readonly error: string };

/** Handlers that cannot be bundled; the message is for whoever wrote them. */
export class BundlingError extends Error {}

let started: (() => BundlingOutcome) | undefined;

/** Bundles that lie there unchanged are taken as they are: most programs start with the handlers of the last run. */
function start(): () => BundlingOutcome {
  const bundles = unchangedBundles();
  return bundles === undefined ? bundleInThread() : () => ({ bundles });
}

/**
 * Starts bundling every handler in a thread of its own, while this one loads the rest of the program: Pulumi
 * components are built synchronously, and would otherwise stand still for as long as it takes. All handlers at
 * once, for they share most of what they import. Starting twice changes nothing.
 */
export function startBundling(): void {
  started ??= start();
}

/**
 * The bundle of `handlers/<handler>.ts`; waits for it. The sources do not change while a program runs.
 *
 * @throws BundlingError when there is no such handler, it exports none, or one does not compile: its message says where.
 */
export function bundleHandler(handler: string): HandlerBundle {
  started ??= start();
  const outcome = started();
  if ("error" in outcome) throw new BundlingError(outcome.error);
  const bundle = outcome.bundles.get(handler);
  if (bundle !== undefined) return bundle;
  if (existsSync(`handlers/${handler}.ts`)) throw new BundlingError(describeMissingExport(handler));
  const known = [...outcome.bundles.keys()].join(", ");
  throw new BundlingError(`handlers/${handler}.ts is not there; expected one of ${known}`);
}

/** Starts the thread; what is returned blocks until it is done, and then gives the same outcome each time. */
function bundleInThread(): () => BundlingOutcome {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(threadCode(), {
    eval: true,
    workerData: { done, port: port2 },
    transferList: [port2],
  });
  // Neither keeps a program alive that has ended for another reason.
  worker.unref();
  port1.unref();
  let outcome: BundlingOutcome | undefined;
  return () => {
    if (outcome !== undefined) return outcome;
    Atomics.wait(done, 0, 0);
    outcome = (receiveMessageOnPort(port1) as { message: BundlingOutcome }).message;
    port1.close();
    return outcome;
  };
}

/**
 * The thread's program, which it bundles itself first: threads do not inherit what lets this one load TypeScript. Whatever
 * happens, it says an outcome: another thread stands still until then.
 */
function threadCode(): string {
  const program = {
    // By its name: a star in the way to it would be a pattern.
    entryPoints: ["./bundlingThread.ts"],
    absWorkingDir: __dirname,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    write: false,
    logLevel: "silent",
  };
  return `
    // Of esbuild's process, which ends soon: to collect its garbage often takes longer than the room is worth.
    process.env.GOGC ??= "400";
    const { done, port } = require("node:worker_threads").workerData;
    require("esbuild").build(${JSON.stringify(program)}).then(
      ({ outputFiles: [{ text }] }) => new Function("require", text)(require),
    ).catch(({ message }) => {
      port.postMessage({ error: message });
      Atomics.store(done, 0, 1);
      Atomics.notify(done, 0);
    });
  `;
}

/** The packages that Pulumi would ship with a callback function, as `package.json` names them. */
export function productionDependencies(): string[] {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  return Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
