/** The public face of the embedded engine. What is not named here is the package's own business. */
export {
  addImages,
  type CloudDeployment,
  cloudOptionsOf,
  deploy,
  type DeployOptions,
  type Outputs,
} from "./deploy";
export { readCheckedProject } from "./engine/checkConfiguration";
export { decodeText } from "./engine/decodeText";
export { DeploymentFailure, type Mode } from "./engine/deployment";
export { localDirectory } from "./engine/localDirectory";
export { loopbackWithoutProxy } from "./engine/loopback";
export { proposal } from "./engine/nearest";
export type { ProgressEvent } from "./engine/progress";
export {
  ConfigurationError,
  type ConfigOverrides,
  defaultStack,
  hasStack,
  listStacks,
  type Project,
  ProjectError,
  readProject,
} from "./engine/projectFile";
export { renderProgress } from "./engine/renderProgress";
export { ProgramFailure, runProgram, runProject, type RunResult } from "./engine/run";
export type { Drift } from "./engine/refresh";
export type { RegisteredResource } from "./engine/state";
export { resourceTree } from "./engine/tree";
export { Archive, displayMap, mapToWire, plainMap, WIRE } from "./engine/values";
export { type Change, comparePreviews } from "./preview/compare";
export { describeChange } from "./preview/describeChange";
export { policyResources } from "./preview/policyResources";
export { renderJson } from "./preview/renderJson";
export { renderMarkdown } from "./preview/renderMarkdown";
export { renderText } from "./preview/renderText";
export { type Comparison, mandatoryViolations, type PreviewReport } from "./preview/report";
export { openRevision, type Revision, RevisionError } from "./preview/revision";
export { emptySnapshot, type Snapshot } from "./preview/snapshot";
export { takeSnapshot } from "./preview/takeSnapshot";
export { packageArchive } from "./provider/package";
export { createProvider } from "./provider/provider";
export { serveStandIn, type StandIn } from "./standIn/serve";
export { resourceTypes } from "./provider/table";
