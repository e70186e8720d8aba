/**
 * What the cloud has for itself and other parts of this repository share, so that it is there once. No part of the
 * public face: it may change with every version.
 */
export { sleepOn } from "../core/clock";
export { Unsupported } from "../core/errors";
export { type Keep, keepsNothing, type KeptKind, keptKind, type Shelf } from "../core/keep";
export { largest } from "../core/lists";
export { messageOf } from "../core/messageOf";
export { guardProcess, killGroup } from "../core/processGuard";
export { seededRandom, type Random } from "../core/random";
export { record, recordOf } from "../core/record";
export { SQLITE_BUSY, sqlite, sqliteCode } from "../core/sqlite";
export { cpuUnderLoad, idleCpu } from "../load/cpu";
