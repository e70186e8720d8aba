#!/usr/bin/env node
"use strict";
/** Before anything else: a parent that dies while this file works is missed as well. */
const parent = process.ppid;
const { existsSync } = require("fs");
const { join, resolve } = require("path");

// Built in the package that npm installs, source in its repository.
const built = join(__dirname, "../dist/cli/main.js");
const repository = join(__dirname, "../../..");

require("./load.cjs")({
  entry: existsSync(built) ? built : join(__dirname, "../src/cli/main.ts"),
  manifests: [
    repository,
    join(repository, "packages/embedded-aws"),
    join(repository, "packages/embedded-pulumi"),
  ].map((folder) => join(folder, "package.json")),
  local: resolve(".local"),
  upgrade: "",
  install: '"npm install"',
  parent,
});
