import { DeploymentFailure } from "../engine/deployment";
import { ProjectError } from "../engine/projectError";
import { ProgramFailure } from "../engine/run";
import { ComparisonFailure } from "../preview/previewReport";
import { RevisionError } from "../preview/revision";
import { UsageError } from "./arguments";
import { CommandError } from "./commandError";

const TOLD = [ProjectError, DeploymentFailure, ProgramFailure, ComparisonFailure];

/** Errors that speak for themselves lose their stack trace; the others are faults of this program and keep it. */
export async function explain<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RevisionError) throw new UsageError(error.message);
    throw TOLD.some((kind) => error instanceof kind) ? new CommandError((error as Error).message) : error;
  }
}
