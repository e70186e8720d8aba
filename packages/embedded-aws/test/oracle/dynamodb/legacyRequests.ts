import fc from "fast-check";
import { list, number, numbers, tags, text, value } from "./values";

const attributeName = fc.constantFrom("n", "s", "tags", "ns", "l", "m", "v", "flag", "zz");

const oneComparison = fc
  .tuple(
    fc.constantFrom("EQ", "NE", "LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH"),
    value,
  )
  .map(([ComparisonOperator, each]) => ({ ComparisonOperator, AttributeValueList: [each] }));

/** Conditions as they were before expressions. */
const legacyCondition: fc.Arbitrary<object> = fc.oneof(
  { weight: 6, arbitrary: oneComparison },
  fc.constantFrom("NULL", "NOT_NULL").map((ComparisonOperator) => ({ ComparisonOperator })),
  fc
    .array(fc.oneof(number, text), { minLength: 1, maxLength: 3 })
    .map((AttributeValueList) => ({ ComparisonOperator: "IN", AttributeValueList })),
  fc
    .tuple(number, number)
    .map((AttributeValueList) => ({ ComparisonOperator: "BETWEEN", AttributeValueList })),
);

const legacyConditions = fc
  .tuple(
    fc.uniqueArray(fc.tuple(attributeName, legacyCondition), {
      minLength: 1,
      maxLength: 3,
      selector: ([name]) => name,
    }),
    fc.constantFrom("AND", "OR"),
  )
  .map(([entries, ConditionalOperator]) => ({
    conditions: Object.fromEntries(entries),
    ...(entries.length > 1 && { operator: { ConditionalOperator } }),
  }));

const legacyUpdates = fc
  .uniqueArray(
    fc.tuple(
      attributeName,
      fc.oneof(
        { weight: 2, arbitrary: value.map((Value) => ({ Action: "PUT", Value })) },
        fc.oneof(number, tags, numbers, list).map((Value) => ({ Action: "ADD", Value })),
        fc.oneof(tags, numbers).map((Value) => ({ Action: "DELETE", Value })),
        fc.constant({ Action: "DELETE" }),
      ),
    ),
    { minLength: 1, maxLength: 3, selector: ([name]) => name },
  )
  .map((entries) => Object.fromEntries(entries));

/** Requests with the parameters that were there before expressions, to one of the tables and the items. */
export function legacyRequests(
  table: fc.Arbitrary<string>,
  id: fc.Arbitrary<object>,
): fc.Arbitrary<{ readonly operation: string; readonly input: object; readonly actions?: number }> {
  return fc.oneof(
    fc
      .tuple(table, id, legacyUpdates, fc.option(legacyConditions, { nil: undefined }))
      .map(([TableName, key, AttributeUpdates, expected]) => ({
        operation: "UpdateItem",
        actions: Object.keys(AttributeUpdates).length,
        input: {
          TableName,
          Key: { id: key },
          AttributeUpdates,
          ...(expected && { Expected: expected.conditions, ...expected.operator }),
          ReturnValues: "ALL_NEW",
        },
      })),
    fc.tuple(table, id, legacyConditions).map(([TableName, key, { conditions, operator }]) => ({
      operation: "DeleteItem",
      input: { TableName, Key: { id: key }, Expected: conditions, ...operator },
    })),
    fc.tuple(table, legacyConditions).map(([TableName, { conditions, operator }]) => ({
      operation: "Scan",
      input: { TableName, ScanFilter: conditions, ...operator },
    })),
  );
}
