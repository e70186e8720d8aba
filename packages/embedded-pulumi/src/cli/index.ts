/** What a command line around the embedded engine is made of. */
export {
  type CommandLine,
  configOverrides,
  DEFAULT_PORT,
  helpText,
  type ParsedArguments,
  parseCommandLine,
  sharedOptions,
  UsageError,
} from "./arguments";
export { CommandError } from "./commandError";
export { explainUnwritable } from "./explainUnwritable";
export { Interruption, interruptions } from "./interruption";
export { createOwnFolder } from "./ownFolder";
export { processTerminal, type Terminal } from "./terminal";
