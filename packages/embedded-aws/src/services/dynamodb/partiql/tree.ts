import type { Item } from "../attributeValue";
import type {
  Action,
  Condition,
  ConditionSyntax,
  Path,
  UpdateSyntax,
  ValuePlaceholder,
} from "../expressions/tree";
import type { ReturnValues } from "../requests";

/**
 * Trees of statements, in those of expressions: as written, with placeholders for parameters, literals and odd names,
 * and bound, with what a request puts in the places of parameters.
 */

export interface TableReference {
  readonly tableName: string;
  readonly indexName?: string;
}

/** What stands for what in a statement as written. */
interface Written {
  readonly table: TableReference;
  /** How many `?` it has; the first is the placeholder ":p0". */
  readonly parameters: number;
  /** By placeholder (":v0"); they are shared by all requests with the same statement, and never changed. */
  readonly literals: Item;
  /** Attributes whose names begin with "#", by placeholder ("#0"). */
  readonly names: Readonly<Record<string, string>>;
  /** What to say of values that must be sets, by placeholder, where they are none. */
  readonly noSets: Readonly<Record<string, string>>;
}

export type StatementSyntax = Written &
  (
    | { readonly kind: "insert"; readonly members: ReadonlyMap<string, ValuePlaceholder> }
    | {
        readonly kind: "update";
        readonly update: UpdateSyntax;
        readonly where: ConditionSyntax | undefined;
        readonly returning: ReturnValues;
      }
    | {
        readonly kind: "delete";
        readonly where: ConditionSyntax | undefined;
        readonly returning: ReturnValues;
      }
    | {
        readonly kind: "select";
        /** Undefined stands for `*`. */
        readonly columns: readonly Path[] | undefined;
        readonly where: ConditionSyntax | undefined;
        readonly order: readonly Order[];
      }
  );

export interface Order {
  readonly name: string;
  readonly descending: boolean;
}

export type Statement =
  | { readonly kind: "insert"; readonly table: TableReference; readonly item: Item }
  | {
      readonly kind: "update";
      readonly table: TableReference;
      readonly actions: readonly Action[];
      readonly where: Condition | undefined;
      readonly returning: ReturnValues;
    }
  | {
      readonly kind: "delete";
      readonly table: TableReference;
      readonly where: Condition | undefined;
      readonly returning: ReturnValues;
    }
  | {
      readonly kind: "select";
      readonly table: TableReference;
      readonly columns: readonly Path[] | undefined;
      readonly where: Condition | undefined;
      readonly order: readonly Order[];
    };
