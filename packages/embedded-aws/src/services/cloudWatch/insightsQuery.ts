import { AwsError } from "../../core/errors";
import type { SimpleStatistic } from "./statistics";

/** A Metrics Insights query of the kind that aggregates one metric over all resources with given labels. */
export interface InsightsQuery {
  readonly statistic: SimpleStatistic;
  readonly metricName: string;
  readonly namespace: string;
  /** The exact dimensions of `SCHEMA(namespace, …)`; undefined when `FROM` names the namespace alone. */
  readonly schema?: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly kind: "dimension" | "tag";
  readonly name: string;
  readonly value: string;
}

const FUNCTIONS: Readonly<Record<string, SimpleStatistic>> = {
  AVG: "Average",
  COUNT: "SampleCount",
  MAX: "Maximum",
  MIN: "Minimum",
  SUM: "Sum",
};

const SUPPORTED =
  "SELECT AVG|COUNT|MAX|MIN|SUM(metric) FROM SCHEMA(\"namespace\", dimension, …) [WHERE tag.key|dimension = 'value' [AND …]]";

const TOKEN = /\s*(?:"([^"]+)"|'((?:[^']|'')*)'|([A-Za-z_][\w:/-]*)|([(),.=]))/y;

interface Token {
  readonly kind: "identifier" | "text" | "word" | "mark";
  readonly text: string;
}

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  const end = query.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(query);
    if (match === null) throw refusal(query, `cannot read "${query.slice(at).trim()}"`);
    const [, identifier, text, word, mark] = match;
    if (identifier !== undefined) tokens.push({ kind: "identifier", text: identifier });
    else if (text !== undefined) tokens.push({ kind: "text", text: text.replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "mark", text: mark ?? "" });
  }
  return tokens;
}

function refusal(query: string, reason: string): AwsError {
  return new AwsError(
    "ValidationException",
    `Metrics Insights query "${query}": ${reason}; the embedded cloud supports ${SUPPORTED}`,
  );
}

export function isInsightsQuery(expression: string): boolean {
  return /^\s*SELECT\s/i.test(expression);
}

/** Throws `ValidationException`, with what was not understood, for anything beyond the supported form. */
export function parseInsightsQuery(query: string): InsightsQuery {
  const tokens = tokensOf(query);
  let at = 0;

  const fail = (expected: string) => {
    const got = tokens[at];
    return refusal(query, `got ${got === undefined ? "the end" : `"${got.text}"`}; expected ${expected}`);
  };
  const isKeyword = (keyword: string) => {
    const token = tokens[at];
    return token?.kind === "word" && token.text.toUpperCase() === keyword;
  };
  const keyword = (name: string) => {
    if (!isKeyword(name)) throw fail(name);
    at++;
  };
  const isMark = (text: string) => {
    const token = tokens[at];
    return token?.kind === "mark" && token.text === text;
  };
  const mark = (text: string) => {
    if (!isMark(text)) throw fail(`"${text}"`);
    at++;
  };
  const name = (what: string) => {
    const token = tokens[at];
    if (token?.kind !== "word" && token?.kind !== "identifier") throw fail(what);
    at++;
    return token.text;
  };
  const condition = (): Condition => {
    let label = name("a dimension or tag.key");
    let kind: Condition["kind"] = "dimension";
    if (label === "tag" && isMark(".")) {
      at++;
      kind = "tag";
      label = name("a tag's key");
    }
    mark("=");
    const token = tokens[at];
    if (token?.kind !== "text") throw fail("a value in single quotes");
    at++;
    return { kind, name: label, value: token.text };
  };

  keyword("SELECT");
  const statistic = FUNCTIONS[name("a function").toUpperCase()];
  if (statistic === undefined) {
    at--;
    throw fail(Object.keys(FUNCTIONS).join(", "));
  }
  mark("(");
  const metricName = name("a metric's name");
  mark(")");
  keyword("FROM");
  let namespace: string;
  let schema: string[] | undefined;
  if (isKeyword("SCHEMA")) {
    at++;
    mark("(");
    namespace = name("a namespace");
    schema = [];
    while (isMark(",")) {
      at++;
      schema.push(name("a dimension"));
    }
    mark(")");
  } else {
    namespace = name("a namespace");
  }
  const conditions: Condition[] = [];
  if (isKeyword("WHERE")) {
    do {
      at++;
      conditions.push(condition());
    } while (isKeyword("AND"));
  }
  if (at < tokens.length) throw fail("the end");
  return { statistic, metricName, namespace, conditions, ...(schema === undefined ? {} : { schema }) };
}
