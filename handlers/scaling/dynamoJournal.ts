import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import * as v from "valibot";
import { clientConfig } from "../shared/retry";
import { traced } from "../shared/tracing";
import { EMPTY_JOURNAL, journal, type Journal, type JournalStore } from "./launchJournal";

const item = v.object({ journal: v.object({ S: v.pipe(v.string(), v.parseJson(), journal) }) });

/**
 * The journal of a fleet as one item of a DynamoDB table, which is read and written consistently and on
 * condition; nothing else in AWS that a function can write to is both.
 */
export function dynamoJournal(tableName: string, fleet: string): JournalStore {
  const dynamodb = traced(new DynamoDBClient({ ...clientConfig, maxAttempts: 3 }));
  const key = { fleet: { S: fleet } };
  return {
    async read() {
      const { Item } = await dynamodb.send(
        new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
      );
      return Item === undefined ? EMPTY_JOURNAL : v.parse(item, Item).journal.S;
    },

    async write(book: Journal, expectedVersion: number) {
      const Item = { ...key, version: { N: String(book.version) }, journal: { S: JSON.stringify(book) } };
      try {
        await dynamodb.send(
          new PutItemCommand({
            TableName: tableName,
            Item,
            ConditionExpression: "version = :expected OR (attribute_not_exists(fleet) AND :expected = :none)",
            ExpressionAttributeValues: { ":expected": { N: String(expectedVersion) }, ":none": { N: "0" } },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        );
        return true;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // An attempt whose answer got lost may have written it.
        return error.Item?.journal?.S === Item.journal.S;
      }
    },
  };
}
