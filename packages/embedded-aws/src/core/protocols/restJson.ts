import { AwsError, notSupported } from "../errors";
import { JsonDepthError, parseJson } from "../parseJson";
import { recordOf } from "../record";
import type { Protocol, Route } from "../service";
import { headerOf, type Codec, type WireRequest } from "./codec";
import { isJsonObject } from "./json";

interface CompiledRoute {
  readonly route: Route;
  readonly segments: readonly Segment[];
}

type Segment =
  | { readonly kind: "literal"; readonly text: string }
  /** A label; a greedy one takes the rest of the path. */
  | { readonly kind: "label"; readonly name: string; readonly greedy: boolean };

/** REST with JSON bodies (Lambda, SES v2): the operation is a method and a path. */
export function restJsonCodec(protocol: Extract<Protocol, { kind: "restJson" }>): Codec {
  const routes = protocol.routes.map((route): CompiledRoute => ({ route, segments: compile(route.path) }));
  return {
    decode(request) {
      const path = splitPath(request.path);
      for (const { route, segments } of routes) {
        if (route.method !== request.method) continue;
        const labels = match(segments, path);
        if (labels === undefined) continue;
        return {
          operation: route.operation,
          input: {
            ...bodyMembers(route, request),
            ...headerMembers(route, request),
            ...queryMembers(request),
            ...labels,
          },
          status: route.status ?? 200,
        };
      }
      throw notSupported(`${request.method} ${request.path}`);
    },

    encode(output, { status }, requestId) {
      return {
        status,
        headers: { "content-type": "application/json", "x-amzn-requestid": requestId },
        body: status === 204 ? "" : JSON.stringify(output),
      };
    },

    encodeError(error, requestId) {
      return {
        status: error.status,
        headers: {
          "content-type": "application/json",
          "x-amzn-requestid": requestId,
          "x-amzn-errortype": error.code,
        },
        // Lambda's errors spell it Message and carry a Type, SES's spell it message.
        body: JSON.stringify({
          Type: error.status >= 500 ? "Service" : "User",
          Message: error.message,
          message: error.message,
          ...error.details,
        }),
      };
    },
  };
}

function splitPath(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function compile(path: string): Segment[] {
  return splitPath(path).map((text) => {
    const label = /^\{([^}+]+)(\+?)\}$/.exec(text);
    return label === null
      ? { kind: "literal", text }
      : { kind: "label", name: label[1] ?? "", greedy: label[2] === "+" };
  });
}

function match(segments: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = path[index];
    if (text === undefined) return undefined;
    if (segment.kind === "literal") {
      if (segment.text !== text) return undefined;
    } else if (segment.greedy) {
      labels[segment.name] = path.slice(index).map(decode).join("/");
      return labels;
    } else {
      labels[segment.name] = decode(text);
    }
  }
  return segments.length === path.length ? labels : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError("InvalidRequestContentException", `"${text}" is not percent-encoded text`);
  }
}

function bodyMembers(route: Route, request: WireRequest): Record<string, unknown> {
  if (route.rawBody === true) return { Payload: request.body };
  if (request.body.length === 0) return {};
  try {
    const value = parseJson(request.body.toString("utf8"));
    return isJsonObject(value) ? value : { Payload: request.body };
  } catch (error) {
    if (error instanceof JsonDepthError) throw new AwsError("SerializationException", error.message);
    return { Payload: request.body };
  }
}

function headerMembers(route: Route, request: WireRequest): Record<string, string> {
  const members: Record<string, string> = {};
  for (const [header, member] of Object.entries(route.headers ?? {})) {
    const value = headerOf(request, header);
    if (value !== undefined) members[member] = value;
  }
  return members;
}

/** A parameter that is repeated becomes a list. */
function queryMembers(request: WireRequest): Record<string, string | string[]> {
  const lists = new Map<string, string[]>();
  for (const [name, value] of request.query) {
    if (/^X-Amz-/i.test(name)) continue;
    const list = lists.get(name);
    if (list === undefined) lists.set(name, [value]);
    else list.push(value);
  }
  return recordOf([...lists].map(([name, list]) => [name, list.length === 1 ? (list[0] ?? "") : list]));
}
