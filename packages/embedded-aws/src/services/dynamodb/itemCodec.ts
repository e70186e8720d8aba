import { parseOwnJson } from "../../core/parseJson";
import { bareRecord } from "../../core/record";
import { type AttributeValue, type Item, typeOf } from "./attributeValue";
import type { Codec } from "../../core/sortedMap";

/** How many shapes are told apart; items of further ones are written with their names and types. */
const MOST_SHAPES = 1_000;
/** Only small shapes are worth remembering; attributes and elements, nested ones included. */
const MOST_LEAVES = 100;
const MOST_KEY_LENGTH = 4_096;

/** An item without its values: its attributes' names and types. */
type Shape =
  | { readonly kind: "leaf"; readonly type: string }
  | { readonly kind: "L"; readonly elements: readonly Shape[] }
  | { readonly kind: "M"; readonly members: readonly (readonly [name: string, shape: Shape])[] };

type Members = Extract<Shape, { kind: "M" }>["members"];

type Leaf = string | boolean | readonly string[];

/**
 * Writes items as text. The items of a table mostly have the same attributes: names and types are kept once for
 * all items of one shape, so that an item takes half the bytes of its JSON.
 */
export class ItemCodec implements Codec<Item> {
  readonly #ids = new Map<string, number>();
  readonly #shapes: Members[] = [];

  encode(item: Item): string {
    const leaves: Leaf[] = [];
    const key = keyOfMembers(item, leaves);
    const id = this.#ids.get(key) ?? this.#remember(key, item, leaves.length);
    if (id === undefined) return JSON.stringify(item);
    leaves.unshift(String(id));
    return JSON.stringify(leaves);
  }

  decode(text: string): Item {
    const content = parseOwnJson(text) as Item | readonly Leaf[];
    const leaves: Leaf[] = [];
    if (!isList(content)) {
      keyOfMembers(content, leaves);
      return itemOf(shapeOfMembers(content), { leaves, next: 0 });
    }
    const shape = this.#shapes[Number(content[0])];
    if (shape === undefined) throw new Error(`no shape ${String(content[0])}`);
    return itemOf(shape, { leaves: content, next: 1 });
  }

  /** The number of a new shape; undefined for one that is not worth remembering. */
  #remember(key: string, item: Item, leaves: number): number | undefined {
    if (this.#shapes.length >= MOST_SHAPES || leaves > MOST_LEAVES || key.length > MOST_KEY_LENGTH)
      return undefined;
    this.#ids.set(key, this.#shapes.length);
    return this.#shapes.push(shapeOfMembers(item)) - 1;
  }
}

function isList(content: Item | readonly Leaf[]): content is readonly Leaf[] {
  return Array.isArray(content);
}

/** A text that two items share when they have the same shape. Adds the item's values to `leaves`. */
function keyOfMembers(item: Item, leaves: Leaf[]): string {
  let key = "{";
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) key += JSON.stringify(name) + keyOf(value, leaves);
  }
  return `${key}}`;
}

function keyOf(value: AttributeValue, leaves: Leaf[]): string {
  if ("M" in value) return keyOfMembers(value.M, leaves);
  if ("L" in value) return `[${value.L.map((element) => keyOf(element, leaves)).join("")}]`;
  const type = typeOf(value);
  leaves.push((value as Readonly<Record<string, Leaf>>)[type] ?? "");
  return `${type} `;
}

function shapeOfMembers(item: Item): Members {
  return Object.entries(item).map(([name, value]) => [name, shapeOf(value)]);
}

function shapeOf(value: AttributeValue): Shape {
  if ("M" in value) return { kind: "M", members: shapeOfMembers(value.M) };
  if ("L" in value) return { kind: "L", elements: value.L.map(shapeOf) };
  return { kind: "leaf", type: typeOf(value) };
}

interface Reading {
  readonly leaves: readonly Leaf[];
  next: number;
}

/** A bare record: an attribute may have any name. */
function itemOf(members: Members, reading: Reading): Item {
  const item = bareRecord<AttributeValue>();
  for (const [name, shape] of members) item[name] = valueOf(shape, reading);
  return item;
}

function valueOf(shape: Shape, reading: Reading): AttributeValue {
  switch (shape.kind) {
    case "M":
      return { M: itemOf(shape.members, reading) };
    case "L":
      return { L: shape.elements.map((element) => valueOf(element, reading)) };
    case "leaf":
      return { [shape.type]: reading.leaves[reading.next++] } as unknown as AttributeValue;
  }
}
