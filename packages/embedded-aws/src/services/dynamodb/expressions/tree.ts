import type { AttributeValue } from "../attributeValue";

/** Trees of expressions: as written, with placeholders, and bound, with what a request puts in their places. */

/** Names of attributes and positions in lists, from the outside inward. */
export type Path = readonly (string | number)[];

/** As written: a name that begins with "#" is a placeholder, which no written name can be. */
export interface PathNode {
  readonly kind: "path";
  readonly path: Path;
}

export interface ValuePlaceholder {
  readonly kind: "placeholder";
  readonly name: string;
}

export interface ValueNode {
  readonly kind: "value";
  readonly value: AttributeValue;
}

/** `Value` is a placeholder as written, a value when bound. */
export type Operand<Value> = PathNode | Value | Call<Value>;

export interface Call<Value> {
  readonly kind: "call";
  readonly name: string;
  readonly operands: readonly Operand<Value>[];
}

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type ConditionOf<Value> =
  | {
      readonly kind: "and" | "or";
      readonly left: ConditionOf<Value>;
      readonly right: ConditionOf<Value>;
    }
  | { readonly kind: "not"; readonly inner: ConditionOf<Value> }
  | {
      readonly kind: "compare";
      readonly operator: Comparator;
      readonly left: Operand<Value>;
      readonly right: Operand<Value>;
    }
  | {
      readonly kind: "between";
      readonly operand: Operand<Value>;
      readonly low: Operand<Value>;
      readonly high: Operand<Value>;
    }
  | {
      readonly kind: "in";
      readonly operand: Operand<Value>;
      readonly choices: readonly Operand<Value>[];
    }
  | Call<Value>;

/** What `SET` gives an attribute: an operand, or a sum or difference of two. */
export interface Sum<Value> {
  readonly kind: "sum";
  readonly operator: "+" | "-";
  readonly left: Operand<Value>;
  readonly right: Operand<Value>;
}

export type ActionOf<Value> =
  | { readonly kind: "SET"; readonly path: Path; readonly value: Operand<Value> | Sum<Value> }
  | { readonly kind: "REMOVE"; readonly path: Path }
  | { readonly kind: "ADD" | "DELETE"; readonly path: Path; readonly value: Value };

export type ConditionSyntax = ConditionOf<ValuePlaceholder>;
export type UpdateSyntax = readonly ActionOf<ValuePlaceholder>[];
export type ProjectionSyntax = readonly Path[];

export type Condition = ConditionOf<ValueNode>;
export type Action = ActionOf<ValueNode>;
export type BoundOperand = Operand<ValueNode>;

/** As DynamoDB's messages write a path: "[m, x, [0]]". */
export function pathText(path: Path): string {
  return `[${path.map((part) => (typeof part === "number" ? `[${part}]` : part)).join(", ")}]`;
}
