"use strict";
/** Before anything else: a parent that dies while this file works is missed as well. */
const parent = process.ppid;
const { join } = require("path");

const root = join(__dirname, "..");

// By its path: a checkout whose packages are not installed is told so by it.
require("../packages/embedded-pulumi/bin/load.cjs")({
  entry: join(__dirname, "main.ts"),
  manifests: [root, join(root, "packages/embedded-aws"), join(root, "packages/embedded-pulumi")].map(
    (folder) => join(folder, "package.json"),
  ),
  local: join(root, ".local"),
  upgrade:
    ': "npm ci" installs one that "npm start" and the other npm scripts use, unless it is told to omit optional packages',
  install: '"npm ci"',
  parent,
});
