import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { createConfirmationLog } from "../../../../handlers/orders/confirmationLog";
import { awsError, steppedTiming } from "../../support/handlerFakes";

function setUp(answer: (command: unknown, call: number) => object | Error) {
  const commands: unknown[] = [];
  const timing = steppedTiming();
  const send = (command: unknown): Promise<object> => {
    commands.push(command);
    const result = answer(command, commands.length);
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  };
  const log = createConfirmationLog({
    client: { send: send as DynamoDBClient["send"] },
    ordersTableName: "orders",
    timing,
  });
  return { log, commands, deadline: timing.now() + 5_000 };
}

describe("confirmationLog", () => {
  const cases: [string, object, boolean][] = [
    ["none", {}, false],
    ["no mark", { Item: {} }, false],
    ["a mail sent", { Item: { confirmationSentAt: { S: "t" } } }, true],
    ["a mail refused", { Item: { confirmationFailedAt: { S: "t" } } }, true],
  ];
  for (const [name, answer, ended] of cases) {
    it(`reads ${name} as ${ended ? "ended" : "open"}, consistently`, async () => {
      const { log, commands, deadline } = setUp(() => answer);
      expect(await log.hasEnded("a", deadline)).to.equal(ended);
      const [command] = commands;
      if (!(command instanceof GetItemCommand)) throw new Error("expected a GetItem");
      expect(command.input).to.include({ TableName: "orders", ConsistentRead: true });
    });
  }

  it("marks the order with the time, unless it is marked or gone", async () => {
    const { log, commands, deadline } = setUp(() => ({}));
    await log.end("a", "confirmationSentAt", deadline);
    const [command] = commands;
    if (!(command instanceof UpdateItemCommand)) throw new Error("expected an UpdateItem");
    expect(command.input).to.deep.equal({
      TableName: "orders",
      Key: { orderId: { S: "a" } },
      UpdateExpression: "SET #ending = :now",
      ConditionExpression: "attribute_exists(orderId) AND attribute_not_exists(#ending)",
      ExpressionAttributeNames: { "#ending": "confirmationSentAt" },
      ExpressionAttributeValues: { ":now": { S: "2026-11-24T12:00:00.000Z" } },
    });
  });

  it("notes why, where there is a reason", async () => {
    const { log, commands, deadline } = setUp(() => ({}));
    await log.end("a", "confirmationBouncedAt", deadline, "Bounce Permanent General");
    const [command] = commands;
    if (!(command instanceof UpdateItemCommand)) throw new Error("expected an UpdateItem");
    expect(command.input).to.deep.include({
      UpdateExpression: "SET #ending = :now, confirmationFailure = :why",
      ExpressionAttributeNames: { "#ending": "confirmationBouncedAt" },
      ExpressionAttributeValues: {
        ":now": { S: "2026-11-24T12:00:00.000Z" },
        ":why": { S: "Bounce Permanent General" },
      },
    });
  });

  it("takes a mark that stands there already as done", async () => {
    const { log, deadline } = setUp(
      () => new ConditionalCheckFailedException({ message: "", $metadata: {} }),
    );
    await log.end("a", "confirmationSentAt", deadline);
  });

  it("tries throttles again, and passes other errors on", async () => {
    const throttled = setUp((_command, call) => (call < 3 ? awsError("ThrottlingException") : {}));
    await throttled.log.end("a", "confirmationSentAt", throttled.deadline);
    expect(throttled.commands).to.have.length(3);
    const denied = setUp(() => awsError("AccessDeniedException"));
    const error: unknown = await denied.log.hasEnded("a", denied.deadline).catch((cause: unknown) => cause);
    expect(error).to.have.property("name", "AccessDeniedException");
  });
});
