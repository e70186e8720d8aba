import { UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** One good of the inventory. */
export interface StockLevel {
  readonly sku: string;
  readonly stock: number;
}

/** Sets the stock to a number, whatever it was: giving it twice changes nothing. */
export async function setStock(
  client: DynamoDBDocumentClient,
  table: string,
  level: StockLevel,
): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: { sku: level.sku },
      UpdateExpression: "SET #stock = :stock",
      ExpressionAttributeNames: { "#stock": "stock" },
      ExpressionAttributeValues: { ":stock": level.stock },
    }),
  );
}
