/** No order is nested so deeply; what is would exhaust the stack of whoever walks it. */
const DEEPEST = 100;
/** Members that are told of; more of them make nothing clearer. */
const MOST_REPEATED = 20;

export type OrderJson =
  | { readonly kind: "value"; readonly value: unknown }
  /** RFC 8259 knows no such text. */
  | { readonly kind: "notJson" }
  | { readonly kind: "tooDeep"; readonly expected: string }
  /** Readers of JSON disagree on which of two counts: the members that an order says twice, as "items.0.sku". */
  | { readonly kind: "repeated"; readonly fields: readonly string[] };

/**
 * Reads a stranger's JSON. Never throws; takes time and memory in proportion to the text, however it is nested.
 *
 * @param known the names that mean something in an order and in its items; others may be repeated as they like.
 */
export function readOrderJson(text: string, known: ReadonlySet<string>): OrderJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "notJson" };
  }
  // A text as `JSON.stringify` makes it says nothing that its value does not say; most are such texts, and this is cheap.
  // Stryker disable next-line ConditionalExpression: looked at more closely, such a text is found to be the same.
  if (!isDeeper(value, DEEPEST) && JSON.stringify(value) === text) return { kind: "value", value };
  const { deepest, repeated } = structureOf(text, known);
  if (deepest > DEEPEST) return { kind: "tooDeep", expected: `JSON nested at most ${DEEPEST} levels deep` };
  return repeated.size > 0 ? { kind: "repeated", fields: [...repeated] } : { kind: "value", value };
}

// Stryker disable ConditionalExpression,BooleanLiteral,EqualityOperator: what is taken for deeper is looked at more closely.
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
// Stryker restore ConditionalExpression,BooleanLiteral,EqualityOperator

/** An object or list of the text that has not ended yet. */
interface Open {
  /** "" for the order, "items" for its list, "items.0" for one of them. */
  readonly path: string;
  /** Of an object: the known names met so far. */
  readonly names: Set<string>;
  /** The member, or the place in the list, that is being read. */
  at: string | number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What `JSON.parse` does not tell of a text that it has taken: how deep it is, and which members were overwritten. */
function structureOf(text: string, known: ReadonlySet<string>) {
  const repeated = new Set<string>();
  // What lies deeper than items is counted, and looked at no closer.
  const open: Open[] = [];
  let depth = 0;
  let deepest = 0;
  // Stryker disable next-line EqualityOperator: behind the last character there is none.
  for (let offset = 0; offset < text.length; offset++) {
    const around = depth === open.length ? open.at(-1) : undefined;
    switch (text.charAt(offset)) {
      case "{":
      case "[":
        // Stryker disable next-line ConditionalExpression: of what lies deeper nothing is an order's; this spares the look.
        if (around !== undefined || depth === 0) {
          const path = around === undefined ? "" : pathIn(around);
          if (isOrders(open)) open.push({ path, names: new Set(), at: text[offset] === "[" ? 0 : "" });
        }
        deepest = Math.max(deepest, ++depth);
        break;
      case "}":
      case "]":
        if (depth-- === open.length) open.pop();
        break;
      case ",":
        if (typeof around?.at === "number") around.at++;
        break;
      case '"': {
        const end = endOfString(text, offset);
        if (typeof around?.at === "string" && isName(text, end)) {
          const name = JSON.parse(text.slice(offset, end + 1)) as string;
          around.at = name;
          if (around.names.has(name) && repeated.size < MOST_REPEATED) repeated.add(pathIn(around));
          if (known.has(name)) around.names.add(name);
        }
        offset = end;
      }
    }
  }
  return { deepest, repeated };
}

function pathIn({ path, at }: Open): string {
  return path === "" ? String(at) : `${path}.${at}`;
}

/** Whether what begins now is the order, its list of items, or one of them. By place: a name may hold a dot. */
function isOrders(open: readonly Open[]): boolean {
  const at = open.at(-1)?.at;
  return (
    open.length === 0 || (open.length === 1 ? at === "items" : open.length === 2 && typeof at === "number")
  );
}

/** The place of the quote that ends the string that begins at `start`: there is one, for `JSON.parse` has taken it. */
function endOfString(text: string, start: number): number {
  let offset = start + 1;
  for (; text.charCodeAt(offset) !== QUOTE; offset++) if (text.charCodeAt(offset) === BACKSLASH) offset++;
  return offset;
}

/** Whether the string that ends at `end` names a member. */
function isName(text: string, end: number): boolean {
  let offset = end + 1;
  while (text[offset] === " " || text[offset] === "\n" || text[offset] === "\r" || text[offset] === "\t")
    offset++;
  return text[offset] === ":";
}
