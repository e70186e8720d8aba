import { anyCharacter, anyText, type GlobToken, matchesGlob } from "../../core/glob";
import { Unsupported } from "../../core/errors";
import { missingParameter } from "./errors";
import type { Filters } from "./inputs";

/** What a filter looks at: the values that an item has under each filter name. */
export type FilterValues<T> = Readonly<Record<string, (item: T) => readonly string[]>>;

/**
 * The items that every filter matches. A filter matches when one of its values does; `*` and `?` are wildcards.
 * `tag:Key` looks at `tagsOf`. Throws `InvalidParameterValue` for a name that is not in `values`.
 */
export function applyFilters<T>(
  items: readonly T[],
  filters: Filters = [],
  values: FilterValues<T>,
  tagsOf?: (item: T) => ReadonlyMap<string, string>,
): T[] {
  const tests = filters.map(({ Name: name, Values: wanted }) => {
    if (name === undefined) throw missingParameter("Filter.Name");
    if (wanted === undefined) throw missingParameter("Filter.Value");
    const patterns = wanted.map(wildcard);
    const matches = (text: string) => patterns.some((pattern) => matchesGlob(pattern, Array.from(text)));
    if (tagsOf !== undefined && name.startsWith("tag:")) {
      const key = name.slice("tag:".length);
      return (item: T) => {
        const value = tagsOf(item).get(key);
        return value !== undefined && matches(value);
      };
    }
    if (tagsOf !== undefined && name === "tag-key")
      return (item: T) => [...tagsOf(item).keys()].some(matches);
    const valuesOf = Object.hasOwn(values, name) ? values[name] : undefined;
    if (valuesOf === undefined) {
      const known = Object.keys(values).concat(tagsOf === undefined ? [] : ["tag:<key>", "tag-key"]);
      throw new Unsupported(
        "InvalidParameterValue",
        `The filter '${name}' is invalid or not supported by the embedded cloud; expected one of ${known.join(", ")}`,
      );
    }
    return (item: T) => valuesOf(item).some(matches);
  });
  return items.filter((item) => tests.every((test) => test(item)));
}

function wildcard(text: string): readonly GlobToken[] {
  return Array.from(text, (character) =>
    character === "*" ? anyText : character === "?" ? anyCharacter : character,
  );
}
