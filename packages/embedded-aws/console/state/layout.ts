import dagre from "@dagrejs/dagre";
import type { Graph, GraphEdge, GraphNode } from "../../src/console/graph";

export const NODE_WIDTH = 186;
export const NODE_HEIGHT = 60;

export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge extends GraphEdge {
  /** For an SVG path. */
  readonly path: string;
}

export interface PlacedGroup {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly groups: readonly PlacedGroup[];
}

/** Each component is laid out by itself, from left to right, and they stand below each other. */
export function layout({ nodes, edges }: Pick<Graph, "nodes" | "edges">): Layout {
  const groups = Map.groupBy(nodes, ({ group }) => group);
  const placed: { nodes: PlacedNode[]; edges: PlacedEdge[]; groups: PlacedGroup[] } = {
    nodes: [],
    edges: [],
    groups: [],
  };
  let top = 8;
  let width = 0;
  for (const [name, members] of groups) {
    const keys = new Set<string>(members.map(({ key }) => key));
    const own = edges.filter(({ from, to }) => keys.has(from) && keys.has(to));
    const inside = place(members, own, 16, top + 30);
    placed.nodes = placed.nodes.concat(inside.nodes);
    placed.edges = placed.edges.concat(inside.edges);
    placed.groups.push({ name, x: 8, y: top, width: inside.width + 16, height: inside.height + 38 });
    width = Math.max(width, inside.width + 16);
    top += inside.height + 54;
  }
  const at = new Map(placed.nodes.map((node) => [node.key, node]));
  for (const edge of edges) {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    if (from === undefined || to === undefined || from.group === to.group) continue;
    placed.edges.push({ ...edge, path: straight(from, to) });
  }
  return {
    ...placed,
    groups: placed.groups.map((group) => ({ ...group, width })),
    width: width + 16,
    height: top,
  };
}

function place(nodes: readonly GraphNode[], edges: readonly GraphEdge[], left: number, top: number) {
  const plan = new dagre.graphlib.Graph({ multigraph: false });
  plan.setGraph({ rankdir: "LR", nodesep: 16, ranksep: 36, marginx: 0, marginy: 0 });
  plan.setDefaultEdgeLabel(() => ({}));
  for (const { key } of nodes) plan.setNode(key, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { from, to } of edges) plan.setEdge(from, to);
  dagre.layout(plan);
  const { width = 0, height = 0 } = plan.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: nodes.map((node): PlacedNode => {
      const { x, y } = plan.node(node.key) as { x: number; y: number };
      return { ...node, x: x + left, y: y + top };
    }),
    edges: edges.map((edge): PlacedEdge => {
      const { points = [] } = plan.edge(edge.from, edge.to) as { points?: { x: number; y: number }[] };
      return { ...edge, path: smooth(points.map(({ x, y }) => ({ x: x + left, y: y + top }))) };
    }),
  };
}

/** Through the middles of the bends, with the bends for handles. */
function smooth(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return "";
  let path = `M${round(first.x)},${round(first.y)}`;
  for (let index = 0; index < rest.length - 1; index++) {
    const [bend, next] = [rest[index], rest[index + 1]];
    if (bend === undefined || next === undefined) continue;
    path += `Q${round(bend.x)},${round(bend.y)} ${round((bend.x + next.x) / 2)},${round((bend.y + next.y) / 2)}`;
  }
  return `${path}L${round(last.x)},${round(last.y)}`;
}

function straight(from: PlacedNode, to: PlacedNode): string {
  const down = to.y > from.y;
  const [y1, y2] = down
    ? [from.y + NODE_HEIGHT / 2, to.y - NODE_HEIGHT / 2]
    : [from.y - NODE_HEIGHT / 2, to.y + NODE_HEIGHT / 2];
  const middle = (y1 + y2) / 2;
  return `M${round(from.x)},${round(y1)}C${round(from.x)},${round(middle)} ${round(to.x)},${round(middle)} ${round(to.x)},${round(y2)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
