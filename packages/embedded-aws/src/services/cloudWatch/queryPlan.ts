import { AwsError } from "../../core/errors";
import { isInsightsQuery, parseInsightsQuery } from "./insightsQuery";
import { namesIn } from "./metricMath/evaluate";
import { MathError, type MathNode, parseMath } from "./metricMath/parse";
import type { QueryPlan, QueryPlans, Series, Source } from "./series";
import { type MetricDataQuery, missing } from "./shapes";

/** Reads the queries of one request, which may name each other. @throws AwsError for what does not hold together. */
export function planQueries(queries: readonly MetricDataQuery[]): QueryPlans {
  const byId = new Map<string, MetricDataQuery>();
  for (const query of queries) {
    if (byId.has(query.Id))
      throw invalid(`The values for parameter id in MetricDataQueries are not unique: ${query.Id}`);
    byId.set(query.Id, query);
  }
  const plans = new Map<string, QueryPlan>();
  const nodes = new Map<string, MathNode>();
  for (const query of queries) {
    const source = sourceOf(query);
    if (source !== undefined) plans.set(query.Id, { kind: "source", source });
    else
      nodes.set(
        query.Id,
        explained(query.Id, () => parseMath(query.Expression ?? "")),
      );
  }
  const sourceIds = [...plans.keys()];
  const reach = reachOf(nodes, new Set(sourceIds));
  /** Seconds: what the query asks for, or the longest of those that it names. */
  const periodOf = (id: string): number | undefined => {
    const plan = plans.get(id);
    if (plan !== undefined) return plan.kind === "source" ? plan.source.period : plan.period;
    const node = nodes.get(id);
    if (node === undefined) return undefined;
    const { ids, metrics } = namesIn(node);
    const periods = [...ids, ...(metrics ? sourceIds : [])].map((name) => periodOf(name) ?? 0);
    const longest = periods.reduce((x, y) => Math.max(x, y), 0);
    const period = byId.get(id)?.Period ?? (longest === 0 ? undefined : longest);
    plans.set(id, { kind: "expression", node, sources: reach.get(id) ?? [], period });
    return period;
  };
  for (const id of nodes.keys()) periodOf(id);
  return new Map(
    queries.flatMap(({ Id }) => {
      const plan = plans.get(Id);
      return plan === undefined ? [] : [[Id, plan] as const];
    }),
  );
}

/** The series that one query of a plan stands for. */
export function plannedSeries(id: string, plans: QueryPlans): Series {
  const plan = plans.get(id);
  if (plan === undefined) throw invalid(`There is no metric query ${id}`);
  if (plan.kind === "source") return plan.source;
  if (plan.period === undefined) {
    throw invalid(
      `Metric query ${id}: Period: got none; expected the seconds that one datapoint of the expression covers`,
    );
  }
  return { kind: "expression", id, period: plan.period, plans };
}

/** What `run` finds wrong with an expression, in CloudWatch's words. */
export function explained<T>(id: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof MathError)) throw cause;
    throw invalid(`Error in expression '${id}' [${cause.message}]`);
  }
}

/** Of each expression the metrics that it rests on, by way of other expressions too; throws for a circle. */
function reachOf(
  nodes: ReadonlyMap<string, MathNode>,
  sources: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const done = new Map<string, ReadonlySet<string>>();
  const open = new Set<string>();
  const visit = (id: string, from: string): ReadonlySet<string> => {
    if (sources.has(id)) return new Set([id]);
    const known = done.get(id);
    if (known !== undefined) return known;
    const node = nodes.get(id);
    if (node === undefined)
      throw invalid(`Error in expression '${from}' [there is no metric query "${id}" in the request]`);
    if (open.has(id)) throw invalid(`Error in expression '${id}' [it refers to itself]`);
    open.add(id);
    const names = namesIn(node);
    const found = new Set<string>(names.metrics ? sources : []);
    for (const name of names.ids) for (const source of visit(name, id)) found.add(source);
    open.delete(id);
    done.set(id, found);
    return found;
  };
  return new Map([...nodes.keys()].map((id) => [id, [...visit(id, id)]]));
}

/** What a query reads; undefined for one that reckons with others. */
function sourceOf(query: MetricDataQuery): Source | undefined {
  const { Id, MetricStat: metricStat, Expression: expression } = query;
  if (metricStat !== undefined && expression === undefined) {
    const { Namespace: namespace, MetricName: name, Dimensions: dimensions = [] } = metricStat.Metric;
    if (namespace === undefined) throw missing("MetricStat.Metric.Namespace");
    if (name === undefined) throw missing("MetricStat.Metric.MetricName");
    return {
      kind: "metric",
      metric: { namespace, name, dimensions },
      unit: metricStat.Unit,
      period: metricStat.Period,
      stat: metricStat.Stat,
    };
  }
  if (metricStat !== undefined || expression === undefined) {
    throw invalid(`Metric query ${Id}: expected exactly one of MetricStat and Expression`);
  }
  if (!isInsightsQuery(expression)) return undefined;
  if (query.Period === undefined) {
    throw invalid(
      `Metric query ${Id}: Period: got none; expected the seconds that one datapoint of the expression covers`,
    );
  }
  const parsed = parseInsightsQuery(expression);
  return { kind: "insights", query: parsed, period: query.Period, stat: parsed.statistic };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
