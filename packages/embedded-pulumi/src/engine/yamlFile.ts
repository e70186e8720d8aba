import { readFileSync } from "node:fs";
import path from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import { decodeText } from "./decodeText";
import { ProjectError } from "./projectError";

/** A YAML file as plain data that remembers where each part stands. */
export interface YamlFile {
  /** "Pulumi.dev.yaml" */
  readonly name: string;
  /** Undefined when the file is empty, or holds only comments. */
  readonly content: unknown;
  /** "Pulumi.dev.yaml:3:5": the line and column of the key or element at `path`, or of the nearest part around it. */
  at(path: readonly (string | number)[]): string;
}

/** Far more than any project file; what is longer is another kind of file. */
const LARGEST_BYTES = 1024 * 1024;
/** How often one anchor may be used, its own aliases counted: beyond that a small file could fill the memory. */
const MOST_ALIASES = 100;

/** Faults that are told of one by one. */
const FAULTS_SHOWN = 50;
/** No configuration is nested so deeply; what is takes the parser seconds, or its stack. */
const DEEPEST = 100;

/** By file: a start reads the project's file for its stacks, and again for itself. */
const parsed = new Map<string, { readonly text: string; readonly content: YamlFile }>();
const MOST_PARSED = 8;

/** Reads a YAML file. Throws `ProjectError` that lists everything wrong with it, with line and column. */
export function readYamlFile(file: string): YamlFile {
  const name = path.basename(file);
  const text = readText(file, name);
  const known = parsed.get(file);
  if (known?.text === text) return known.content;
  const content = parseYaml(name, text);
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(file, { text, content });
  return content;
}

function parseYaml(name: string, text: string): YamlFile {
  if (isTooDeep(text))
    throw new ProjectError(
      `${name} is nested deeper than ${DEEPEST} levels; expected the settings of a project`,
    );
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
    const faults = [...document.errors, ...document.warnings].map(
      ({ pos, message }) => `${place(pos[0])}: ${message}`,
    );
    // What does not parse can mean anything.
    const problems =
      faults.length > 0 ? faults : [...circles(document, place), ...ambiguities(document, place)];
    const shown = problems.slice(0, FAULTS_SHOWN);
    if (problems.length > FAULTS_SHOWN) shown.push(`… and ${problems.length - FAULTS_SHOWN} more`);
    if (shown.length > 0) throw new ProjectError(`${name} is not valid YAML:\n  ${shown.join("\n  ")}`);
    return {
      name,
      content: document.toJS({ maxAliasCount: MOST_ALIASES }) ?? undefined,
      at: (keys) => place(offsetOf(document, keys)),
    };
  } catch (error) {
    if (error instanceof ProjectError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProjectError(
      reason.includes("alias count")
        ? `${name} repeats its anchors more than ${MOST_ALIASES} times; write the values out`
        : `${name} is not valid YAML: ${reason}`,
    );
  }
}

/**
 * Whether brackets, the marks of lists on one line, or lines by their indentation are nested deeply. By tokens, since those
 * need no stack.
 */
function isTooDeep(text: string): boolean {
  let brackets = 0;
  let marks = 0;
  /** How far the lines are indented that the present one lies in. */
  const around: number[] = [];
  let indentation: number | undefined = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") brackets++;
    else if (token === "]" || token === "}") brackets--;
    else if (token === "-" || token === "?") marks++;
    else if (token === "\n") marks = 0;
    if (token === "\n") indentation = 0;
    else if (indentation !== undefined && /^ +$/.test(token)) indentation += token.length;
    else if (indentation !== undefined && !token.startsWith("#")) {
      while ((around.at(-1) ?? -1) >= indentation) around.pop();
      around.push(indentation);
      indentation = undefined;
    }
    if (brackets > DEEPEST || marks > DEEPEST + brackets || around.length > DEEPEST) return true;
  }
  return false;
}

function readText(file: string, name: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new ProjectError(
      `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (bytes.length > LARGEST_BYTES)
    throw new ProjectError(`${name} has ${bytes.length} bytes; expected at most ${LARGEST_BYTES}`);
  const decoded = decodeText(bytes);
  if ("problem" in decoded) throw new ProjectError(`${name}:1:1: ${decoded.problem}`);
  return decoded.text;
}

/** Aliases that stand inside of what they name. */
function circles(document: Document, place: (offset: number) => string): string[] {
  const problems: string[] = [];
  visit(document, {
    Alias: (_key, alias, ancestors) => {
      const named = alias.resolve(document);
      if (named !== undefined && ancestors.includes(named))
        problems.push(`${place(alias.range?.[0] ?? 0)}: the alias *${alias.source} contains itself`);
    },
  });
  return problems;
}

/** What a plain scalar is to YAML 1.1, which Pulumi reads, when it is something else to YAML 1.2, or has no safe reading. */
const AMBIGUOUS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^(?:y|yes|on|n|no|off)$/i, "is a boolean to some readers and a text to others: write true or false"],
  [/^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/, "is a date to some readers and a text to others"],
  [/^[-+]?0[0-9_]+$/, "is an octal number to some readers and a decimal one to others"],
  [/^[-+]?[0-9][0-9_]*_[0-9_]*$/, "is a number to some readers and a text to others"],
  [/^[-+]?0b[01_]+$/, "is a number to some readers and a text to others"],
  [/^[-+]?[0-9]+(?::[0-5]?[0-9])+$/, "is a number to some readers and a text to others"],
  [/^[-+]?\.(?:inf|nan)$/i, "is no number that configuration can hold"],
];

function ambiguities(document: Document, place: (offset: number) => string): string[] {
  const problems: string[] = [];
  visit(document, {
    Scalar: (role, { type, source, value, range }) => {
      // Keys are texts to every reader.
      if (role === "key" || type !== "PLAIN" || source === undefined) return;
      const lost = typeof value === "number" && /^[-+]?\d+$/.test(source) && !Number.isSafeInteger(value);
      const what = lost
        ? "is too large a number to keep its digits"
        : AMBIGUOUS.find(([pattern]) => pattern.test(source))?.[1];
      if (what !== undefined)
        problems.push(`${place(range?.[0] ?? 0)}: ${source} ${what}, or quote it: "${source}"`);
    },
  });
  return problems;
}

function offsetOf(document: Document, keys: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const key of keys) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return offset;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as { range?: readonly number[] } | undefined)?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
