import { AwsError, notSupported } from "../../core/errors";
import { ALARM_STATES, type AlarmStateValue } from "./evaluateAlarm";

/** The rule of a composite alarm. Source: CloudWatch API reference, PutCompositeAlarm, "AlarmRule". */
export type CompositeRule =
  | { readonly kind: "constant"; readonly value: boolean }
  /** By the alarm's name. */
  | { readonly kind: "state"; readonly state: AlarmStateValue; readonly alarm: string }
  | { readonly kind: "not"; readonly of: CompositeRule }
  | { readonly kind: "and" | "or"; readonly parts: readonly CompositeRule[] };

/** PutCompositeAlarm: "up to 100 children", "a maximum of 500 elements". */
const MOST_CHILDREN = 100;
const MOST_ELEMENTS = 500;
/** Parentheses within each other. */
const DEEPEST = 50;

const TOKEN = /\s*(?:([A-Z_]+)\s*\(\s*(?:"([^"]+)"|'([^']+)'|([^\s()"']+))\s*\)|([A-Za-z_]+)|([()]))/y;

type Token =
  | { readonly kind: "state"; readonly state: string; readonly alarm: string; readonly text: string }
  | { readonly kind: "word"; readonly text: string };

const KEYWORDS = ["AND", "OR", "NOT"];

/** In proportion to the text's length. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    const [whole = "", state, double, single, bare, word, mark] = match ?? [];
    if (match === null) throw invalid(`cannot read "${text.slice(at).trim()}"`);
    if (state !== undefined && (KEYWORDS.includes(state) || state.startsWith("AT_LEAST"))) {
      // NOT (TRUE): what stands in the parentheses is a rule of its own.
      if (state.startsWith("AT_LEAST")) throw notSupported("AT_LEAST in an AlarmRule");
      tokens.push({ kind: "word", text: state });
      TOKEN.lastIndex = at + whole.indexOf("(");
    } else if (state !== undefined) {
      tokens.push({ kind: "state", state, alarm: double ?? single ?? bare ?? "", text: whole.trim() });
    } else tokens.push({ kind: "word", text: word ?? mark ?? "" });
  }
  return tokens;
}

/** @throws AwsError for what is no rule; alarms may be named by their ARNs. */
export function parseCompositeRule(text: string, arnPrefix: string): CompositeRule {
  if (/\bAT_LEAST\s*\(/.test(text)) throw notSupported("AT_LEAST in an AlarmRule");
  const tokens = tokensOf(text);
  if (tokens.length > MOST_ELEMENTS)
    throw invalid(`it has ${tokens.length} elements; expected at most ${MOST_ELEMENTS}`);
  let next = 0;
  let depth = 0;
  const isNext = (word: string) => {
    const token = tokens[next];
    return token?.kind === "word" && token.text === word;
  };
  const fail = (expected: string) =>
    invalid(
      `got ${tokens[next] === undefined ? "the end" : `"${tokens[next]?.text ?? ""}"`}; expected ${expected}`,
    );

  const joined = (word: "AND" | "OR", part: () => CompositeRule): CompositeRule => {
    const first = part();
    const parts = [first];
    while (isNext(word)) {
      next++;
      parts.push(part());
    }
    return parts.length === 1 ? first : { kind: word === "AND" ? "and" : "or", parts };
  };
  const either = (): CompositeRule => joined("OR", () => joined("AND", one));
  const one = (): CompositeRule => {
    let negated = false;
    for (; isNext("NOT"); next++) negated = !negated;
    const rule = atom();
    return negated ? { kind: "not", of: rule } : rule;
  };
  const atom = (): CompositeRule => {
    const token = tokens[next];
    if (token?.kind === "state") {
      const state = ALARM_STATES.find((known) => known === token.state);
      if (state === undefined) throw fail(ALARM_STATES.map((known) => `${known}("alarm")`).join(", "));
      next++;
      return { kind: "state", state, alarm: nameIn(token.alarm, arnPrefix) };
    }
    if (token?.text === "TRUE" || token?.text === "FALSE") {
      next++;
      return { kind: "constant", value: token.text === "TRUE" };
    }
    if (!isNext("(")) throw fail('ALARM("alarm"), OK, INSUFFICIENT_DATA, TRUE, FALSE, NOT or "("');
    next++;
    if (++depth > DEEPEST) throw invalid(`parentheses are nested more than ${DEEPEST} deep`);
    const inner = either();
    depth--;
    if (!isNext(")")) throw fail('")"');
    next++;
    return inner;
  };

  const rule = either();
  if (next < tokens.length) throw fail("AND, OR or the end");
  const children = childrenOf(rule).size;
  if (children > MOST_CHILDREN)
    throw invalid(`it names ${children} alarms; expected at most ${MOST_CHILDREN}`);
  return rule;
}

/** The ARN of another region's or account's alarm is the name of none. */
function nameIn(nameOrArn: string, arnPrefix: string): string {
  return nameOrArn.startsWith(arnPrefix) ? nameOrArn.slice(arnPrefix.length) : nameOrArn;
}

/** The names of the alarms that a rule looks at. */
export function childrenOf(rule: CompositeRule): ReadonlySet<string> {
  switch (rule.kind) {
    case "constant":
      return new Set();
    case "state":
      return new Set([rule.alarm]);
    case "not":
      return childrenOf(rule.of);
    case "and":
    case "or":
      return new Set(rule.parts.flatMap((part) => [...childrenOf(part)]));
  }
}

export function ruleHolds(
  rule: CompositeRule,
  stateOf: (alarm: string) => AlarmStateValue | undefined,
): boolean {
  switch (rule.kind) {
    case "constant":
      return rule.value;
    case "state":
      return stateOf(rule.alarm) === rule.state;
    case "not":
      return !ruleHolds(rule.of, stateOf);
    case "and":
      return rule.parts.every((part) => ruleHolds(part, stateOf));
    case "or":
      return rule.parts.some((part) => ruleHolds(part, stateOf));
  }
}

function invalid(reason: string): AwsError {
  return new AwsError("ValidationException", `Invalid AlarmRule: ${reason}`);
}
