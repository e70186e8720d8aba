import type { ParsedArguments } from "embedded-pulumi/cli";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { strToU8, unzipSync } from "fflate";
import { defaultPackage, type BaselinePackage, sizesOf } from "./defaultPackage";
import { deployedPackages, type DeployedPackage } from "./deployed";
import { tell } from "./progress";
import { median, medianRatio } from "./statistics";
import { ofTurns, printTable } from "./table";

/** Everything below .local/, where this project keeps what it generates. */
const DIRECTORY = path.join(".local", "bench");
const KILO = 1_000;
const MEGA = 1_000_000;

/** What a function can do without: the floor that no package gets below. */
const EMPTY_HANDLER = "exports.handler = async () => undefined;\n";

/** One fresh process that loads a module, as Lambda does at a cold start. */
interface Load {
  readonly milliseconds: number;
  /** Of the process, once the module is loaded: Node itself included. */
  readonly residentBytes: number;
}

/** One way to package a handler, or none at all: sizes in bytes; loads of all turns. */
interface Measured extends Pick<BaselinePackage, "zippedBytes" | "unzippedBytes"> {
  readonly loads: Load[];
}

interface Row {
  readonly handler: string;
  readonly ours: Measured;
  readonly baseline: Measured;
}

/**
 * Size, module load and resident memory of each function's package, against the default packaging of a callback function,
 * and beside an empty handler. The three are loaded in turn, each time in a fresh process.
 */
export async function benchPackages(args: ParsedArguments): Promise<object> {
  const turns = args.has("quick") ? 3 : 11;
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  try {
    const emptyFile = path.join(DIRECTORY, "empty.js");
    writeFileSync(emptyFile, EMPTY_HANDLER);
    const empty: Measured = { ...sizesOf({ "index.js": strToU8(EMPTY_HANDLER) }), loads: [] };
    const rows: Row[] = [];
    for (const deployed of await deployedPackages(DIRECTORY)) {
      tell(`the package of ${deployed.handler}, ${ofTurns(turns)}`);
      const row = await prepare(deployed);
      for (let turn = 0; turn < turns; turn++) {
        row.ours.loads.push(load(path.join(deployed.directory, "__index.js"), deployed));
        row.baseline.loads.push(load(row.file, deployed));
        empty.loads.push(load(emptyFile, deployed));
      }
      rows.push(row);
    }
    console.log(
      `\nPackages, × the default packaging of a callback function; load and memory: ${ofTurns(turns)}\n`,
    );
    printTable(
      ["function", "zipped KB", "×", "unzipped KB", "×", "load ms", "×", "resident MB", "×"],
      [...rows.map(tableRow), emptyRow(empty)],
    );
    return { turns, functions: rows.map(figuresOf), emptyHandler: averages(empty) };
  } finally {
    rmSync(DIRECTORY, { recursive: true, force: true });
  }
}

async function prepare(deployed: DeployedPackage): Promise<Row & { readonly file: string }> {
  const { file, zippedBytes, unzippedBytes } = await defaultPackage(deployed.handler, DIRECTORY);
  return {
    handler: deployed.handler,
    file,
    ours: {
      zippedBytes: deployed.zip.byteLength,
      unzippedBytes: sizesOf(unzipSync(deployed.zip)).unzippedBytes,
      loads: [],
    },
    baseline: { zippedBytes, unzippedBytes, loads: [] },
  };
}

/** The same script whatever is loaded, so that what it takes itself is in every figure alike. */
function load(file: string, { environment }: DeployedPackage): Load {
  const script = `
    const start = performance.now();
    require(${JSON.stringify(path.resolve(file))});
    const milliseconds = performance.now() - start;
    console.log("load " + JSON.stringify({ milliseconds, residentBytes: process.memoryUsage.rss() }));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    env: {
      ...environment,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "x",
      AWS_SECRET_ACCESS_KEY: "x",
      AWS_LAMBDA_FUNCTION_NAME: "bench",
    },
  });
  const match = /^load (.+)$/m.exec(stdout);
  if (match?.[1] === undefined) throw new Error(`${file} does not load (status ${status}): ${stderr}`);
  return JSON.parse(match[1]) as Load;
}

const millisecondsOf = ({ loads }: Measured) => loads.map(({ milliseconds }) => milliseconds);
const residentOf = ({ loads }: Measured) => loads.map(({ residentBytes }) => residentBytes);

function averages(measured: Measured) {
  return {
    zippedBytes: measured.zippedBytes,
    unzippedBytes: measured.unzippedBytes,
    loadMs: median(millisecondsOf(measured)),
    residentBytes: median(residentOf(measured)),
  };
}

function ratiosOf({ ours, baseline }: Row) {
  return {
    zipped: ours.zippedBytes / baseline.zippedBytes,
    unzipped: ours.unzippedBytes / baseline.unzippedBytes,
    load: medianRatio(millisecondsOf(ours), millisecondsOf(baseline)),
    resident: medianRatio(residentOf(ours), residentOf(baseline)),
  };
}

function figuresOf(row: Row) {
  return {
    function: row.handler,
    own: averages(row.ours),
    defaultPackaging: averages(row.baseline),
    ratio: ratiosOf(row),
  };
}

function tableRow(row: Row): string[] {
  const { zippedBytes, unzippedBytes, loadMs, residentBytes } = averages(row.ours);
  const ratio = ratiosOf(row);
  return [
    row.handler,
    (zippedBytes / KILO).toFixed(1),
    ratio.zipped.toFixed(3),
    (unzippedBytes / KILO).toFixed(1),
    ratio.unzipped.toFixed(3),
    loadMs.toFixed(1),
    ratio.load.toFixed(2),
    (residentBytes / MEGA).toFixed(1),
    ratio.resident.toFixed(2),
  ];
}

/** It has no baseline: it is what the others can be held against. */
function emptyRow(empty: Measured): string[] {
  const { zippedBytes, unzippedBytes, loadMs, residentBytes } = averages(empty);
  return [
    "an empty handler",
    (zippedBytes / KILO).toFixed(1),
    "",
    (unzippedBytes / KILO).toFixed(1),
    "",
    loadMs.toFixed(1),
    "",
    (residentBytes / MEGA).toFixed(1),
    "",
  ];
}
