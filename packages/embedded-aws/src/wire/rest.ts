import { AwsError } from "../core/errors";

import { messageOf } from "../core/messageOf";
import { headerOf, type WireRequest } from "../core/http";
import { recordOf } from "../core/record";
import { textOf } from "../core/utf8";
import { scalarFromText } from "./form";
import { json, parseJsonObject } from "./json";
import { InputProblem } from "./problem";
import type { Member, OperationShape, Structure } from "./shape";
import { timestampText } from "./timestamps";

/** One way to an operation by method and path: "/2015-03-31/functions/{FunctionName}". */
export interface Route {
  readonly operation: string;
  readonly method: string;
  readonly segments: readonly string[];
  /** Members that this route takes from the query string though today's model has them in the body. */
  readonly query: readonly string[];
}

export function routeOf(
  operation: string,
  method: string,
  template: string,
  query: readonly string[] = [],
): Route {
  return { operation, method, segments: split(template.split("?")[0] ?? ""), query };
}

/** The most literal of the routes that fit wins: "/functions/list" before "/functions/{Name}". */
export function findRoute(routes: readonly Route[], request: WireRequest): Route | undefined {
  const path = split(request.path);
  const fitting = routes.filter((route) => route.method === request.method && fits(route.segments, path));
  const literals = (route: Route) => route.segments.filter((segment) => !isLabel(segment)).length;
  return fitting.sort((a, b) => literals(b) - literals(a))[0];
}

function split(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function isLabel(segment: string): boolean {
  return segment.startsWith("{");
}

function isGreedy(segment: string | undefined): boolean {
  return segment?.endsWith("+}") === true;
}

function fits(segments: readonly string[], path: readonly string[]): boolean {
  const greedy = isGreedy(segments.at(-1));
  if (greedy ? path.length < segments.length : path.length !== segments.length) return false;
  return segments.every((segment, index) => isLabel(segment) || segment === path[index]);
}

/** The input of a REST request: its parts are spread over path, query string, headers and body. @throws InputProblem */
export function decodeRest(shape: Structure, route: Route, request: WireRequest): object {
  const labels = labelsOf(route.segments, split(request.path));
  const payload = shape.members.find((member) => member.traits.httpPayload !== undefined);
  const input: Record<string, unknown> =
    payload === undefined
      ? (json.decode(bodyOf(shape, route), parseJsonObject(request.body)) as Record<string, unknown>)
      : payloadOf(payload, request.body);

  for (const member of shape.members.filter((candidate) => isBound(candidate, route))) {
    const value = boundValue(member, route, request, labels);
    if (value === undefined) continue;
    if (!member.supported) throw InputProblem.at(member.name, new InputProblem({ kind: "notSupported" }));
    input[member.name] = value;
  }
  for (const { name, required } of shape.members) {
    if (required && input[name] === undefined) {
      throw InputProblem.at(name, new InputProblem({ kind: "missing" }));
    }
  }
  return input;
}

function isBound(member: Member, route: Route): boolean {
  const { httpLabel, httpHeader, httpPrefixHeaders, httpQueryParams } = member.traits;
  const bindings = [httpLabel, httpHeader, httpPrefixHeaders, httpQueryParams, queryNameOf(member, route)];
  return bindings.some((binding) => binding !== undefined);
}

const bodies = new WeakMap<Route, Map<Structure, Structure>>();

/** What a route's body holds. Made once, so that its decoder is compiled once. */
function bodyOf(shape: Structure, route: Route): Structure {
  const known = bodies.get(route) ?? new Map<Structure, Structure>();
  bodies.set(route, known);
  let body = known.get(shape);
  if (body === undefined) {
    body = { ...shape, members: shape.members.filter((member) => !isBound(member, route)) };
    known.set(shape, body);
  }
  return body;
}

function labelsOf(segments: readonly string[], path: readonly string[]): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    if (!isLabel(segment)) continue;
    const parts = isGreedy(segment) ? path.slice(index) : path.slice(index, index + 1);
    labels.set(segment.replace(/[{}+]/g, ""), parts.map(decodePart).join("/"));
  }
  return labels;
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError("BadRequestException", `"${text}" is not percent-encoded text`);
  }
}

