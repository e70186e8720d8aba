import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** `import { A, type B } from "@aws-sdk/client-ec2";`, on however many lines. */
const IMPORT = /^import\s*\{([^}]*)\}\s*from\s*(["'])(@aws-sdk\/client-[a-z0-9-]+)\2;?/gm;

/**
 * Has a handler's source import each name of an AWS client from the module that makes it: the client's index leads to
 * every command of the service, two thousand files that a bundler reads to leave them out. Where no such module is found
 * (another version of the SDK may lie otherwise), the name comes through the index as written: the same thing, more slowly.
 *
 * Lines stay lines, so the source map stays true; what an import becomes has no code.
 */
export function importOneByOne(source: string, moduleOf = clientModule): string {
  return source.replace(IMPORT, (whole, list: string, _quote, client: string) => {
    if (/\/[/*]/.test(list)) return whole;
    const importOf = (name: string) =>
      `import { ${name} } from "${moduleOf(client, name.split(/\s/)[0] ?? name) ?? client}";`;
    const lines = list.split("\n").map((line) =>
      line
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "" && !/^type\s/.test(name))
        .map(importOf)
        .join(" "),
    );
    // Each name stays in its line: what is wrong with it is told with that.
    const [before = "", after = ""] = whole.split(list).map((part) => part.replace(/[^\n]/g, ""));
    return before + lines.join("\n") + after;
  });
}

/** The module of a client that makes a class: "@aws-sdk/client-ec2/dist-es/EC2Client". */
function clientModule(client: string, name: string): string | undefined {
  const made = new RegExp(`^export class ${name} `, "m");
  return [`commands/${name}`, name, "models/errors"]
    .map((module) => `${client}/dist-es/${module}`)
    .find((module) => {
      const file = path.join("node_modules", `${module}.js`);
      return existsSync(file) && made.test(readFileSync(file, "utf8"));
    });
}
