/**
 * Patterns of policies: `*` stands for any text, `?` for one character, `${key}` for a value of the request
 * (`${key, 'default'}` with a fallback), and `${*}`, `${?}`, `${$}` for the characters themselves.
 */

/** A literal character, or one of the two wildcards. */
type Token = string | typeof anyText | typeof anyCharacter;

const anyText = Symbol("*");
const anyCharacter = Symbol("?");

/** The value of a policy variable, or undefined when the request has none. */
export type Variables = (key: string) => string | undefined;

const variable = /\$\{([^}]*)\}/g;

export function hasVariable(pattern: string): boolean {
  return /\$\{[^}*?$]/.test(pattern);
}

/** `pattern` with its variables filled in, or undefined when one has no value: it then matches nothing. */
export function substitute(pattern: string, variables: Variables): string | undefined {
  const values = [...pattern.matchAll(variable)].map(([, content = ""]) => valueOf(content, variables));
  if (values.includes(undefined)) return undefined;
  let next = 0;
  return pattern.replace(variable, () => values[next++] ?? "");
}

function valueOf(content: string, variables: Variables): string | undefined {
  if (content === "*" || content === "?" || content === "$") return content;
  const [, key = content, fallback] = /^([^,]+?)\s*,\s*'([^']*)'$/.exec(content) ?? [];
  return variables(key.trim()) ?? fallback;
}

/** Wildcards in what a variable stands for are ordinary characters. */
function tokenize(pattern: string, variables: Variables): Token[] | undefined {
  const tokens: Token[] = [];
  let from = 0;
  const wildcards = (text: string) => {
    for (const character of text) {
      tokens.push(character === "*" ? anyText : character === "?" ? anyCharacter : character);
    }
  };
  for (const found of pattern.matchAll(variable)) {
    wildcards(pattern.slice(from, found.index));
    const value = valueOf(found[1] ?? "", variables);
    if (value === undefined) return undefined;
    tokens.push(...charactersOf(value));
    from = found.index + found[0].length;
  }
  wildcards(pattern.slice(from));
  return tokens;
}

function charactersOf(text: string): string[] {
  return Array.from(text);
}

/** Whether the whole of `text` matches. Takes time in proportion to both lengths' product at worst. */
export function matchesPattern(pattern: string, text: string, variables: Variables): boolean {
  const tokens = tokenize(pattern, variables);
  return tokens !== undefined && matchesTokens(tokens, charactersOf(text));
}

/**
 * Whether `arn` matches, part by part: a wildcard does not reach over a colon, save in the pattern's last
 * part, which takes the rest (IAM user guide, "Resource element").
 */
export function matchesArn(pattern: string, arn: string, variables: Variables): boolean {
  const tokens = tokenize(pattern, variables);
  if (tokens === undefined) return false;
  const patternParts = splitAtColons(tokens, arnParts);
  const textParts = splitAtColons<Token>(charactersOf(arn), patternParts.length);
  return (
    textParts.length === patternParts.length &&
    patternParts.every((part, index) => matchesTokens(part, textParts[index] ?? []))
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

/** Greedy with one point to return to: the last `*`, which is all a glob needs. */
function matchesTokens(pattern: readonly Token[], text: readonly Token[]): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let starText = 0;
  while (t < text.length) {
    const token = pattern[p];
    if (token === anyText) {
      star = p++;
      starText = t;
    } else if (token !== undefined && (token === anyCharacter || token === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++starText;
    } else {
      return false;
    }
  }
  while (pattern[p] === anyText) p++;
  return p === pattern.length;
}
