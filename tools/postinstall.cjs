"use strict";
// Run by npm once it has installed the packages: the first start then takes as long as every other. Whatever keeps this
// from being done, or from being wanted, costs the first start some seconds, and never the installation its success.
const { spawnSync } = require("node:child_process");
const { existsSync, statSync } = require("node:fs");
const { join } = require("node:path");

const LONGEST_MS = 60_000;
const root = join(__dirname, "..");

/** A job installs for one check, and most of them start nothing. */
const inJob = Boolean(process.env.CI);
const withTools = existsSync(join(root, "node_modules", "esbuild", "package.json"));
/** What somebody else than the folder's owner leaves there, its owner cannot write to. */
const asOwner = process.getuid === undefined || statSync(root).uid === process.getuid();

if (!inJob && withTools && asOwner)
  spawnSync(process.execPath, [join(__dirname, "run.cjs"), "prepare"], {
    cwd: root,
    stdio: "ignore",
    timeout: LONGEST_MS,
    windowsHide: true,
  });
