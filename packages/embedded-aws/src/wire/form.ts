import { bareRecord } from "../core/record";
import { decodeBase64 } from "./json";
import { InputProblem, isEmpty, wrongType } from "./problem";
import type { ListShape, MapShape, Member, Shape, Structure } from "./shape";
import { parseTimestamp } from "./timestamps";
import { requiredNames } from "./tree";

/** How the two query protocols differ in what they call a member and its items. */
export interface FormStyle {
  memberName(member: Member): string;
  /** EC2 numbers items directly ("Filter.1"), the others below an element's name ("Tags.member.1"). */
  readonly flattensLists: boolean;
}

export const queryStyle: FormStyle = {
  memberName: ({ name, traits }) => traits.xmlName ?? name,
  flattensLists: false,
};

export const ec2Style: FormStyle = {
  memberName({ name, traits }) {
    const key = traits.xmlName ?? name;
    return traits.ec2QueryName ?? key.charAt(0).toUpperCase() + key.slice(1);
  },
  flattensLists: true,
};

interface Node {
  text?: string;
  readonly children: Map<string, Node>;
}

/** Parameters of the request itself, not members of an input. */
const envelope = /^(Action|Version|AWSAccessKeyId|Signature.*|Timestamp|X-Amz-.*)$/i;

/** The input that the parameters of a query request stand for. @throws InputProblem */
export function decodeForm(
  shape: Structure,
  parameters: Iterable<[string, string]>,
  style: FormStyle,
): object {
  const root: Node = { children: new Map() };
  for (const [name, value] of parameters) {
    if (envelope.test(name)) continue;
    let node = root;
    for (const segment of name.split(".")) {
      let child = node.children.get(segment);
      if (child === undefined) node.children.set(segment, (child = { children: new Map() }));
      node = child;
    }
    node.text = value;
  }
  return structureOf(shape, root, style);
}

function valueOf({ shape, traits }: Member, node: Node, style: FormStyle): unknown {
  switch (shape.kind) {
    case "structure":
      return structureOf(shape, node, style);
    case "list":
      return listOf(shape, node, style, traits.xmlFlattened !== undefined);
    case "map":
      return mapOf(shape, node, style);
    default:
      return scalarOf(shape, node);
  }
}

function structureOf(shape: Structure, node: Node, style: FormStyle): Record<string, unknown> {
  if (node.text !== undefined && node.text !== "") throw wrongType("a structure", node.text);
  const value: Record<string, unknown> = {};
  const members = new Map(shape.members.map((member) => [style.memberName(member), member]));
  for (const [name, child] of node.children) {
    const member = members.get(name);
    try {
      if (member === undefined) throw new InputProblem({ kind: "unknown" });
      if (!member.supported) {
        if (child.children.size === 0 && isEmpty(child.text)) continue;
        throw new InputProblem({ kind: "notSupported" });
      }
      value[member.name] = valueOf(member, child, style);
    } catch (cause) {
      throw InputProblem.at(member?.name ?? name, cause);
    }
  }
  for (const name of requiredNames(shape)) {
    if (value[name] === undefined) throw InputProblem.at(name, new InputProblem({ kind: "missing" }));
  }
  return value;
}

/** `Tags=` is an empty list: SDK v3 and the AWS CLI write it so. */
function listOf(shape: ListShape, node: Node, style: FormStyle, flattened: boolean): unknown[] {
  if (node.children.size === 0) {
    if (node.text === "") return [];
    throw wrongType("a list", node.text);
  }
  const wrapper = node.children.get(shape.item.traits.xmlName ?? "member");
  const numbered = flattened || style.flattensLists || wrapper === undefined ? node : wrapper;
  return itemsOf(numbered).map((item, index) => {
    try {
      return valueOf(shape.item, item, style);
    } catch (cause) {
      throw InputProblem.at(index, cause);
    }
  });
}

function mapOf(shape: MapShape, node: Node, style: FormStyle): Record<string, unknown> {
  const map = bareRecord<unknown>();
  if (node.children.size === 0 && (node.text ?? "") === "") return map;
  for (const item of itemsOf(node.children.get("entry") ?? node)) {
    const key = item.children.get(shape.key.traits.xmlName ?? "key")?.text;
    const value = item.children.get(shape.value.traits.xmlName ?? "value");
    if (key === undefined || value === undefined) throw wrongType("entries of a key and a value", {});
    try {
      map[key] = valueOf(shape.value, value, style);
    } catch (cause) {
      throw InputProblem.at(key, cause);
    }
  }
  return map;
}

/** In the order of their numbers. */
function itemsOf(node: Node): Node[] {
  for (const name of node.children.keys()) {
    if (!/^[1-9][0-9]{0,8}$/.test(name)) throw wrongType("items that are numbered from 1", name);
  }
  return [...node.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

function scalarOf(shape: Shape, node: Node): unknown {
  if (node.children.size > 0) throw wrongType(`a ${shape.kind}`, {});
  return scalarFromText(shape, node.text ?? "");
}

/** The value of a parameter, a header or a part of a path. @throws InputProblem */
export function scalarFromText(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case "boolean":
      if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
      throw wrongType("true or false", text);
    case "number":
      if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text)) return Number(text);
      if (/^(NaN|-?Infinity)$/.test(text)) return Number(text);
      throw wrongType("a number", text);
    case "bigInteger":
      if (/^-?[0-9]+$/.test(text)) return BigInt(text);
      throw wrongType("a whole number", text);
    case "timestamp":
      return parseTimestamp(text);
    case "blob":
      return decodeBase64(text);
    default:
      return text;
  }
}