function queryNameOf({ name, traits }: Member, route: Route): string | undefined {
  return traits.httpQuery ?? (route.query.includes(name) ? name : undefined);
}

function boundValue(
  member: Member,
  route: Route,
  request: WireRequest,
  labels: ReadonlyMap<string, string>,
): unknown {
  const { name, shape, traits } = member;
  try {
    if (traits.httpLabel !== undefined) return textValue(member, [labels.get(name)]);
    if (traits.httpHeader !== undefined) {
      const text = headerOf(request, traits.httpHeader.toLowerCase());
      return textValue(member, shape.kind === "list" ? (text?.split(/\s*,\s*/) ?? []) : [text]);
    }
    if (traits.httpPrefixHeaders !== undefined) {
      const prefix = traits.httpPrefixHeaders.toLowerCase();
      return recordOf(
        Object.keys(request.headers)
          .filter((header) => header.startsWith(prefix))
          .map((header) => [header.slice(prefix.length), headerOf(request, header) ?? ""]),
      );
    }
    const query = queryNameOf(member, route);
    if (query !== undefined) return textValue(member, request.query.getAll(query));
    const taken = new Set(route.query);
    return recordOf([...request.query].filter(([key]) => !taken.has(key) && !/^X-Amz-/i.test(key)));
  } catch (cause) {
    throw InputProblem.at(name, cause);
  }
}

function textValue({ shape }: Member, texts: readonly (string | undefined)[]): unknown {
  const given = texts.filter((text) => text !== undefined);
  if (given.length === 0) return undefined;
  if (shape.kind === "list") return given.map((text) => scalarFromText(shape.item.shape, text));
  return scalarFromText(shape, given[0] ?? "");
}

function payloadOf(member: Member, body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  if (!member.supported) throw InputProblem.at(member.name, new InputProblem({ kind: "notSupported" }));
  switch (member.shape.kind) {
    case "blob":
      return { [member.name]: body };
    case "string":
      return { [member.name]: payloadText(body) };
    default:
      return { [member.name]: json.decode(member.shape, parseJsonObject(body)) };
  }
}

function payloadText(body: Buffer): string {
  try {
    return textOf(body);
  } catch (error) {
    throw new AwsError("SerializationException", messageOf(error));
  }
}

/** An answer spread over status, headers and body. */
export function encodeRest(operation: OperationShape, output: Readonly<Record<string, unknown>>) {
  const { members } = operation.output;
  const headers: Record<string, string> = { "content-type": "application/json" };
  let status = operation.http?.[2] ?? 200;
  let body: string | Uint8Array | undefined;
  const inBody: Member[] = [];
  for (const member of members) {
    const { traits, shape, name } = member;
    const value = output[name];
    if (traits.httpHeader !== undefined) {
      if (value !== undefined && value !== null)
        headers[traits.httpHeader.toLowerCase()] = headerText(member, value);
    } else if (traits.httpPrefixHeaders !== undefined) {
      for (const [key, text] of Object.entries((value ?? {}) as Record<string, string>)) {
        headers[(traits.httpPrefixHeaders + key).toLowerCase()] = text;
      }
    } else if (traits.httpResponseCode !== undefined) {
      status = typeof value === "number" ? value : status;
    } else if (traits.httpPayload !== undefined) {
      if (value === undefined || value === null) body = "";
      else if (shape.kind === "blob") body = value as Uint8Array;
      else if (shape.kind === "string") body = value as string;
      else body = JSON.stringify(json.encode(shape, value));
    } else {
      inBody.push(member);
    }
  }
  if (body === undefined) {
    const tree: Record<string, unknown> = {};
    for (const { name, traits, shape } of inBody) {
      const value = output[name];
      if (value !== undefined && value !== null) tree[traits.jsonName ?? name] = json.encode(shape, value);
    }
    body = status === 204 ? "" : JSON.stringify(tree);
  }
  return { status, headers, body };
}

function headerText({ shape }: Member, value: unknown): string {
  if (shape.kind === "timestamp") return timestampText(value as Date, shape.format ?? "http-date");
  return Array.isArray(value) ? value.join(", ") : String(value);
}
