import { anyCharacter, anyText, type GlobToken, matchesGlob } from "../glob";

/**
 * Patterns of policies: `*` stands for any text, `?` for one character, `${key}` for a value of the request
 * (`${key, 'default'}` with a fallback), and `${*}`, `${?}`, `${$}` for the characters themselves.
 */

/** The value of a policy variable, or undefined when the request has none. */
export type Variables = (key: string) => string | undefined;

interface Variable {
  readonly content: string;
  readonly start: number;
  readonly end: number;
}

/** Every `${…}` of a pattern; one that is never closed is text. */
function variablesIn(pattern: string): Variable[] {
  const found: Variable[] = [];
  for (let start = pattern.indexOf("${"); start >= 0;) {
    const close = pattern.indexOf("}", start);
    if (close < 0) break;
    found.push({ content: pattern.slice(start + 2, close), start, end: close + 1 });
    start = pattern.indexOf("${", close);
  }
  return found;
}

export function hasVariable(pattern: string): boolean {
  return /\$\{[^}*?$]/.test(pattern);
}

/** `pattern` with its variables filled in, or undefined when one has no value: it then matches nothing. */
export function substitute(pattern: string, variables: Variables): string | undefined {
  let text = "";
  let from = 0;
  for (const { content, start, end } of variablesIn(pattern)) {
    const value = valueOf(content, variables);
    if (value === undefined) return undefined;
    text += pattern.slice(from, start) + value;
    from = end;
  }
  return text + pattern.slice(from);
}

function valueOf(content: string, variables: Variables): string | undefined {
  if (content === "*" || content === "?" || content === "$") return content;
  const comma = content.indexOf(",");
  const quoted = comma < 0 ? "" : content.slice(comma + 1).trim();
  // key, 'default'
  const withDefault = comma > 0 && quoted.length >= 2 && quoted.indexOf("'", 1) === quoted.length - 1;
  if (!withDefault || !quoted.startsWith("'")) return variables(content.trim());
  return variables(content.slice(0, comma).trim()) ?? quoted.slice(1, -1);
}

/** Wildcards in what a variable stands for are ordinary characters. */
function tokenize(pattern: string, variables: Variables): GlobToken[] | undefined {
  const tokens: GlobToken[] = [];
  let from = 0;
  const wildcards = (text: string) => {
    for (const character of text) {
      tokens.push(character === "*" ? anyText : character === "?" ? anyCharacter : character);
    }
  };
  for (const { content, start, end } of variablesIn(pattern)) {
    wildcards(pattern.slice(from, start));
    const value = valueOf(content, variables);
    if (value === undefined) return undefined;
    for (const character of value) tokens.push(character);
    from = end;
  }
  wildcards(pattern.slice(from));
  return tokens;
}

function charactersOf(text: string): string[] {
  return Array.from(text);
}

/** Whether a pattern is but the text that it matches, as most actions and resources of policies are. */
function isPlain(pattern: string): boolean {
  return !/[*?]|\$\{/.test(pattern);
}

/** Whether the whole of `text` matches. For the time that it takes see `matchesGlob`. */
export function matchesPattern(pattern: string, text: string, variables: Variables): boolean {
  if (isPlain(pattern)) return pattern === text;
  const tokens = tokenize(pattern, variables);
  return tokens !== undefined && matchesGlob(tokens, charactersOf(text));
}

/**
 * Whether `arn` matches, part by part: a wildcard does not reach over a colon, save in the pattern's last
 * part, which takes the rest (IAM user guide, "Resource element").
 */
export function matchesArn(pattern: string, arn: string, variables: Variables): boolean {
  if (isPlain(pattern)) return pattern === arn;
  const tokens = tokenize(pattern, variables);
  if (tokens === undefined) return false;
  const patternParts = splitAtColons(tokens, arnParts);
  const textParts = splitAtColons<string>(charactersOf(arn), patternParts.length);
  return (
    textParts.length === patternParts.length &&
    patternParts.every((part, index) => matchesGlob(part, textParts[index] ?? []))
  );
}

/** arn:partition:service:region:account:resource */
const arnParts = 6;

function splitAtColons<T>(tokens: readonly (T | ":")[], most: number): (T | ":")[][] {
  const parts: (T | ":")[][] = [[]];
  for (const token of tokens) {
    if (token === ":" && parts.length < most) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
