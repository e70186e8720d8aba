import type { BatchExecuteStatementCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { createStatements, StatementRefused } from "../../../../handlers/shared/statements";
import { steppedTiming } from "../../support/handlerFakes";

/** @param answer what DynamoDB answers to each call, by its number from 1. */
function setUp(answer: (call: number) => object) {
  const timing = steppedTiming();
  const sizes: number[] = [];
  const send = async ({ input }: BatchExecuteStatementCommand, options: object) => {
    await Promise.resolve();
    expect(options).to.have.property("abortSignal").that.is.instanceOf(AbortSignal);
    sizes.push(input.Statements?.length ?? 0);
    return answer(sizes.length);
  };
  const execute = createStatements({ client: { send: send as DynamoDBClient["send"] }, timing });
  return {
    sizes,
    execute: (count: number) =>
      execute(
        Array.from({ length: count }, (_, index) => ({ Statement: `s${index}` })),
        timing.now() + 3_000,
      ),
  };
}

describe("statements", () => {
  it("are executed 25 a call, each decided by itself", async () => {
    const { sizes, execute } = setUp((call) => ({
      Responses: Array.from({ length: call === 1 ? 25 : 1 }, (_, place) =>
        call === 1 && place === 3 ? { Error: { Code: "DuplicateItem", Message: "there" } } : {},
      ),
    }));
    const problems = await execute(26);
    expect(sizes).to.deep.equal([25, 1]);
    expect(problems.filter((problem) => problem !== undefined)).to.have.length(1);
    expect(problems[3])
      .to.be.instanceOf(StatementRefused)
      .and.to.include({ name: "DuplicateItem", tried: false });
  });

  it("that an answer does not tell of are not taken for executed", async () => {
    for (const answer of [{ Responses: [{}] }, {}]) {
      const { sizes, execute } = setUp(() => answer);
      const [first, second] = await execute(2);
      for (const problem of "Responses" in answer ? [second] : [first, second])
        expect(problem)
          .to.be.instanceOf(StatementRefused)
          .and.to.include({ name: "Unanswered", tried: false });
      expect(sizes).to.deep.equal([2]);
    }
  });

  it("are tried again where a refusal passes, and say so", async () => {
    const { sizes, execute } = setUp((call) => ({
      Responses: [{ Error: { Code: call === 1 ? "ThrottlingError" : "ConditionalCheckFailed" } }],
    }));
    const [problem] = await execute(1);
    expect(sizes).to.deep.equal([1, 1]);
    expect(problem)
      .to.be.instanceOf(StatementRefused)
      .and.to.include({ name: "ConditionalCheckFailed", tried: true });
  });
});
