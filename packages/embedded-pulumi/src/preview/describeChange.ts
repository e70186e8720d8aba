import { displayType } from "../engine/tree";
import type { Wire } from "../engine/values";
import type { PropertyChange } from "../provider/propertyChanges";
import type { Change } from "./compare";
import { describeStatement, isStatement } from "../provider/statements";

/** A line of a change, with the sign that tells what it is: "+" there, "-" no more, "~" another, " " a remark. */
export interface ChangeLine {
  readonly sign: "+" | "-" | "~" | " ";
  readonly text: string;
}

export interface DescribedChange {
  readonly title: string;
  /** What nobody should overlook. */
  readonly warning: string | undefined;
  readonly lines: readonly ChangeLine[];
}

/** A longer value is cut: a dashboard's body or a script would bury everything else. */
const LONGEST_VALUE = 400;

const PROTECTED = "protected: Pulumi refuses this until protect is off";

/** A change in words, the same for every way of showing it. */
export function describeChange(change: Change): DescribedChange {
  switch (change.kind) {
    case "created":
      return {
        title: `${titleOf(change.resource)} created`,
        warning: undefined,
        lines: Object.entries(change.resource.properties).map(([name, value]) => ({
          sign: "+",
          text: `${name}: ${describeValue(value)}`,
        })),
      };
    case "deleted":
      return {
        title: `${titleOf(change.resource)} deleted`,
        warning: change.resource.protect ? PROTECTED : undefined,
        lines: [],
      };
    case "updated":
      return {
        title: `${titleOf(change.resource)} changed`,
        warning: undefined,
        lines: propertyLines(change.properties),
      };
    case "replaced":
      return {
        title: `${titleOf(change.resource)} replaced`,
        warning: change.staysProtected ? PROTECTED : undefined,
        lines: propertyLines(change.properties),
      };
    case "configured":
      return {
        title: `configuration ${change.key}: ${describeSetting(change.before)} → ${describeSetting(change.after)}`,
        warning: undefined,
        lines: [],
      };
  }
}

function describeSetting(value: string | undefined): string {
  return value === undefined ? "not set" : describeValue(value);
}

function titleOf({ type, name }: { readonly type: string; readonly name: string }): string {
  return `${displayType(type)} ${name}`;
}

function propertyLines(properties: readonly PropertyChange[]): readonly ChangeLine[] {
  return properties.flatMap(({ path, before, after, replaces }) =>
    sides(path.join(".").replaceAll(".[", "["), before, after, replaces ? " (replaces the resource)" : ""),
  );
}

function sides(
  name: string,
  before: Wire | undefined,
  after: Wire | undefined,
  remark: string,
): readonly ChangeLine[] {
  const short = [before, after].every((value) => describeValue(value ?? null).length <= 40);
  if (before !== undefined && after !== undefined && short)
    return [{ sign: "~", text: `${name}: ${describeValue(before)} → ${describeValue(after)}${remark}` }];
  return [
    ...(before === undefined
      ? []
      : [{ sign: "-" as const, text: `${name}: ${describeValue(before)}${remark}` }]),
    ...(after === undefined
      ? []
      : [{ sign: "+" as const, text: `${name}: ${describeValue(after)}${remark}` }]),
  ];
}

function describeValue(value: Wire): string {
  const text = isStatement(value) ? describeStatement(value) : JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters)`;
}
