"use strict";
// The page's files: as the package was built, or, where it runs from its sources, bundled when they are first asked for.
const fs = require("node:fs");
const path = require("node:path");

const NAMES = ["console.html", "console.js", "console.css"];

let files;

/** Resolves to a map of file names to their bytes. */
module.exports.pageFiles = function pageFiles() {
  files ??= load().catch((error) => {
    files = undefined;
    throw error;
  });
  return files;
};

async function load() {
  const built = path.join(__dirname, "page");
  if (fs.existsSync(path.join(built, NAMES[0])))
    return new Map(NAMES.map((name) => [name, fs.readFileSync(path.join(built, name))]));
  return await require(path.join(__dirname, "../../console/build.cjs")).build();
}
