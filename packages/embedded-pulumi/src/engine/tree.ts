import type { RegisteredResource } from "./state";
import { displayMap, type Wire } from "./values";
import { largest } from "embedded-aws/support";

/** A resource and its children, as a preview shows them; fit for JSON. */
export interface TreeNode {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** A preview is held against nothing, so every resource is created. */
  readonly plan: "create";
  /** Secrets and unknowns stand as `[secret]` and `[unknown]`. */
  readonly inputs: Readonly<Record<string, Wire>>;
  readonly children: readonly TreeNode[];
}

/** The resources as a tree; siblings by type and name, so that two runs of one program give one tree. */
export function resourceTree(resources: readonly RegisteredResource[]): readonly TreeNode[] {
  const known = new Set(resources.map((resource) => resource.urn));
  const byParent = Map.groupBy(resources, ({ parent }) =>
    parent !== undefined && known.has(parent) ? parent : "",
  );
  const nodesOf = (parent: string): TreeNode[] =>
    (byParent.get(parent) ?? [])
      .map((resource): TreeNode => ({
        urn: resource.urn,
        type: resource.type,
        name: resource.name,
        plan: "create",
        inputs: displayMap(resource.inputs),
        children: nodesOf(resource.urn),
      }))
      .sort((a, b) => compare(a.type, b.type) || compare(a.name, b.name));
  return nodesOf("");
}

/** By code unit: the same on every machine, whatever its locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** "aws:sqs:Queue" for "aws:sqs/queue:Queue", as Pulumi shows types. */
export function displayType(type: string): string {
  const [pkg, module, name] = type.split(":");
  return module === undefined || name === undefined ? type : [pkg, module.split("/")[0], name].join(":");
}

/** The tree as `pulumi preview` prints it: one line a resource, in columns. */
export function formatTree(nodes: readonly TreeNode[]): string {
  const rows = [["", "Type", "Name", "Plan"], ...rowsOf(nodes, "")];
  const widths = [0, 1, 2].map((column) => largest(rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function rowsOf(nodes: readonly TreeNode[], indent: string, root = true): string[][] {
  return nodes.flatMap((node, index) => {
    const last = index === nodes.length - 1;
    const branch = root ? "" : last ? "└─ " : "├─ ";
    const below = root ? "" : last ? "   " : "│  ";
    return [
      ["+", `${indent}${branch}${displayType(node.type)}`, node.name, node.plan],
      ...rowsOf(node.children, indent + below, false),
    ];
  });
}
