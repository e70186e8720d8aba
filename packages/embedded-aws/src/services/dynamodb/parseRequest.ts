import { withBase64 } from "../../core/base64";
import { AwsError } from "../../core/errors";
import { type AttributeValue, type Item, itemSize, MAX_ITEM_BYTES } from "./attributeValue";
import { checkRequestDepth } from "./documentDepth";
import { RequestExpressions } from "./expressions/requestExpressions";
import type { Condition, Path } from "./expressions/tree";
import { expectedCondition, type LegacyConditions } from "./legacyConditions";
import { legacyActions, type LegacyUpdate } from "./legacyUpdates";
import type { GetItemRequest, KeyedRequest, PutItemRequest, ReturnValues, Update } from "./requests";
import { checkTableName } from "./tableName";
import { validateItem, validateValue } from "./validateValue";

/** A request's members as DynamoDB's JSON has them, in a copy of its own; the wire has seen to their types. */
export interface RawRequest {
  readonly TableName: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly Expected?: LegacyConditions;
  readonly AttributeUpdates?: Readonly<Record<string, LegacyUpdate>>;
  readonly AttributesToGet?: readonly string[];
  readonly ConditionalOperator?: "AND" | "OR";
  readonly ReturnValues?: ReturnValues;
}

/** The parsers of requests throw DynamoDB's `ValidationException`. */
export function parsePut(raw: object): PutItemRequest {
  const request = copied(raw) as RawRequest;
  checkTableName(request.TableName);
  refuseMixture(request, ["ConditionExpression"], ["Expected", "ConditionalOperator"]);
  const { Item = {} } = request;
  checkItem(Item);
  checkReturnValues(request);
  return { ...request, Item, ...writeTrees(request) };
}

export function parseUpdate(raw: object): KeyedRequest {
  const request = copied(raw) as RawRequest;
  checkTableName(request.TableName);
  const expressions = ["UpdateExpression", "ConditionExpression"] as const;
  refuseMixture(request, expressions, ["AttributeUpdates", "Expected", "ConditionalOperator"]);
  return { ...request, Key: keyOf(request), ...writeTrees(request) };
}

/** Also of a transaction's `ConditionCheck`, which has the same members but `ReturnValues`. */
export function parseDelete(raw: object): KeyedRequest {
  const request = copied(raw) as RawRequest;
  checkTableName(request.TableName);
  refuseMixture(request, ["ConditionExpression"], ["Expected", "ConditionalOperator"]);
  const Key = keyOf(request);
  checkReturnValues(request);
  return { ...request, Key, ...writeTrees(request) };
}

export function parseGet(raw: object): GetItemRequest {
  const request = copied(raw) as RawRequest;
  checkTableName(request.TableName);
  return { ...request, Key: keyOf(request), ...projectionOf(request) };
}

interface Trees {
  readonly condition?: Condition;
  readonly update?: Update;
}

function writeTrees(request: RawRequest): Trees {
  const { UpdateExpression, ConditionExpression, AttributeUpdates, Expected, ConditionalOperator } = request;
  // The parameters that were before expressions are looked at first; only one kind is there.
  const actions = AttributeUpdates === undefined ? undefined : legacyActions(AttributeUpdates);
  const expected = expectedCondition(Expected ?? {}, ConditionalOperator);
  const expressions = expressionsOf(request);
  const update: Update | undefined =
    UpdateExpression !== undefined
      ? {
          source: "UpdateExpression",
          actions: expressions.update("UpdateExpression", UpdateExpression),
        }
      : actions && { source: "AttributeUpdates", actions };
  const condition =
    ConditionExpression === undefined
      ? expected
      : expressions.condition("ConditionExpression", ConditionExpression);
  expressions.refuseUnused();
  return { ...(condition !== undefined && { condition }), ...(update !== undefined && { update }) };
}

export function expressionsOf(request: Partial<RawRequest>): RequestExpressions {
  const { ExpressionAttributeNames, ExpressionAttributeValues } = request;
  return new RequestExpressions(ExpressionAttributeNames, ExpressionAttributeValues, validateValue);
}

export function projectionOf(request: Partial<RawRequest>): { readonly projection?: readonly Path[] } {
  refuseMixture(request, ["ProjectionExpression"], ["AttributesToGet"]);
  const expressions = expressionsOf(request);
  const projection = projectionPaths(request, expressions);
  expressions.refuseUnused();
  return projection === undefined ? {} : { projection };
}

export function projectionPaths(
  { ProjectionExpression, AttributesToGet }: Partial<RawRequest>,
  expressions: RequestExpressions,
): readonly Path[] | undefined {
  if (ProjectionExpression !== undefined) {
    return expressions.projection("ProjectionExpression", ProjectionExpression);
  }
  const repeated = AttributesToGet?.find((name, index) => AttributesToGet.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw invalid(
      `One or more parameter values were invalid: Duplicate value in attribute name: ${repeated}`,
    );
  }
  return AttributesToGet?.map((name) => [name]);
}

/** A copy in DynamoDB's JSON, so that nobody's later changes reach it. */
export function copied(raw: object): object {
  const request = withBase64(raw) as object;
  checkRequestDepth(request);
  return request;
}

export function checkItem(item: Item): void {
  checkValues(item);
  if (itemSize(item) > MAX_ITEM_BYTES) throw invalid("Item size has exceeded the maximum allowed size");
}

export function checkValues(item: Readonly<Record<string, AttributeValue>>): void {
  const reason = validateItem(item);
  if (reason !== undefined) throw invalid(reason);
}

function keyOf({ Key = {} }: RawRequest): Item {
  checkValues(Key);
  return Key;
}

function checkReturnValues({ ReturnValues = "NONE" }: RawRequest): void {
  if (ReturnValues !== "ALL_OLD" && ReturnValues !== "NONE") {
    throw invalid("ReturnValues can only be ALL_OLD or NONE");
  }
}

/** Expressions and what was there before them do not go together, nor do placeholders without expressions. */
export function refuseMixture(
  request: object,
  expressions: readonly string[],
  others: readonly string[],
): void {
  const members = request as Readonly<Record<string, unknown>>;
  const given = (names: readonly string[]) => names.filter((name) => members[name] !== undefined);
  const used = given(expressions);
  const mixed = given(others);
  if (used.length > 0 && mixed.length > 0) {
    throw invalid(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${mixed.join(", ")}} Expression parameters: {${used.join(", ")}}`,
    );
  }
  if (members.ExpressionAttributeNames !== undefined && used.length === 0) {
    throw invalid("ExpressionAttributeNames can only be specified when using expressions");
  }
  const takeValues = expressions.filter((name) => name !== "ProjectionExpression");
  if (
    members.ExpressionAttributeValues !== undefined &&
    takeValues.length > 0 &&
    given(takeValues).length === 0
  ) {
    throw invalid(
      `ExpressionAttributeValues can only be specified when using expressions: ${takeValues.join(" and ")} ${takeValues.length > 1 ? "are" : "is"} null`,
    );
  }
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
