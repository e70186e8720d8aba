import { notSupported } from "../../../core/errors";
import { checkArity, fillWith, type MathGrid, mathFunctions, otherFunctions } from "./functions";
import { MathError, type MathNode } from "./parse";
import { isList, lift, type MathSeries, type MathValue, operate } from "./values";

/** What an expression sees: the other queries by their ids, and those of them that are metrics. */
export interface MathScope {
  readonly grid: MathGrid;
  readonly valueOf: (id: string) => MathValue;
  /** Ids of the metrics, without expressions, in the order of the request. */
  readonly metricIds: readonly string[];
  /** Is told of the datapoints that each step reads; may throw. */
  readonly spend: (datapoints: number) => void;
}

/** @throws MathError; AwsError for a function that is not supported. */
export function evaluateMath(node: MathNode, scope: MathScope): MathValue {
  const value = evaluateNode(node, scope);
  scope.spend(sizeOf(value));
  return value;
}

function evaluateNode(node: MathNode, scope: MathScope): MathValue {
  const evaluate = (inner: MathNode) => evaluateMath(inner, scope);
  switch (node.kind) {
    case "number":
      return node.value;
    case "reference":
      return scope.valueOf(node.id);
    case "negation":
      return lift(evaluate(node.of), (value) => -value);
    case "operation":
      return operate(node.operator, evaluate(node.left), evaluate(node.right));
    case "list":
      return node.items.flatMap((item) => seriesIn(evaluate(item)));
    case "call":
      return call(node.name, node.given, scope);
    case "text":
    case "word":
      throw new MathError(
        `"${node.kind === "text" ? node.value : node.name}" can stand only in METRICS or FILL`,
      );
  }
}

function call(name: string, given: readonly MathNode[], scope: MathScope): MathValue {
  if (name === "METRICS") {
    const [filter, ...more] = given;
    if (more.length > 0 || (filter !== undefined && filter.kind !== "text"))
      throw new MathError("METRICS: expected no argument or a text in quotes");
    const wanted = filter?.value ?? "";
    return scope.metricIds.filter((id) => id.includes(wanted)).flatMap((id) => seriesIn(scope.valueOf(id)));
  }
  if (name === "FILL") {
    const [value, how, ...more] = given;
    if (value === undefined || how === undefined || more.length > 0)
      throw new MathError(`FILL: got ${given.length} argument(s); expected 2`);
    const word = how.kind === "word" ? (how.name as "REPEAT" | "LINEAR") : undefined;
    return fillWith(evaluateMath(value, scope), word ?? evaluateMath(how, scope));
  }
  const found = mathFunctions.get(name);
  if (found === undefined) {
    if (otherFunctions.includes(name)) throw notSupported(`The function ${name} of metric math`);
    throw new MathError(`Unknown function "${name}"`);
  }
  checkArity(name, found, given.length);
  return found.apply(
    given.map((inner) => evaluateMath(inner, scope)),
    scope.grid,
  );
}

function seriesIn(value: MathValue): readonly MathSeries[] {
  if (typeof value === "number") throw new MathError("A list holds metrics; got 'Scalar'");
  return isList(value) ? value : [value];
}

function sizeOf(value: MathValue): number {
  if (typeof value === "number") return 1;
  return isList(value) ? value.reduce((sum, { values }) => sum + values.size, 1) : value.values.size + 1;
}

/** The ids that an expression names, and whether it takes all metrics. */
export function namesIn(node: MathNode): { readonly ids: ReadonlySet<string>; readonly metrics: boolean } {
  const ids = new Set<string>();
  let metrics = false;
  const waiting: MathNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === "reference") ids.add(next.id);
    else if (next.kind === "negation") waiting.push(next.of);
    else if (next.kind === "operation") waiting.push(next.left, next.right);
    else if (next.kind === "list") for (const item of next.items) waiting.push(item);
    else if (next.kind === "call") {
      if (next.name === "METRICS") metrics = true;
      for (const inner of next.given) waiting.push(inner);
    }
  }
  return { ids, metrics };
}
