import { distance } from "fastest-levenshtein";

const LONGEST = 200;

/** The candidate that somebody who wrote `given` most likely meant; undefined when none is near. */
export function nearest(given: string, candidates: Iterable<string>): string | undefined {
  // A slip of the pen is short; what is not would take seconds to compare.
  if (given.length > LONGEST) return undefined;
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(given.toLowerCase(), candidate.toLowerCase());
    // A third of the letters may differ: beyond that a proposal misleads more than it helps.
    const most = Math.ceil(Math.max(given.length, candidate.length) / 3);
    if (edits <= most && (best === undefined || edits < best.edits)) best = { candidate, edits };
  }
  return best?.candidate;
}

/** "; did you mean X?", or nothing: the end of a sentence that refuses `given`. */
export function proposal(given: string, candidates: Iterable<string>): string {
  const meant = nearest(given, candidates);
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}
