import { recordOf } from "../record";
import type { WireRequest } from "./codec";
import { checkForm } from "./formLimits";

interface Node {
  value?: string;
  readonly children: Map<string, Node>;
}

/** Parameters of the request itself, not members of an input. */
const envelope = /^(Action|Version|AWSAccessKeyId|Signature.*|Timestamp|X-Amz-.*)$/i;

/** A request is asked for its action, for its service and for its members: it is parsed once. */
const parsed = new WeakMap<WireRequest, URLSearchParams>();

/** The parameters of a query-protocol request: those of its form body and of its URL. */
export function formParameters(request: WireRequest): URLSearchParams {
  const known = parsed.get(request);
  if (known !== undefined) return known;
  const form = request.body.toString("utf8");
  checkForm(form);
  const parameters = new URLSearchParams(request.query);
  for (const [name, value] of new URLSearchParams(form)) parameters.append(name, value);
  parsed.set(request, parameters);
  return parameters;
}

/**
 * Members from flat parameters: `A.member.1.B=x` and `A.1.B=x` are lists, `A.entry.1.key=k` with
 * `A.entry.1.value=v` a map, `A.B=x` a structure. Scalars stay strings: only the operation knows their types.
 */
export function membersOf(parameters: URLSearchParams): Record<string, unknown> {
  const root: Node = { children: new Map() };
  for (const [name, value] of parameters) {
    if (envelope.test(name)) continue;
    let node = root;
    for (const segment of name.split(".")) {
      let child = node.children.get(segment);
      if (child === undefined) node.children.set(segment, (child = { children: new Map() }));
      node = child;
    }
    node.value = value;
  }
  return structureOf(root);
}

function structureOf(node: Node): Record<string, unknown> {
  return recordOf([...node.children].map(([name, child]) => [name, valueOf(child)]));
}

function valueOf(node: Node): unknown {
  if (node.children.size === 0) return node.value ?? "";
  const wrapped =
    node.children.size === 1 ? (node.children.get("member") ?? node.children.get("entry")) : undefined;
  if (wrapped !== undefined && isList(wrapped)) {
    return node.children.has("entry") ? mapOf(wrapped) : listOf(wrapped);
  }
  return isList(node) ? listOf(node) : structureOf(node);
}

function isList(node: Node): boolean {
  return node.children.size > 0 && [...node.children.keys()].every((name) => /^[1-9][0-9]{0,8}$/.test(name));
}

function itemsOf(node: Node): Node[] {
  return [...node.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

function listOf(node: Node): unknown[] {
  return itemsOf(node).map(valueOf);
}

function mapOf(node: Node): Record<string, unknown> {
  return recordOf(
    itemsOf(node).map((item): [string, unknown] => {
      const key = item.children.get("key") ?? item.children.get("Name");
      const value = item.children.get("value") ?? item.children.get("Value");
      return [key?.value ?? "", value === undefined ? "" : valueOf(value)];
    }),
  );
}
