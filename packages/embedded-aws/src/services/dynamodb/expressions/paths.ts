import { recordOf } from "../../../core/record";
import type { AttributeValue, Item } from "../attributeValue";
import type { Path } from "./tree";

/** What lies at a path of an item; undefined when nothing does. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  for (const [level, part] of path.entries()) {
    value = level === 0 ? ownMember(item, part) : memberOf(value, part);
    if (value === undefined) return undefined;
  }
  return value;
}

/** A member of a map, or an element of a list. */
export function memberOf(
  container: AttributeValue | undefined,
  part: string | number,
): AttributeValue | undefined {
  if (container === undefined) return undefined;
  if (typeof part === "number") return "L" in container ? container.L[part] : undefined;
  return "M" in container ? ownMember(container.M, part) : undefined;
}

function ownMember(members: Item, name: string | number): AttributeValue | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

export type PathClash =
  | { readonly kind: "overlap"; readonly one: Path; readonly two: Path }
  /** One path takes for a list what the other takes for a map. */
  | { readonly kind: "conflict"; readonly one: Path; readonly two: Path };

interface Branch {
  readonly children: Map<string | number, Branch>;
  /** The first path that passes here. */
  readonly first: Path;
  ends: boolean;
}

/** The first two paths that cannot both be written or shown, if there are such. */
export function clashOf(paths: readonly Path[]): PathClash | undefined {
  const root: Branch = { children: new Map(), first: [], ends: false };
  for (const path of paths) {
    let branch = root;
    for (const [level, part] of path.entries()) {
      if (branch.ends) return { kind: "overlap", one: branch.first, two: path };
      const [sibling] = branch.children;
      if (level > 0 && sibling !== undefined && typeof sibling[0] !== typeof part) {
        return { kind: "conflict", one: sibling[1].first, two: path };
      }
      let child = branch.children.get(part);
      if (child === undefined) {
        child = { children: new Map(), first: path, ends: false };
        branch.children.set(part, child);
      } else if (level === path.length - 1) {
        return { kind: "overlap", one: child.first, two: path };
      }
      branch = child;
    }
    branch.ends = true;
  }
  return undefined;
}

type Shown = Map<string | number, Shown>;

const WHOLE: Shown = new Map<string | number, Shown>();

/** The parts of an item that lie at the paths; elements of a list move together, in their order. */
export function project(item: Item, paths: readonly Path[]): Item {
  const shown: Shown = new Map<string | number, Shown>();
  for (const path of paths) {
    if (valueAt(item, path) === undefined) continue;
    let level = shown;
    for (const part of path) {
      let next = level.get(part);
      if (next === undefined) level.set(part, (next = new Map<string | number, Shown>()));
      level = next;
    }
  }
  return membersShown(item, shown);
}

function membersShown(members: Item, shown: Shown): Item {
  const result = recordOf<AttributeValue>([]);
  for (const [name, inner] of shown) {
    const value = members[name];
    if (value !== undefined) result[String(name)] = partShown(value, inner);
  }
  return result;
}

function partShown(value: AttributeValue, shown: Shown): AttributeValue {
  if (shown.size === 0) return value;
  if ("M" in value) return { M: membersShown(value.M, shown) };
  if (!("L" in value)) return value;
  const indexes = [...shown.keys()].map(Number).sort((a, b) => a - b);
  return {
    L: indexes.flatMap((index) => {
      const element = value.L[index];
      return element === undefined ? [] : [partShown(element, shown.get(index) ?? WHOLE)];
    }),
  };
}
