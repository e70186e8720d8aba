import { readFileSync } from "node:fs";
import path from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { buildSync } from "esbuild";
import { unchangedBundles, type HandlerBundle } from "./bundleCache";

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
 * @throws BundlingError when there is no such handler, or one does not compile: its message says where.
 */
export function bundleHandler(handler: string): HandlerBundle {
  started ??= start();
  const outcome = started();
  if ("error" in outcome) throw new BundlingError(outcome.error);
  const bundle = outcome.bundles.get(handler);
  if (bundle !== undefined) return bundle;
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

/** The thread's program: threads do not inherit what lets this one load TypeScript. */
function threadCode(): string {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(__dirname, "bundlingThread.ts")],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
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
