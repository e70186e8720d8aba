import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import { refusal, S, startTestDatabase, type TestDatabase } from "./support";
import { runs } from "../../support/runs";

/** Operands of conditions, all of them about one item. */
const values = { ":v": S("1"), ":n": { N: "1" } };
const item = { id: S("1"), a: S("1"), b: S("2"), n: { N: "1" } };

interface Tree {
  readonly text: string;
  readonly holds: boolean;
  /** Needs no parentheses within another. */
  readonly bare: boolean;
}

const leaves: readonly Tree[] = [
  { text: "a = :v", holds: true, bare: true },
  { text: "b = :v", holds: false, bare: true },
  { text: "size(a) = :n", holds: true, bare: true },
  { text: "attribute_not_exists(c)", holds: true, bare: true },
  { text: "n BETWEEN :n AND :n", holds: true, bare: true },
  { text: "b IN (:v, :v)", holds: false, bare: true },
];

/** Boolean expressions with parentheses wherever they are not redundant, and what they come to. */
const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 7, depthIdentifier: "tree" },
    fc.constantFrom(...leaves),
    fc.tuple(fc.constantFrom("AND", "OR"), tie("tree"), tie("tree")).map(([operator, left, right]) => ({
      text: `${inParentheses(left)} ${operator} ${inParentheses(right)}`,
      holds: operator === "AND" ? left.holds && right.holds : left.holds || right.holds,
      bare: false,
    })),
    tie("tree").map((inner) => ({ text: `NOT (${inner.text})`, holds: !inner.holds, bare: false })),
  ),
})).tree;

function inParentheses(tree: Tree): string {
  return tree.bare ? tree.text : `(${tree.text})`;
}

/** a = :v in n levels of operators, on the left or on the right. */
function nested(levels: number, side: "left" | "right"): string {
  let text = "a = :v";
  for (let level = 1; level < levels; level++) {
    const operator = level % 2 === 0 ? "AND" : "OR";
    text = side === "left" ? `(${text}) ${operator} a = :v` : `a = :v ${operator} (${text})`;
  }
  return text;
}

