/** What a command line around the embedded engine is made of. */
export {
  type CommandLine,
  configOverrides,
  DEFAULT_PORT,
  givenConditions,
  givenInspection,
  helpText,
  type ParsedArguments,
  parseCommandLine,
  sharedOptions,
  UsageError,
} from "./arguments";
export { CommandError } from "./commandError";
export { explain } from "./explain";
export { describeInspection } from "./inspection";
export { describeKept, givenKeeping, type Keeping, openKept } from "./keeping";
export { offerConsole } from "./openConsole";
export { Interruption, interruptions } from "./interruption";
export { preview, previewLine } from "./preview";
export { type Command, runCommandLine } from "./runCommand";
export { showDeployment, showProgress, untilInterrupted } from "./showDeployment";
export { startOwnCloud } from "./startOwnCloud";
export { tellTrouble } from "./tellTrouble";
export { type Terminal } from "./terminal";
export { withFrames } from "./watch/codeFrame";
export { type Shortcut, watchProgram } from "./watch/watchProgram";
