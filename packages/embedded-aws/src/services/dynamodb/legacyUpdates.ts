import { AwsError } from "../../core/errors";
import { type AttributeValue, typeOf } from "./attributeValue";
import type { Action, ValueNode } from "./expressions/tree";
import { validateValue } from "./validateValue";

export interface LegacyUpdate {
  readonly Action?: string;
  readonly Value?: AttributeValue;
}

/**
 * `AttributeUpdates`, which were there before update expressions, become the same actions. Throws DynamoDB's
 * `ValidationException`.
 */
export function legacyActions(updates: Readonly<Record<string, LegacyUpdate>>): readonly Action[] {
  return Object.entries(updates).map(([name, update]) => actionOf(name, update));
}

const ACTIONS = ["PUT", "ADD", "DELETE"];

function actionOf(name: string, { Action = "PUT", Value }: LegacyUpdate): Action {
  const path = [name];
  if (!ACTIONS.includes(Action)) {
    throw invalid(
      `1 validation error detected: Value '${Action}' at 'attributeUpdates.${name}.member.action' failed to satisfy constraint: Member must satisfy enum value set: [${ACTIONS.join(", ")}]`,
    );
  }
  if (Value === undefined) {
    if (Action === "DELETE") return { kind: "REMOVE", path };
    throw wrong("Only DELETE action is allowed when no attribute value is specified");
  }
  const reason = validateValue(Value);
  if (reason !== undefined) throw invalid(reason);
  const value: ValueNode = { kind: "value", value: Value };
  const type = typeOf(Value);
  const isSet = type === "SS" || type === "NS" || type === "BS";
  switch (Action) {
    case "DELETE":
      if (isSet) return { kind: "DELETE", path, value };
      throw wrong(`DELETE action with value is not supported for the type ${type}`);
    case "ADD":
      if (isSet || type === "N") return { kind: "ADD", path, value };
      // Unlike the expression's, this one takes lists, whose elements it adds at the end.
      if (type === "L") return { kind: "SET", path, value: appended(name, value) };
      throw wrong(`ADD action is not supported for the type ${type}`);
    default:
      return { kind: "SET", path, value };
  }
}

function appended(name: string, value: ValueNode): Extract<Action, { kind: "SET" }>["value"] {
  const none: ValueNode = { kind: "value", value: { L: [] } };
  const standing = {
    kind: "call",
    name: "if_not_exists",
    operands: [{ kind: "path", path: [name] }, none],
  } as const;
  return { kind: "call", name: "list_append", operands: [standing, value] };
}

function wrong(message: string): AwsError {
  return invalid(`One or more parameter values were invalid: ${message}`);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
