import type * as pulumi from "@pulumi/pulumi";
import type { Metric } from "./metrics";

/** A row of the dashboard: a question of the person on call, and the graphs that answer it. */
export interface Section {
  readonly title: string;
  /** One to 24 of them, side by side. */
  readonly graphs: readonly Graph[];
}

export type Statistic = "Sum" | "Maximum" | "p99";

export type Graph =
  | {
      readonly title: string;
      /** Of the vertical axis: "per minute". */
      readonly unit: string;
      readonly stat: Statistic;
      readonly lines: readonly Line[];
    }
  /** The metric of an alarm, with its threshold. */
  | { readonly title: string; readonly alarmArn: pulumi.Input<string> };

export interface Line {
  readonly label: string;
  readonly metric: Metric;
  /** By default the graph's. */
  readonly stat?: Statistic;
}

export interface DashboardContent {
  readonly title: string;
  readonly region: pulumi.Input<string>;
  readonly alarmArns: readonly pulumi.Input<string>[];
  readonly sections: readonly Section[];
}

/** CloudWatch's grid is 24 columns wide; a unit of height is about 50 pixels. */
const COLUMNS = 24;
const HEADER_HEIGHT = 2;
const ALARMS_HEIGHT = 3;
const TITLE_HEIGHT = 1;
const GRAPH_HEIGHT = 6;

/** The body of a dashboard as `PutDashboard` takes it: a header, the state of every alarm, then the sections. */
export function dashboardBody({ title, region, alarmArns, sections }: DashboardContent): object {
  const widgets: object[] = [
    text(0, `# ${title}\nWhat each alarm means and what to do: docs/RUNBOOK.md`, HEADER_HEIGHT),
    {
      type: "alarm",
      x: 0,
      y: HEADER_HEIGHT,
      width: COLUMNS,
      height: ALARMS_HEIGHT,
      properties: { title: "Alarms", alarms: alarmArns },
    },
  ];
  let y = HEADER_HEIGHT + ALARMS_HEIGHT;
  for (const section of sections) {
    widgets.push(text(y, `## ${section.title}`, TITLE_HEIGHT));
    // The grid has whole columns only: where they cannot be shared out evenly, some graphs have one more.
    const edge = (index: number) => Math.floor((index * COLUMNS) / section.graphs.length);
    section.graphs.forEach((graph, index) => {
      widgets.push({
        type: "metric",
        x: edge(index),
        y: y + TITLE_HEIGHT,
        width: edge(index + 1) - edge(index),
        height: GRAPH_HEIGHT,
        properties: { title: graph.title, region, view: "timeSeries", ...graphProperties(graph) },
      });
    });
    y += TITLE_HEIGHT + GRAPH_HEIGHT;
  }
  return { widgets };
}

function text(y: number, markdown: string, height: number): object {
  return { type: "text", x: 0, y, width: COLUMNS, height, properties: { markdown } };
}

function graphProperties(graph: Graph): object {
  if ("alarmArn" in graph) return { annotations: { alarms: [graph.alarmArn] } };
  return {
    stat: graph.stat,
    period: 60,
    yAxis: { left: { label: graph.unit, min: 0, showUnits: false } },
    metrics: graph.lines.map(({ label, metric, stat }) => [
      metric.namespace,
      metric.name,
      ...Object.entries(metric.dimensions).flat(),
      { label, ...(stat === undefined ? {} : { stat }) },
    ]),
  };
}
