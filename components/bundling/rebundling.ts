import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { context, stop } from "esbuild";
import { packagedBundle, rememberBundles } from "./bundleCache";
import { bundlingOptions, finish, handlerNames, textOf } from "./bundling";
import { describeBundlingFailure } from "./bundlingFailure";

/** What the process that keeps bundles up to date answers: which handlers are new, what is wrong, or that it cannot tell. */
export type RebundlingOutcome =
  | { readonly changed: readonly string[] }
  | { readonly error: string }
  /** A handler has come or gone, and its function with it: the program has to run. */
  | { readonly elsewhere: true };

/** One handler, and what esbuild has read of it. */
async function openHandler(name: string) {
  const bundler = await context(bundlingOptions([name]));
  let inputs: readonly string[] = [];
  let written = "";
  return {
    name,
    inputs: () => inputs,
    concerns: (files: ReadonlySet<string>) => inputs.some((input) => files.has(input)),
    /** Whether it is another than before. Rejects when it does not compile; it is then as it was. */
    async rebundle(): Promise<boolean> {
      const { outputFiles, metafile } = await bundler.rebuild();
      inputs = Object.keys(metafile.inputs);
      const bundled = textOf(outputFiles, `${name}.js`);
      if (bundled === written) return false;
      const before = contentOf(name);
      finish(name, bundled);
      written = bundled;
      return contentOf(name) !== before;
    },
  };
}

/** A handler's bundle as it lies there, with its source map. */
function contentOf(name: string): string {
  return packagedBundle(name)
    .bundle.paths.map((file) => (existsSync(file) ? readFileSync(file, "utf8") : ""))
    .join();
}

/**
 * A process of its own that bundles handlers again, with the same bytes as `bundleHandlers`: at its start all of them,
 * then those that are made of the files that a message names, relative to the program's folder. It keeps what esbuild
 * has read, so that one edit takes a fraction of the time of all. Ends with its channel.
 */
async function main(): Promise<void> {
  const names = handlerNames();
  const handlers = await Promise.all(names.map(openHandler));
  /** Those that did not compile: they are tried again whatever is edited. */
  const broken = new Set(handlers);
  /** What was changed, and nobody was told of yet: before the first message, or beside one that does not compile. */
  const untold = new Set<string>();
  const rebundle = async (files: ReadonlySet<string>): Promise<RebundlingOutcome> => {
    if (handlerNames().join() !== names.join()) return { elsewhere: true };
    for (const handler of handlers) {
      if (!broken.has(handler) && !handler.concerns(files)) continue;
      broken.add(handler);
      if (await handler.rebundle()) untold.add(handler.name);
      broken.delete(handler);
    }
    const bundles = new Map(names.map((name) => [name, packagedBundle(name).bundle]));
    if (untold.size > 0)
      rememberBundles(bundles, [...new Set(handlers.flatMap((handler) => handler.inputs()))]);
    return { changed: [...untold] };
  };
  const answer = async (files: readonly string[]) => {
    const outcome = await rebundle(new Set(files.map((file) => file.split(path.sep).join("/")))).catch(
      (error: unknown): RebundlingOutcome => ({ error: describeBundlingFailure(error) }),
    );
    if ("changed" in outcome) untold.clear();
    process.send?.(outcome);
  };
  let last: Promise<unknown> = rebundle(new Set()).catch(() => undefined);
  process.on("message", (files: readonly string[]) => void (last = last.then(() => answer(files))));
  // esbuild's own process complains aloud when it finds its parent gone.
  process.on("disconnect", () => void stop().finally(() => process.exit()));
}

void main();
