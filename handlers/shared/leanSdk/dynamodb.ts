import { defaultEndpointResolver } from "@aws-sdk/client-dynamodb/dist-types/endpoint/endpointResolver";
import { clientOf, commandOf, errorOf } from "./client";

/** Stands in for `@aws-sdk/client-dynamodb`. */
export const DynamoDBClient = clientOf({
  serviceId: "DynamoDB",
  signingName: "dynamodb",
  protocol: "aws.protocols#awsJson1_0",
  serviceTarget: "DynamoDB_20120810",
  hasAccountEndpoints: true,
  endpointProvider: defaultEndpointResolver,
});

export const BatchExecuteStatementCommand = /* @__PURE__ */ commandOf("BatchExecuteStatement");
export const BatchGetItemCommand = /* @__PURE__ */ commandOf("BatchGetItem");
export const BatchWriteItemCommand = /* @__PURE__ */ commandOf("BatchWriteItem");
export const DeleteItemCommand = /* @__PURE__ */ commandOf("DeleteItem");
export const GetItemCommand = /* @__PURE__ */ commandOf("GetItem");
export const PutItemCommand = /* @__PURE__ */ commandOf("PutItem");
export const QueryCommand = /* @__PURE__ */ commandOf("Query");
export const TransactGetItemsCommand = /* @__PURE__ */ commandOf("TransactGetItems");
export const TransactWriteItemsCommand = /* @__PURE__ */ commandOf("TransactWriteItems");
export const UpdateItemCommand = /* @__PURE__ */ commandOf("UpdateItem");

export const ConditionalCheckFailedException = /* @__PURE__ */ errorOf("ConditionalCheckFailedException");
export const TransactionCanceledException = /* @__PURE__ */ errorOf("TransactionCanceledException");
