import { parseJson } from "../../core/parseJson";
import { isObject } from "../../core/record";

/** What expressions may ask of a request. */
export interface RequestSource {
  readonly kind: "request";
  /** Lower-case names; values of repeated ones joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: ReadonlyMap<string, string>;
  /** Without the stage. */
  readonly path: string;
  readonly pathParameters: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The same of an integration's answer. */
export interface ResponseSource {
  readonly kind: "response";
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Surroundings {
  /** `$context.…`, by the name behind it. */
  readonly context: ReadonlyMap<string, string>;
  readonly stageVariables: Readonly<Record<string, string>>;
}

/** A body is cut here before a path is looked for in it. */
const LONGEST_SEARCHED_BODY = 100 * 1024;

/** "request.body.orderId" of `$request.body.orderId` and of `${request.body.orderId}`. */
const WHOLE = /^\$(?:\{([^{}]*)\}|([A-Za-z][^\s{}$]*))$/;
const PART = /\$\{([^{}]*)\}/g;

const SOURCE: Readonly<Record<"request" | "response", RegExp>> = {
  request:
    /^(?:request\.(?:header\.[!#$%&'*+.^_`|~\w-]+|querystring\.[^\s]+|path(?:\.[\w.-]+)?|body(?:\.(?!\.)[^\s?()]+|\[[^\s?()]+)?)|context\.[\w.]+|stageVariables\.\w+)$/,
  response:
    /^(?:response\.(?:header\.[!#$%&'*+.^_`|~\w-]+|body(?:\.(?!\.)[^\s?()]+|\[[^\s?()]+)?)|context\.[\w.]+|stageVariables\.\w+)$/,
};

/** What is wrong with an expression of a parameter mapping; undefined for one that API Gateway takes. */
export function problemOfExpression(expression: string, side: "request" | "response"): string | undefined {
  const whole = namedBy(WHOLE.exec(expression));
  const names = whole === undefined ? [...expression.matchAll(PART)].map(([, name = ""]) => name) : [whole];
  if (whole === undefined && names.length === 0 && expression.startsWith("$"))
    return "expected $request.…, $response.…, $context.…, $stageVariables.… or a constant";
  const wrong = names.find((name) => !SOURCE[side].test(name) || name.includes(".."));
  return wrong === undefined ? undefined : `$${wrong} is none of the sources of a ${side}`;
}

/**
 * The value of an expression: of `$…` alone what stands there, undefined when nothing does; in any other text each
 * `${…}` is replaced, with nothing where nothing stands. What is neither is a constant.
 *
 * "Transform API requests and responses for HTTP APIs" in API Gateway's developer guide.
 */
export function evaluateExpression(
  expression: string,
  source: RequestSource | ResponseSource,
  surroundings: Surroundings,
): string | undefined {
  const whole = namedBy(WHOLE.exec(expression));
  if (whole !== undefined) return valueOf(whole, source, surroundings);
  return expression.replace(PART, (_, name: string) => valueOf(name, source, surroundings) ?? "");
}

function namedBy(match: RegExpExecArray | null): string | undefined {
  return match?.[1] ?? match?.[2];
}

function valueOf(
  name: string,
  source: RequestSource | ResponseSource,
  { context, stageVariables }: Surroundings,
): string | undefined {
  const [root = "", part = ""] = name.split(".", 1).concat(name.slice(name.indexOf(".") + 1));
  if (root === "context") return context.get(part);
  if (root === "stageVariables")
    return Object.hasOwn(stageVariables, part) ? stageVariables[part] : undefined;
  if (root !== source.kind) return undefined;
  const [, member = "", rest] = /^(header|querystring|path|body)(?:\.(.*)|(?=\[)(.*))?$/.exec(part) ?? [];
  switch (member) {
    case "header":
      return source.headers.get((rest ?? "").toLowerCase());
    case "querystring":
      return source.kind === "request" ? source.query.get(rest ?? "") : undefined;
    case "path":
      if (source.kind !== "request") return undefined;
      return rest === undefined ? source.path : source.pathParameters.get(rest);
    case "body":
      return bodyValue(source.body, part.slice("body".length));
    default:
      return undefined;
  }
}

/** @param path "" for the whole body, else a JSON path's members: ".items[0].sku" */
function bodyValue(body: string, path: string): string | undefined {
  if (path === "") return body === "" ? undefined : body;
  let value: unknown;
  try {
    value = parseJson(Buffer.from(body).subarray(0, LONGEST_SEARCHED_BODY).toString("utf8"));
  } catch {
    return undefined;
  }
  for (const [, name, index, quoted] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g)) {
    const key = name ?? quoted ?? "";
    if (index !== undefined) value = Array.isArray(value) ? (value as unknown[])[Number(index)] : undefined;
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
