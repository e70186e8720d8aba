import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { LATEST, type LambdaFunction, type Revision, type Target } from "./lambdaFunction";

/** The version that a qualifier names; undefined when there is none. An alias of two versions gives its main one. */
export function findRevision({ fn, qualifier }: Target): Revision | undefined {
  const version = fn.aliases.get(qualifier)?.version ?? qualifier;
  return version === LATEST ? fn : fn.versions.get(version);
}

/** The function as it is now, then its versions, the oldest first. */
export function revisionsOf(fn: LambdaFunction): readonly Revision[] {
  return [fn, ...fn.versions.values()];
}

/** As `findRevision`, or throws ResourceNotFoundException. */
export function revisionOf(target: Target): Revision {
  const revision = findRevision(target);
  if (revision !== undefined) return revision;
  throw new AwsError("ResourceNotFoundException", `Function not found: ${target.fn.arn}:${target.qualifier}`);
}

/** The version that one invocation runs: by chance where an alias has two. */
export function chosenRevision(target: Target, random: CloudContext["random"]): Revision {
  const additional = target.fn.aliases.get(target.qualifier)?.additional;
  if (additional === undefined || random.next() >= additional.weight) return revisionOf(target);
  return revisionOf({ fn: target.fn, qualifier: additional.version });
}

/**
 * Publishes a function as it is now. As in Lambda, nothing happens when neither code nor settings have changed
 * since the last version, which then is the answer.
 */
export function publishVersion(
  { clock, random }: CloudContext,
  fn: LambdaFunction,
  description = fn.settings.Description,
): Revision {
  const last = fn.versions.get(String(fn.lastVersion));
  const settings = { ...fn.settings, Description: description };
  const isSame =
    last?.code.sha256 === fn.code.sha256 &&
    isDeepStrictEqual({ ...last.settings, Description: "" }, { ...settings, Description: "" });
  if (isSame) return last;
  const version = String(++fn.lastVersion);
  const published: Revision = {
    name: fn.name,
    arn: fn.arn,
    version,
    settings,
    code: fn.code,
    lastModified: clock.now(),
    revisionId: random.uuid(),
  };
  fn.versions.set(version, published);
  return published;
}