describe("DynamoDB expressions", () => {
  let database: TestDatabase;

  before(async () => {
    database = await startTestDatabase();
    await database.createTable("table");
    await database.call("PutItem", { TableName: "table", Item: item });
  });

  after(async () => {
    await database.close();
  });

  const put = (ConditionExpression: string) => {
    const used = Object.entries(values).filter(([name]) => ConditionExpression.includes(name));
    return database.call("PutItem", {
      TableName: "table",
      Item: item,
      ConditionExpression,
      ...(used.length > 0 && { ExpressionAttributeValues: Object.fromEntries(used) }),
    });
  };
  const holds = (condition: string) =>
    put(condition).then(
      () => true,
      (error: unknown) => {
        if ((error as Error).name === "ConditionalCheckFailedException") return false;
        throw error;
      },
    );

  it("come to what their parentheses say", async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        fc.pre(tree.text.length < 4096);
        expect(await holds(tree.text), tree.text).to.equal(tree.holds);
      }),
      { numRuns: runs(200) },
    );
  });

  // A parser that goes back over what it has read takes half a second for 12 levels, 15 s for 17, and so on.
  for (const side of ["left", "right"] as const) {
    for (const levels of [12, 17, 60, 120, 150]) {
      it(`may lie ${levels} levels deep on the ${side}`, async () => {
        expect(await holds(nested(levels, side))).to.equal(true);
      });
    }
  }

  it("may say NOT 299 times", async () => {
    expect(await holds("NOT (".repeat(299) + "a = :v" + ")".repeat(299))).to.equal(false);
    const error = await refusal(put("NOT (".repeat(300) + "a = :v" + ")".repeat(300)));
    expect(error.message).to.equal(
      "Invalid ConditionExpression: The expression contains too many operators; operator count: 301",
    );
  });

  const many = (text: string, count: number, by = " OR ") => Array(count).fill(text).join(by);
  const accepted: [what: string, condition: string][] = [
    ["300 operators", many("a=:v", 150)],
    ["as many functions", many("contains(a,:v)", 150)],
    ["BETWEEN, whose AND does not count", many("n BETWEEN :n AND :n", 150)],
    ["4096 bytes", "a = :v".padEnd(4096)],
    ["a path of 32 levels", `attribute_not_exists(z${".y".repeat(31)})`],
    ["100 operands of IN", `a IN (${many(":v", 100, ",")})`],
    ["parentheses around one operand", "(a) = :v"],
  ];
  for (const [what, condition] of accepted) {
    it(`may have ${what}`, async () => {
      expect(await holds(condition)).to.equal(true);
    });
  }

  // Words of AWS's own DynamoDB Local.
  const refused: [what: string, condition: string, reason: string][] = [
    ["302 operators", many("a=:v", 151), "The expression contains too many operators; operator count: 301"],
    [
      "301 functions",
      many("size(a)=:n", 101),
      "The expression contains too many operators; operator count: 301",
    ],
    [
      "4097 bytes",
      "a = :v".padEnd(4097),
      "Expression size has exceeded the maximum allowed size; expression size: 4097",
    ],
    [
      "a path of 33 levels",
      `attribute_exists(a${"[0]".repeat(39)})`,
      "The document path has too many nesting levels; nesting levels: 40",
    ],
    [
      "101 operands of IN",
      `a IN (${many(":v", 101, ",")})`,
      "The IN operator is provided with too many operands; number of operands: 101",
    ],
    ["parentheses twice", "((a = :v))", "The expression has redundant parentheses;"],
    [
      "parentheses 17 times",
      "(".repeat(17) + "a = :v" + ")".repeat(17),
      "The expression has redundant parentheses;",
    ],
    [
      "parentheses 2000 times",
      "(".repeat(2000) + "a = :v" + ")".repeat(2000),
      "The expression has redundant parentheses;",
    ],
    [
      "a function of a prototype",
      "constructor(a) AND a = :v",
      "Invalid function name; function: constructor",
    ],
    [
      "functions in functions",
      `${"size(".repeat(20)}a${")".repeat(20)} = :n`,
      "Incorrect operand type for operator or function; operator or function: size, operand type: N",
    ],
  ];
  for (const [what, condition, reason] of refused) {
    it(`may not have ${what}`, async () => {
      const error = await refusal(put(condition));
      expect(error).to.include({
        code: "ValidationException",
        message: `Invalid ConditionExpression: ${reason}`,
      });
    });
  }

  const broken: [what: string, condition: string][] = [
    ["never closed", "(".repeat(300) + "a"],
    ["broken at the innermost place", nested(150, "left").replace("a = :v)", "a :v)")],
    ["broken at the end", `${nested(100, "left")} AND`],
    ["of functions that lack an operand", "contains(".repeat(290) + "a" + ")".repeat(290)],
    ["of NOT alone", "NOT ".repeat(300)],
  ];
  for (const [what, condition] of broken) {
    it(`are refused at once when they are ${what}`, async () => {
      const error = await refusal(put(condition));
      expect(error.message)
        .to.match(/^Invalid ConditionExpression: /)
        .and.not.contain("call stack");
    });
  }

  it("are bounded in updates and projections as well", async () => {
    const update = (UpdateExpression: string) =>
      database.call("UpdateItem", {
        TableName: "table",
        Key: { id: S("2") },
        UpdateExpression,
        ExpressionAttributeValues: { ":n": { N: "1" } },
      });
    await update(`SET a = ${"if_not_exists(b,".repeat(100)}:n${")".repeat(100)}`);
    await update(`SET ${Array.from({ length: 300 }, (_, n) => `a${n}=:n+:n`).join(",")}`);
    const tooMany = `SET ${Array.from({ length: 301 }, (_, n) => `a${n}=:n+:n`).join(",")}`;
    expect((await refusal(update(tooMany))).message).to.contain("operator count: 301");
    const ProjectionExpression = `a${".b".repeat(40)}`;
    const reads = [
      database.call("GetItem", { TableName: "table", Key: { id: S("1") }, ProjectionExpression }),
      database.call("BatchGetItem", {
        RequestItems: { table: { Keys: [{ id: S("1") }], ProjectionExpression } },
      }),
    ];
    for (const read of reads) {
      expect((await refusal(read)).message).to.equal(
        "Invalid ProjectionExpression: The document path has too many nesting levels; nesting levels: 41",
      );
    }
  });

  describe("documents", () => {
    const nestedIn = (levels: number): AttributeValue =>
      levels === 0
        ? S("x")
        : levels % 2 === 0
          ? { M: { a: nestedIn(levels - 1) } }
          : { L: [nestedIn(levels - 1)] };
    const key = { id: S("deep") };

    it("may lie 32 levels deep", async () => {
      await database.call("PutItem", { TableName: "table", Item: { ...key, d: nestedIn(31) } });
      expect((await database.call("GetItem", { TableName: "table", Key: key })).Item).to.have.deep.property(
        "d",
        nestedIn(31),
      );
    });

    const tooDeep: [what: string, operation: string, input: object][] = [
      ["put", "PutItem", { TableName: "table", Item: { ...key, d: nestedIn(32) } }],
      ["put with a hundred levels", "PutItem", { TableName: "table", Item: { ...key, d: nestedIn(100) } }],
      [
        "written in a batch",
        "BatchWriteItem",
        { RequestItems: { table: [{ PutRequest: { Item: { ...key, d: nestedIn(32) } } }] } },
      ],
      [
        "written in a transaction",
        "TransactWriteItems",
        { TransactItems: [{ Put: { TableName: "table", Item: { ...key, d: nestedIn(32) } } }] },
      ],
      [
        "given to an expression",
        "UpdateItem",
        {
          TableName: "table",
          Key: key,
          UpdateExpression: "SET x = :x",
          ExpressionAttributeValues: { ":x": nestedIn(32) },
        },
      ],
      ["expected", "DeleteItem", { TableName: "table", Key: key, Expected: { d: { Value: nestedIn(32) } } }],
      [
        "set deep inside another",
        "UpdateItem",
        {
          TableName: "table",
          Key: key,
          UpdateExpression: "SET d[0].a = :x",
          ExpressionAttributeValues: { ":x": nestedIn(31) },
        },
      ],
    ];
    for (const [what, operation, input] of tooDeep) {
      it(`are refused beyond, when they are ${what}`, async () => {
        const error = await refusal(database.untyped(operation, input));
        expect(error.code).to.equal("ValidationException");
        expect(error.message).to.match(/^Nesting Levels have exceeded supported limits/);
      });
    }
  });
});
