import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unzipSync } from "fflate";
import { startCloud } from "embedded-aws";
import { Archive, deploy, packageArchive, plainMap } from "embedded-pulumi";

/** A function's package, exactly as it would be uploaded, and where it lies unpacked. */
export interface DeployedPackage {
  /** The file in `handlers/`: "processOrders". */
  readonly handler: string;
  readonly zip: Uint8Array;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The packages of every function of the dev stack, unpacked below `directory`. */
export async function deployedPackages(directory: string): Promise<DeployedPackage[]> {
  const deployment = await deploy(await startCloud({ port: 0 }), { stack: "dev" });
  try {
    const { resources } = await deployment.programEnded;
    const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
    return await Promise.all(
      functions.map(async ({ inputs }) => {
        const { code, environment } = plainMap(inputs);
        if (!(code instanceof Archive))
          throw new Error("a function without an archive; expected a callback function");
        const zip = await packageArchive(code, ".");
        const files = unzipSync(zip);
        const handler = path.basename(
          Object.keys(files).find((file) => /bundles\/.*\.js$/.test(file)) ?? "",
          ".js",
        );
        const target = path.resolve(directory, handler);
        for (const [file, content] of Object.entries(files)) {
          mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
          writeFileSync(path.join(target, file), content);
        }
        const variables =
          (environment as { variables?: Record<string, string> } | undefined)?.variables ?? {};
        return { handler, zip, directory: target, environment: variables };
      }),
    );
  } finally {
    await deployment.close();
  }
}
