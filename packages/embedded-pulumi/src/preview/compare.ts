import { type PropertyChange, propertyChanges } from "../provider/propertyChanges";
import type { PreviewedResource, Snapshot } from "./snapshot";

/** One difference between two previews. */
export type Change =
  | { readonly kind: "created"; readonly resource: PreviewedResource }
  | { readonly kind: "deleted"; readonly resource: PreviewedResource }
  | ResourceChange
  | {
      readonly kind: "configured";
      readonly key: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
    };

export interface ResourceChange {
  /** A replaced resource is deleted and made again: some property cannot be changed in place. */
  readonly kind: "updated" | "replaced";
  /** As it will be. */
  readonly resource: PreviewedResource;
  /** Whether it is protected now, and stays so: Pulumi then refuses to replace it. */
  readonly staysProtected: boolean;
  readonly properties: readonly PropertyChange[];
}

/** What a reviewer must not miss comes first; within a kind, by type and name. */
const ORDER: readonly Change["kind"][] = ["configured", "deleted", "replaced", "updated", "created"];

/** Everything that differs, in an order that does not depend on the order of registration. */
export function comparePreviews(before: Snapshot, after: Snapshot): readonly Change[] {
  const old = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const current = new Set(after.resources.map(({ urn }) => urn));
  const changes = [
    ...configurationChanges(before.config, after.config),
    ...after.resources.flatMap((resource): readonly Change[] => {
      const previous = old.get(resource.urn);
      return previous === undefined ? [{ kind: "created", resource }] : resourceChanges(previous, resource);
    }),
    ...before.resources
      .filter(({ urn }) => !current.has(urn))
      .map((resource): Change => ({ kind: "deleted", resource })),
  ];
  const sortKey = (change: Change) =>
    `${ORDER.indexOf(change.kind)} ${change.kind === "configured" ? change.key : `${change.resource.type} ${change.resource.name}`}`;
  return changes.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function configurationChanges(before: Snapshot["config"], after: Snapshot["config"]): readonly Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((key) => before[key] !== after[key])
    .map((key): Change => ({ kind: "configured", key, before: before[key], after: after[key] }));
}

function resourceChanges(before: PreviewedResource, after: PreviewedResource): readonly Change[] {
  const properties = [...propertyChanges(after.type, before.properties, after.properties)];
  if (before.protect !== after.protect) {
    properties.push({
      path: ["options", "protect"],
      before: before.protect,
      after: after.protect,
      replaces: false,
    });
  }
  if (properties.length === 0) return [];
  const kind = properties.some((change) => change.replaces) ? "replaced" : "updated";
  return [{ kind, resource: after, staysProtected: before.protect && after.protect, properties }];
}
