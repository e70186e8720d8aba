import { atJsonPath } from "./jsonPath";

/** An event as EventBridge hands it to rules and targets. */
export interface BusEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, to the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** What a target receives instead of the whole event; at most one of the three. */
export interface InputChoice {
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | {
        readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
        readonly InputTemplate: string;
      }
    | undefined;
}

export interface RuleIdentity {
  readonly name: string;
  readonly arn: string;
}

/** Variables that every template may use. */
const RESERVED: ReadonlySet<string> = new Set([
  "aws.events.rule-arn",
  "aws.events.rule-name",
  "aws.events.event.ingestion-time",
  "aws.events.event",
  "aws.events.event.json",
]);

const VARIABLE = /<([A-Za-z0-9_.-]+)>/g;

/** The text that a target receives for `event`. */
export function targetInput(choice: InputChoice, event: BusEvent, rule: RuleIdentity): string {
  if (choice.Input !== undefined) return choice.Input;
  if (choice.InputPath !== undefined) return JSON.stringify(atJsonPath(event, choice.InputPath) ?? {});
  if (choice.InputTransformer === undefined) return JSON.stringify(event);
  const { InputPathsMap: paths = {}, InputTemplate: template } = choice.InputTransformer;
  const valueOf = (name: string): unknown => {
    switch (name) {
      case "aws.events.rule-arn":
        return rule.arn;
      case "aws.events.rule-name":
        return rule.name;
      case "aws.events.event.ingestion-time":
        return event.time;
      case "aws.events.event": {
        // "The original event payload as JSON (without the detail field)": user guide, "Input transformation".
        const { detail: _detail, ...rest } = event;
        return rest;
      }
      case "aws.events.event.json":
        return event;
      default: {
        const path = paths[name];
        return path === undefined ? undefined : atJsonPath(event, path);
      }
    }
  };
  const quoted = quotedParts(template);
  return template.replace(VARIABLE, (whole, name: string, at: number) => {
    if (!RESERVED.has(name) && !Object.hasOwn(paths, name)) return whole;
    const value = valueOf(name);
    return quoted(at) ? insideText(value) : value === undefined ? '""' : JSON.stringify(value);
  });
}

/** The names of a template's variables that no path and no reserved name defines. */
export function undefinedVariables(template: string, paths: Readonly<Record<string, string>>): string[] {
  return [...template.matchAll(VARIABLE)]
    .map(([, name = ""]) => name)
    .filter((name) => !RESERVED.has(name) && !Object.hasOwn(paths, name));
}

/** A value within a JSON text: without its own quotes, and with what JSON must escape escaped. */
function insideText(value: unknown): string {
  if (value === undefined) return "";
  return JSON.stringify(typeof value === "string" ? value : JSON.stringify(value)).slice(1, -1);
}

/** Tells whether a position of the template lies inside a quoted JSON text. */
function quotedParts(template: string): (at: number) => boolean {
  const inside: boolean[] = [];
  let open = false;
  for (let at = 0; at < template.length; at++) {
    inside.push(open);
    const character = template[at];
    if (character === "\\" && open) inside[++at] = open;
    else if (character === '"') open = !open;
  }
  return (at) => inside[at] ?? false;
}
