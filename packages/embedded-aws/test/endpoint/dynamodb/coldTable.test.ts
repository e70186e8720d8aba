import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { kind } from "../../../src/core/conditions/conditions";
import { seededRandom } from "../../../src/core/random";
import { startTestCloud } from "../../../src/testing/testCloud";

const TABLE = { TableName: "large" };
/** A few more than a table has open, which is 16 MiB. */
const ITEMS = 46;
const ITEM_BYTES = 390_000;

describe("a table larger than what of it lies open", () => {
  it("has its items, and gives its places in the cloud's file back when it is deleted", async () => {
    const cloud = await startTestCloud({ conditions: kind });
    const random = seededRandom(1);
    const file = join(cloud.context.directory, "cold");
    const size = () => (existsSync(file) ? statSync(file).size : 0);
    const texts = Array.from({ length: ITEMS }, () => random.hex(ITEM_BYTES));
    const fill = async () => {
      await cloud.call("dynamodb", "CreateTable", {
        ...TABLE,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      });
      for (const [index, text] of texts.entries())
        await cloud.call("dynamodb", "PutItem", {
          ...TABLE,
          Item: { id: { S: `${index}` }, text: { S: text } },
        });
      for (const [index, text] of texts.entries()) {
        const { Item } = await cloud.call("dynamodb", "GetItem", {
          ...TABLE,
          Key: { id: { S: `${index}` } },
        });
        expect(Item?.text?.S === text, `item ${index}`).to.equal(true);
      }
    };
    try {
      await fill();
      const first = size();
      expect(first).to.be.greaterThan(0);
      await cloud.call("dynamodb", "DeleteTable", TABLE);
      await fill();
      expect(size()).to.be.lessThan(1.5 * first);
    } finally {
      await cloud.close();
    }
    expect(existsSync(file)).to.equal(false);
  });
});
