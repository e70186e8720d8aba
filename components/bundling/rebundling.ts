import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { context } from "esbuild";
import { beginBundling, knownSources, packagedBundle, rememberBundles } from "./bundleCache";
import { bundledText, exportsHandler, groupsOf, handlerNames, writeBundle } from "./bundling";
import { describeBundlingFailure, describeMissingExport } from "./bundlingFailure";

/** What the process that keeps bundles up to date answers: which handlers are new, what is wrong, or that it cannot tell. */
export type RebundlingOutcome =
  | { readonly changed: readonly string[] }
  | { readonly error: string }
  /** A handler has come or gone, and its function with it: the program has to run. */
  | { readonly elsewhere: true };

/** One handler, and what esbuild has read of it. */
async function openHandler(name: string, known: readonly string[] | undefined, wasBundled: boolean) {
  const [options] = groupsOf([name]);
  if (options === undefined) throw new Error(`${name} belongs to no group; expected one`);
  const bundler = await context(options);
  let inputs = known ?? [];
  let written: string | undefined;
  let isBundled = wasBundled;
  return {
    name,
    inputs: () => inputs,
    isRead: () => written !== undefined,
    /** Whether there is a bundle of it: a file that has never exported a handler has none. */
    isBundled: () => isBundled,
    concerns: (files: ReadonlySet<string>) => inputs.some((input) => files.has(input)),
    /** Whether it is another than before. Rejects when it does not compile, or exports no handler; it is then as it was. */
    async rebundle(): Promise<boolean> {
      const { outputFiles, metafile } = await bundler.rebuild();
      inputs = Object.keys(metafile.inputs);
      const bundled = bundledText(outputFiles, name);
      const text = bundled.code + bundled.map;
      if (text === written) return false;
      if (!exportsHandler(bundled.code)) {
        if (isBundled) throw new Error(describeMissingExport(name));
        return false;
      }
      const before = contentOf(name);
      writeBundle(name, bundled);
      written = text;
      isBundled = true;
      return contentOf(name) !== before;
    },
  };
}

type Handler = Awaited<ReturnType<typeof openHandler>>;

/** A handler's bundle as it lies there, with its source map. */
function contentOf(name: string): string {
  return packagedBundle(name)
    .bundle.paths.map((file) => (existsSync(file) ? readFileSync(file, "utf8") : ""))
    .join();
}

/**
 * A process of its own that bundles handlers again, with the same bytes as `bundleHandlers`: those that are made of the
 * files that a message names, relative to the program's folder. It keeps what esbuild has read, so that one edit takes a
 * fraction of the time of all; what no message has named yet is read between messages. Ends with its channel.
 */
async function main(): Promise<void> {
  endWithChannel();
  const names = handlerNames();
  const earlier = knownSources();
  const known = new Map(earlier?.sources);
  const bundledBefore = new Set(earlier?.bundles.map(([name]) => name));
  const handlers = await Promise.all(
    names.map((name) => openHandler(name, known.get(name), bundledBefore.has(name))),
  );
  /** Those that did not compile, or that nothing is known of: they are tried again whatever is edited. */
  const broken = new Set(handlers.filter(({ name }) => !known.has(name)));
  /** What was changed, and nobody was told of yet: before the first message, or beside one that does not compile. */
  const untold = new Set<string>();
  const bundle = async (handler: Handler) => {
    broken.add(handler);
    if (await handler.rebundle()) untold.add(handler.name);
    broken.delete(handler);
  };
  /** What is wrong with it, the next message is told. */
  const read = (handler: Handler) => bundle(handler).catch(() => undefined);
  const rebundle = async (files: ReadonlySet<string>): Promise<RebundlingOutcome> => {
    const beginning = beginBundling();
    if (handlerNames().join() !== names.join()) return { elsewhere: true };
    for (const handler of handlers) if (broken.has(handler) || handler.concerns(files)) await bundle(handler);
    const bundled = handlers.filter((handler) => handler.isBundled());
    const bundles = new Map(bundled.map(({ name }) => [name, packagedBundle(name).bundle]));
    if (untold.size > 0)
      rememberBundles(
        bundles,
        handlers.map((handler) => [handler.name, handler.inputs()]),
        beginning,
      );
    return { changed: [...untold] };
  };
  const answer = async (files: readonly string[]) => {
    const outcome = await rebundle(new Set(files.map((file) => file.split(path.sep).join("/")))).catch(
      (error: unknown): RebundlingOutcome => ({ error: describeBundlingFailure(error) }),
    );
    if ("changed" in outcome) untold.clear();
    process.send?.(outcome);
  };
  // What was edited since the program has bundled.
  let last: Promise<unknown> = rebundle(earlier?.changed ?? new Set()).catch(() => undefined);
  process.on("message", (files: readonly string[]) => void (last = last.then(() => answer(files))));
  for (const handler of handlers) {
    // Messages that have come meanwhile have their turn first.
    for (let seen; seen !== last;) await (seen = last);
    if (!handler.isRead()) last = read(handler);
  }
}

/** Ends this process once nobody is there to be answered, at whatever it is. */
function endWithChannel(): void {
  const end = () => {
    // With esbuild's process, which is of this one's group: it prints its stack when its input ends while it bundles.
    if (process.platform !== "win32") process.kill(-process.pid, "SIGKILL");
    process.exit();
  };
  process.once("disconnect", end);
  if (!process.connected) end();
}

void main();
