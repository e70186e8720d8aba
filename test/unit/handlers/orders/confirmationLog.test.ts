import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  UpdateItemCommand,
  type BatchStatementErrorCodeEnum,
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
  const cases: [string, object | undefined, boolean][] = [
    ["none", undefined, false],
    ["no mark", {}, false],
    ["a mail sent", { confirmationSentAt: { S: "t" } }, true],
    ["a mail refused", { confirmationFailedAt: { S: "t" } }, true],
    ["an order cancelled meanwhile", { cancelledAt: { S: "t" } }, true],
    ["a customer's data erased meanwhile", { erasedAt: { S: "t" } }, true],
  ];
  for (const [name, item, ended] of cases) {
    it(`reads ${name} as ${ended ? "ended" : "open"}, consistently`, async () => {
      const answer = item === undefined ? {} : { Responses: { orders: [{ orderId: { S: "a" }, ...item }] } };
      const { log, commands, deadline } = setUp(() => answer);
      expect([...(await log.endedOf(["a", "b", "a"], deadline))]).to.deep.equal(ended ? ["a"] : []);
      const [command] = commands;
      if (!(command instanceof BatchGetItemCommand)) throw new Error("expected a BatchGetItem");
      const asked = command.input.RequestItems?.orders;
      expect(asked).to.deep.include({
        ConsistentRead: true,
        Keys: [{ orderId: { S: "a" } }, { orderId: { S: "b" } }],
      });
      for (const name of ["orderId", ...Object.keys(item ?? {})])
        expect(asked?.ProjectionExpression?.split(", ")).to.include(name);
    });
  }

  it("asks again for what DynamoDB left out, until time is up", async () => {
    const left = (...ids: string[]) => ({
      UnprocessedKeys: { orders: { Keys: ids.map((S) => ({ orderId: { S } })) } },
    });
    const ended = (S: string) => ({
      Responses: { orders: [{ orderId: { S }, confirmationSentAt: { S: "t" } }] },
    });
    const { log, commands, deadline } = setUp((_command, call) =>
      call === 1 ? { ...ended("a"), ...left("b", "c") } : call === 2 ? left("c") : ended("c"),
    );
    expect([...(await log.endedOf(["a", "b", "c"], deadline))]).to.deep.equal(["a", "c"]);
    expect(
      commands.map((command) =>
        (command as BatchGetItemCommand).input.RequestItems?.orders?.Keys?.map(({ orderId }) => orderId?.S),
      ),
    ).to.deep.equal([["a", "b", "c"], ["b", "c"], ["c"]]);
    const never = setUp(() => left("a"));
    const error: unknown = await never.log.endedOf(["a"], never.deadline).catch((cause: unknown) => cause);
    expect(error).to.have.property("name", "UnprocessedKeys");
  });

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
    const error: unknown = await denied.log.endedOf(["a"], denied.deadline).catch((cause: unknown) => cause);
    expect(error).to.have.property("name", "AccessDeniedException");
  });

  it("lets go of a call that does not end, at its deadline", async () => {
    const timing = steppedTiming();
    const hangs = (_command: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }) =>
      new Promise((_, reject) => abortSignal.addEventListener("abort", () => reject(new Error("aborted"))));
    const log = createConfirmationLog({
      client: { send: hangs as DynamoDBClient["send"] },
      ordersTableName: "orders",
      timing,
    });
    const deadline = timing.now() + 5;
    for (const call of [
      () => log.end("a", "confirmationSentAt", deadline),
      () => log.endedOf(["a"], deadline),
    ]) {
      const error: unknown = await call().catch((cause: unknown) => cause);
      expect(error).to.have.property("name", "TimeoutError");
    }
    const problems = await log.sent(["a", "b"], deadline);
    expect(problems.map((problem) => problem?.name)).to.deep.equal(["TimeoutError", "TimeoutError"]);
  });

  describe("notes that mails were sent", () => {
    const refused = (Code: BatchStatementErrorCodeEnum) => ({ Error: { Code, Message: "refused" } });
    const statementsOf = (command: unknown) =>
      command instanceof BatchExecuteStatementCommand ? (command.input.Statements ?? []) : [];

    it("for several orders by one call, each unless it is noted", async () => {
      const { log, commands, deadline } = setUp(() => ({
        Responses: [{}, refused("ConditionalCheckFailed"), {}],
      }));
      expect(await log.sent(["a", "b", "c"], deadline)).to.deep.equal([undefined, undefined, undefined]);
      expect(commands).to.have.length(1);
      expect(statementsOf(commands[0])).to.deep.equal(
        ["a", "b", "c"].map((S) => ({
          Statement:
            'UPDATE "orders" SET confirmationSentAt = ? WHERE orderId = ? AND confirmationSentAt IS MISSING',
          Parameters: [{ S: "2026-11-24T12:00:00.000Z" }, { S }],
        })),
      );
    });

    it("for one by an update, as for each that a batch cannot tell of", async () => {
      const { log, commands, deadline } = setUp((command) =>
        command instanceof UpdateItemCommand ? {} : { Responses: [{}, refused("ValidationError")] },
      );
      expect(await log.sent(["a"], deadline)).to.deep.equal([undefined]);
      expect(await log.sent(["a", "b"], deadline)).to.deep.equal([undefined, undefined]);
      const updates = commands.filter((command) => command instanceof UpdateItemCommand);
      expect(updates.map(({ input }) => input.Key?.orderId?.S)).to.deep.equal(["a", "b"]);
      expect(updates[0]?.input.ExpressionAttributeNames).to.deep.equal({ "#ending": "confirmationSentAt" });
      expect(commands).to.have.length(3);
    });

    it("for none by no call", async () => {
      const { log, commands, deadline } = setUp(() => ({}));
      expect(await log.sent([], deadline)).to.deep.equal([]);
      expect(commands).to.deep.equal([]);
    });

    it("and says of which it could not", async () => {
      const throttled = setUp((command) => ({
        Responses: statementsOf(command).map(({ Parameters: [, id] = [] }) =>
          id?.S === "b" ? refused("ThrottlingError") : {},
        ),
      }));
      const problems = await throttled.log.sent(["a", "b"], throttled.deadline);
      expect(problems.map((problem) => problem?.name)).to.deep.equal([undefined, "ThrottlingError"]);
      const denied = setUp(() => awsError("AccessDeniedException"));
      const all = await denied.log.sent(["a", "b"], denied.deadline);
      expect(all.map((problem) => problem?.name)).to.deep.equal([
        "AccessDeniedException",
        "AccessDeniedException",
      ]);
    });
  });
});
