import { type Item, typeOf } from "./attributeValue";
import { queriedKeys } from "./expressions/keyCondition";
import { filterCondition, legacyKeyConditions, type LegacyConditions } from "./legacyConditions";
import {
  checkValues,
  copied,
  expressionsOf,
  invalid,
  projectionPaths,
  type RawRequest,
  refuseMixture,
} from "./parseRequest";
import type { Filter, KeyConditions, PageRequest, QueryRequest, ScanRequest, Select } from "./requests";
import { checkTableName } from "./tableName";

interface RawPage extends RawRequest {
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly Select?: Select;
  readonly ExclusiveStartKey?: Item;
  readonly FilterExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly KeyConditions?: LegacyConditions;
  readonly QueryFilter?: LegacyConditions;
  readonly ScanFilter?: LegacyConditions;
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

/** Both throw DynamoDB's `ValidationException`. */
export function parseQuery(raw: object): QueryRequest {
  const request = copied(raw) as RawPage;
  checkTableName(request.TableName);
  const { KeyConditions, KeyConditionExpression } = request;
  refuseMixture(
    request,
    ["ProjectionExpression", "FilterExpression", "KeyConditionExpression"],
    [
      "AttributesToGet",
      "QueryFilter",
      "ConditionalOperator",
      // Alone it may stand beside the other expressions.
      ...(KeyConditionExpression === undefined ? [] : ["KeyConditions"]),
    ],
  );
  checkSelect(request);
  const legacyFilter = legacyFilterOf(request, "QueryFilter");
  checkStartKey(request);
  if (KeyConditions === undefined && KeyConditionExpression === undefined) {
    throw invalid(
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    );
  }
  const expressions = expressionsOf(request);
  const keyConditions: KeyConditions =
    KeyConditionExpression === undefined
      ? legacyKeyConditions(KeyConditions ?? {})
      : queriedKeys(expressions.condition("KeyConditionExpression", KeyConditionExpression));
  return { ...request, keyConditions, ...pageTrees(request, expressions, legacyFilter) };
}

export function parseScan(raw: object): ScanRequest {
  const request = copied(raw) as RawPage;
  checkTableName(request.TableName);
  refuseMixture(
    request,
    ["ProjectionExpression", "FilterExpression"],
    ["AttributesToGet", "ScanFilter", "ConditionalOperator"],
  );
  checkSelect(request);
  const legacyFilter = legacyFilterOf(request, "ScanFilter");
  checkStartKey(request);
  checkSegments(request);
  return { ...request, ...pageTrees(request, expressionsOf(request), legacyFilter) };
}

function pageTrees(
  request: RawPage,
  expressions: ReturnType<typeof expressionsOf>,
  legacyFilter: Filter | undefined,
): Pick<PageRequest, "filter" | "projection"> {
  const { FilterExpression } = request;
  const filter: Filter | undefined =
    FilterExpression === undefined
      ? legacyFilter
      : {
          member: "Filter Expression",
          condition: expressions.condition("FilterExpression", FilterExpression),
        };
  const projection = projectionPaths(request, expressions);
  expressions.refuseUnused();
  return { ...(filter !== undefined && { filter }), ...(projection !== undefined && { projection }) };
}

function legacyFilterOf(request: RawPage, member: "QueryFilter" | "ScanFilter"): Filter | undefined {
  const condition = filterCondition(member, request[member] ?? {}, request.ConditionalOperator);
  return condition === undefined ? undefined : { member, condition };
}

/** What is asked for by name, and what by `Select`, must be the same. */
function checkSelect({ Select, IndexName, ProjectionExpression, AttributesToGet }: RawPage): void {
  const named =
    ProjectionExpression !== undefined
      ? "ProjectionExpression"
      : AttributesToGet === undefined
        ? undefined
        : "AttributesToGet";
  if (Select === undefined) return;
  if (Select === "SPECIFIC_ATTRIBUTES") {
    if (named !== undefined) return;
    throw invalid(
      "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    );
  }
  if (named !== undefined) {
    const chosen = Select === "COUNT" ? "only the Count" : Select;
    throw invalid(`Cannot specify the ${named} when choosing to get ${chosen}`);
  }
  if (Select === "ALL_PROJECTED_ATTRIBUTES" && IndexName === undefined) {
    throw invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  }
}

function checkStartKey({ ExclusiveStartKey }: RawPage): void {
  if (ExclusiveStartKey === undefined) return;
  checkValues(ExclusiveStartKey);
  for (const [name, value] of Object.entries(ExclusiveStartKey)) {
    const type = typeOf(value);
    if (type === "S" || type === "N" || type === "B") continue;
    throw invalid(
      `The provided starting key is invalid: ${name} has the type ${type}; expected S, N or B, as keys have`,
    );
  }
}

function checkSegments({ Segment, TotalSegments }: RawPage): void {
  if (Segment !== undefined && TotalSegments === undefined) {
    throw invalid(
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    );
  }
  if (TotalSegments === undefined) return;
  if (Segment === undefined) {
    throw invalid(
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    );
  }
  if (Segment >= TotalSegments) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`,
    );
  }
}
