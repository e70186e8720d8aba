import { AwsError } from "../../../core/errors";
import type { AttributeValue, Item } from "../attributeValue";
import { Bindings } from "./bind";
import { parseCondition, parseProjection, parseUpdate } from "./parser";
import { ExpressionProblem } from "./problem";
import { Recent } from "./recent";
import type { Action, Condition, Path } from "./tree";

/** Characters: some thousand of a program's expressions, or 32 of the longest; their trees take a few megabytes. */
const KEPT = 128 * 1024;

const conditions = new Recent(parseCondition, KEPT);
const updates = new Recent(parseUpdate, KEPT);
const projections = new Recent(parseProjection, KEPT);

type Names = Readonly<Record<string, string>>;

/** The expressions of one request, with the names and values that they share. */
export class RequestExpressions {
  readonly #bindings: Bindings;

  /** @param check says why a value is none; numbers are then in the form that they are kept in. */
  constructor(
    names: Names | undefined,
    values: Item | undefined,
    check: (value: AttributeValue) => string | undefined,
  ) {
    if (names !== undefined) checkNames(names);
    if (values !== undefined) checkValues(values, check);
    this.#bindings = new Bindings(names, values);
  }

  condition(member: string, text: string): Condition {
    return refusing(member, () => this.#bindings.condition(conditions.of(text)));
  }

  update(member: string, text: string): readonly Action[] {
    return refusing(member, () => this.#bindings.update(updates.of(text)));
  }

  projection(member: string, text: string): readonly Path[] {
    return refusing(member, () => this.#bindings.projection(projections.of(text)));
  }

  /** To be called when all expressions are read. */
  refuseUnused(): void {
    refuseUnused("ExpressionAttributeNames", this.#bindings.unusedNames);
    refuseUnused("ExpressionAttributeValues", this.#bindings.unusedValues);
  }
}

function refusing<Tree>(member: string, read: () => Tree): Tree {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ExpressionProblem) throw invalid(`Invalid ${member}: ${cause.message}`);
    throw cause;
  }
}

function checkNames(names: Names): void {
  checkKeys("ExpressionAttributeNames", names, /^#[A-Za-z0-9_]+$/);
  for (const [key, name] of Object.entries(names)) {
    if (name === "") {
      throw invalid(`ExpressionAttributeNames contains invalid value: Empty attribute name for key ${key}`);
    }
  }
}

function checkValues(values: Item, check: (value: AttributeValue) => string | undefined): void {
  checkKeys("ExpressionAttributeValues", values, /^:[A-Za-z0-9_]+$/);
  for (const [key, value] of Object.entries(values)) {
    const reason = check(value);
    if (reason !== undefined) {
      throw invalid(`ExpressionAttributeValues contains invalid value: ${reason} for key ${key}`);
    }
  }
}

function checkKeys(member: string, members: object, pattern: RegExp): void {
  const keys = Object.keys(members);
  if (keys.length === 0) throw invalid(`${member} must not be empty`);
  const wrong = keys.find((key) => !pattern.test(key));
  if (wrong !== undefined) throw invalid(`${member} contains invalid key: Syntax error; key: "${wrong}"`);
}

function refuseUnused(member: string, unused: readonly string[]): void {
  if (unused.length === 0) return;
  throw invalid(`Value provided in ${member} unused in expressions: keys: {${unused.join(", ")}}`);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
