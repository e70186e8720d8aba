import type { Api, Part, RouteSettings } from "./apis";

/** A route that a request takes, with what stands in its path's places. */
export interface Match {
  readonly route: Part<RouteSettings>;
  readonly parameters: ReadonlyMap<string, string>;
}

interface Candidate extends Match {
  /** The more exact of two routes has the smaller one. */
  readonly looseness: string;
}

/**
 * The route that fits best: constants before places before `{name+}`, from the left; a method before ANY; `$default`
 * last. "Working with routes for HTTP APIs" in API Gateway's developer guide.
 *
 * @param path without the stage, decoded
 */
export function findRoute(api: Api, method: string, path: string): Match | undefined {
  const segments = path.split("/").slice(1);
  const candidates: Candidate[] = [];
  for (const route of api.routes.values()) {
    const candidate = candidateOf(route, method, segments);
    if (candidate !== undefined) candidates.push(candidate);
  }
  return candidates.sort((a, b) => (a.looseness < b.looseness ? -1 : 1))[0];
}

function candidateOf(
  route: Part<RouteSettings>,
  method: string,
  segments: readonly string[],
): Candidate | undefined {
  const { RouteKey } = route.settings;
  if (RouteKey === "$default") return { route, parameters: new Map(), looseness: "9" };
  const [ownMethod = "", template = ""] = RouteKey.split(" ");
  if (ownMethod !== method && ownMethod !== "ANY") return undefined;
  const parameters = new Map<string, string>();
  const places = template.split("/").slice(1);
  let looseness = "";
  for (const [index, place] of places.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+)?\}$/.exec(place) ?? [];
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (name === undefined) {
      if (place !== segment) return undefined;
      looseness += "0";
    } else if (greedy === undefined) {
      if (segment === "") return undefined;
      parameters.set(name, segment);
      looseness += "1";
    } else {
      parameters.set(name, segments.slice(index).join("/"));
      return { route, parameters, looseness: `${looseness}2${ownMethod === "ANY" ? "1" : "0"}` };
    }
  }
  if (places.length !== segments.length) return undefined;
  return { route, parameters, looseness: `${looseness}${ownMethod === "ANY" ? "1" : "0"}` };
}
