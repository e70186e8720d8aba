import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import { createUrn } from "./state";

/** Another identity that a resource had: its URN, or what differs from the present one. */
export type AliasSpec =
  | { readonly urn: string }
  | {
      readonly name?: string;
      readonly type?: string;
      readonly stack?: string;
      readonly project?: string;
      /** Another parent; null for none. Left out: the present one. */
      readonly parent?: string | null;
    };

export function readAlias(alias: Alias): AliasSpec {
  const spec = alias.getSpec();
  if (spec === undefined) return { urn: alias.getUrn() };
  const given = (text: string) => (text === "" ? undefined : text);
  return {
    ...defined({
      name: given(spec.getName()),
      type: given(spec.getType()),
      stack: given(spec.getStack()),
      project: given(spec.getProject()),
    }),
    ...(spec.getNoparent() ? { parent: null } : defined({ parent: given(spec.getParenturn()) })),
  };
}

export interface Identity {
  readonly stack: string;
  readonly project: string;
  /** The parent's URN; the stack's for what has none of its own. */
  readonly parent: string | undefined;
  readonly type: string;
  readonly name: string;
}

/**
 * Every URN that a resource may have had: those of its aliases, each also below the URNs that its parent has had. A
 * child whose name begins with its parent's had the parent's former name there: Pulumi's rule.
 */
export function formerUrns(
  identity: Identity,
  aliases: readonly AliasSpec[],
  stackUrn: string | undefined,
  formerParents: readonly string[],
): readonly string[] {
  const specs = [{}, ...aliases];
  const own = aliases.map((alias) => urnOf(identity, alias, stackUrn));
  const inherited = formerParents.flatMap((former) =>
    specs.flatMap((alias) => {
      if ("urn" in alias || "parent" in alias) return [];
      const [now, then] = [nameOf(identity.parent ?? ""), nameOf(former)];
      const given = alias.name ?? identity.name;
      const name = given.startsWith(now) ? then + given.slice(now.length) : given;
      return [urnOf({ ...identity, parent: former }, { ...alias, name }, stackUrn)];
    }),
  );
  return [...new Set([...own, ...inherited])];
}

function urnOf(identity: Identity, alias: AliasSpec, stackUrn: string | undefined): string {
  if ("urn" in alias) return alias.urn;
  const { stack, project, type, name } = { ...identity, ...alias };
  const parent = alias.parent === null ? stackUrn : (alias.parent ?? identity.parent);
  return createUrn(stack, project, parent, type, name);
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function defined<T extends Readonly<Record<string, string | undefined>>>(
  members: T,
): { readonly [Key in keyof T]?: string } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof T]?: string;
  };
}
