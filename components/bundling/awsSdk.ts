import { readFile } from "node:fs/promises";
import type { Loader, Plugin } from "esbuild";
import { importOneByOne } from "./importOneByOne";
import { inlineKeys } from "./inlineKeys";

/** What a service's operations and their data look like, in one module. */
const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;
const OWN_SOURCES = /[\\/]handlers[\\/].*\.ts$/;
const PACKAGES = /[\\/]node_modules[\\/]/;

/**
 * Has esbuild read the AWS SDK as it can shake unused parts off: its schemas with plain keys and, with
 * `importsOneByOne`, of a client only the modules that a handler names. Where a client is replaced by an alias, that
 * has to take the names itself.
 */
export function awsSdk({ importsOneByOne }: { readonly importsOneByOne: boolean }): Plugin {
  return {
    name: "aws-sdk",
    setup(build) {
      const change = (filter: RegExp, loader: Loader, by: (text: string) => string) =>
        build.onLoad({ filter }, async ({ path }) =>
          loader === "ts" && PACKAGES.test(path)
            ? undefined
            : { contents: by(await readFile(path, "utf8")), loader },
        );
      change(SCHEMAS, "js", inlineKeys);
      if (importsOneByOne) change(OWN_SOURCES, "ts", (text) => importOneByOne(text));
    },
  };
}
