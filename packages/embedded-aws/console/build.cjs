"use strict";
const fs = require("node:fs");
const path = require("node:path");

/** Bundles the page; resolves to a map of file names to their bytes. Needs esbuild, as only the sources do. */
module.exports.build = async function build() {
  const esbuild = require("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: { console: path.join(__dirname, "main.tsx") },
    bundle: true,
    write: false,
    outdir: __dirname,
    platform: "browser",
    format: "esm",
    target: ["chrome120", "firefox120", "safari17"],
    minify: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "error",
  });
  const files = new Map(outputFiles.map((file) => [path.basename(file.path), Buffer.from(file.contents)]));
  files.set("console.html", fs.readFileSync(path.join(__dirname, "console.html")));
  return files;
};
