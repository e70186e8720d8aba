import { expect } from "chai";
import fc from "fast-check";
import { recordOf } from "../../../../src/core/record";
import { runs } from "../../../support/runs";
import type { Input } from "../../../../src/wire/operation";
import { refusal, S, startTestDatabase, type TestDatabase } from "../support";
import { anyCharacter } from "../../../support/anyCharacter";

type Value = NonNullable<NonNullable<Input<"dynamodb", "PutItem">["Item"]>[string]>;

/** Names that every ordinary object answers to, odd ones, and some of no meaning. */
const name = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "#n", "a.b", "select", 'quo"te', "it's", ":v", "?"),
  // The key has a value of its own.
  fc.stringMatching(/^[a-z]{1,3}$/).filter((each) => each !== "id"),
);
const text = fc.oneof(fc.string(), fc.constantFrom("", "it's", '"', "--", "/*", "?", "é😀"));
const number = fc.oneof(fc.integer().map(String), fc.constantFrom("0.5", "1e10", "-2.50", "00", ".5"));
const member = fc.integer({ min: -9, max: 9 });

const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text.map((each) => ({ S: each })),
    number.map((each) => ({ N: each })),
    fc.boolean().map((each) => ({ BOOL: each })),
    fc.constant({ NULL: true as const }),
    fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
    fc.uniqueArray(member, { minLength: 1, maxLength: 3 }).map((NS) => ({ NS: NS.map(String) })),
    fc.array(tie("value"), { maxLength: 3 }).map((L) => ({ L })),
    fc
      .uniqueArray(fc.tuple(name, tie("value")), { maxLength: 3, selector: ([each]) => each })
      .map((members) => ({ M: recordOf(members) })),
  ),
})).value;

const quoted = (each: string) => `'${each.replaceAll("'", "''")}'`;
const identifier = (each: string) => `"${each.replaceAll('"', '""')}"`;

/** A value as statements write it. */
function literal(each: Value): string {
  const [[type, content] = []] = Object.entries(each) as [string, unknown][];
  switch (type) {
    case "S":
      return quoted(content as string);
    case "NULL":
      return "null";
    case "SS":
      return `<<${(content as string[]).map(quoted).join(", ")}>>`;
    case "NS":
      return `<<${(content as string[]).join(", ")}>>`;
    case "L":
      return `[${(content as Value[]).map(literal).join(", ")}]`;
    case "M":
      return `{${Object.entries(content as Record<string, Value>)
        .map(([key, inner]) => `${quoted(key)}: ${literal(inner)}`)
        .join(", ")}}`;
    default:
      return String(content);
  }
}

/** Some values are written into a statement, the others are its parameters. */
function placed(inline: boolean, each: Value, parameters: Value[]): string {
  if (inline) return literal(each);
  parameters.push(each);
  return "?";
}

const attributes = fc.uniqueArray(fc.tuple(name, value, fc.boolean()), {
  minLength: 1,
  maxLength: 5,
  selector: ([each]) => each,
});

describe("PartiQL beside the operations that were there before it", () => {
  let database: TestDatabase;
  let count = 0;

  before(async () => {
    database = await startTestDatabase();
    for (const table of ["ours", "theirs"])
      await database.createTable(table, {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      });
  });

  after(() => database.close());

  async function itemsOf(id: string): Promise<readonly unknown[]> {
    return Promise.all(
      ["ours", "theirs"].map(
        async (TableName) => (await database.call("GetItem", { TableName, Key: { id: S(id) } })).Item,
      ),
    );
  }

  function expectUnits(): void {
    expect(database.dynamoDb.capacity.of("ours")).to.deep.equal(database.dynamoDb.capacity.of("theirs"));
  }

  it("inserts what PutItem puts, and is charged the same", async () => {
    await fc.assert(
      fc.asyncProperty(attributes, async (entries) => {
        const id = String(count++);
        const parameters: Value[] = [];
        const members = entries.map(
          ([key, each, inline]) => `${quoted(key)}: ${placed(inline, each, parameters)}`,
        );
        const Statement = `INSERT INTO "ours" VALUE {${[`'id': '${id}'`, ...members].join(", ")}}`;
        if (Statement.length > 8192) return;
        await database.call("ExecuteStatement", {
          Statement,
          ...(parameters.length > 0 && { Parameters: parameters }),
        });
        const Item = recordOf<Value>([["id", S(id)], ...entries.map(([key, each]) => [key, each] as const)]);
        await database.call("PutItem", { TableName: "theirs", Item });
        const [ours, theirs] = await itemsOf(id);
        expect(ours, Statement).to.deep.equal(theirs);
        expectUnits();
      }),
      { numRuns: runs(150) },
    );
  });

  it("updates as UpdateItem does, and is charged the same", async () => {
    await fc.assert(
      fc.asyncProperty(attributes, attributes, fc.nat(), async (before, entries, chance) => {
        const id = String(count++);
        const Item = recordOf<Value>([["id", S(id)], ...before.map(([key, each]) => [key, each] as const)]);
        for (const TableName of ["ours", "theirs"]) await database.call("PutItem", { TableName, Item });
        const removed = before.map(([key]) => key).filter((key) => !entries.some(([other]) => other === key));
        const gone = chance % 2 === 0 ? removed.slice(0, 1) : [];

        const parameters: Value[] = [];
        const sets = entries.map(
          ([key, each, inline]) => `${identifier(key)} = ${placed(inline, each, parameters)}`,
        );
        const removes = gone.map((key) => ` REMOVE ${identifier(key)}`).join("");
        const Statement = `UPDATE "ours" SET ${sets.join(", ")}${removes} WHERE id = ?`;
        if (Statement.length > 8192) return;
        await database.call("ExecuteStatement", { Statement, Parameters: [...parameters, S(id)] });

        const alias = (key: string, index: number) => [`#n${index}`, key] as const;
        const written = entries.map((_, index) => `#n${index} = :v${index}`).join(", ");
        await database.call("UpdateItem", {
          TableName: "theirs",
          Key: { id: S(id) },
          UpdateExpression: `SET ${written}${gone.length > 0 ? " REMOVE #gone" : ""}`,
          ExpressionAttributeNames: recordOf([
            ...entries.map(([key], index) => alias(key, index)),
            ...gone.map((key) => ["#gone", key] as const),
          ]),
          ExpressionAttributeValues: recordOf(
            entries.map(([, each], index) => [`:v${index}`, each] as const),
          ),
        });
        const [ours, theirs] = await itemsOf(id);
        expect(ours, Statement).to.deep.equal(theirs);
        expectUnits();
      }),
      { numRuns: runs(150) },
    );
  });

  it("answers or refuses whatever it is given, and quickly", async () => {
    const pieces = fc.constantFrom(
      ..."INSERT INTO ours VALUE { } [ ] ( ) << >> ' '' \" ? , . : ; = <> + - -- /* */ id 'a' 1 1e5 SELECT * FROM".split(
        " ",
      ),
      ..."UPDATE SET REMOVE DELETE WHERE AND OR NOT IN BETWEEN IS MISSING RETURNING ALL OLD size( set_add(".split(
        " ",
      ),
      "\u0000",
      "\ud800",
      "é",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.array(pieces, { minLength: 1, maxLength: 30 }).map((words) => words.join(" ")),
          fc
            .tuple(
              fc.constantFrom(
                `INSERT INTO "ours" VALUE {'id': 'x', 'n': `,
                `UPDATE "ours" SET n = `,
                `SELECT * FROM "ours" WHERE `,
              ),
              fc.array(pieces, { maxLength: 12 }),
            )
            .map(([start, words]) => start + words.join(" ")),
          fc.string({ minLength: 1, maxLength: 200, unit: anyCharacter }),
        ),
        async (Statement) => {
          try {
            await database.call("ExecuteStatement", { Statement });
          } catch (error) {
            expect((error as { code?: string }).code, Statement).to.be.oneOf([
              "ValidationException",
              "ResourceNotFoundException",
              "ConditionalCheckFailedException",
              "DuplicateItemException",
              "NotSupportedByEmbeddedCloud",
            ]);
          }
        },
      ),
      { numRuns: runs(400) },
    );
  });

  const LONGEST = 8192;
  const filled = (start: string, piece: string, end = "") =>
    start + piece.repeat(Math.floor((LONGEST - start.length - end.length) / piece.length)) + end;
  for (const [what, statement] of Object.entries({
    lists: filled(`INSERT INTO "ours" VALUE {'id': 'x', 'n': `, "["),
    maps: filled(`INSERT INTO "ours" VALUE {'id': 'x', 'n': `, "{'a':"),
    sets: filled(`INSERT INTO "ours" VALUE {'id': 'x', 'n': `, "<<"),
    parentheses: filled(`SELECT * FROM "ours" WHERE `, "("),
    "parentheses in what is set": filled(`UPDATE "ours" SET n = `, "("),
    negations: filled(`SELECT * FROM "ours" WHERE `, "NOT ", "n = 1"),
    functions: filled(`UPDATE "ours" SET n = `, "if_not_exists(n, "),
    conditions: filled(`SELECT * FROM "ours" WHERE `, "n=1 AND ", "n=1"),
    choices: filled(`SELECT * FROM "ours" WHERE n IN [1`, ",1", "]"),
    paths: filled(`SELECT a`, ".a", ` FROM "ours"`),
    columns: filled(`SELECT a`, ",a", ` FROM "ours"`),
    "minus signs": filled(`SELECT * FROM "ours" WHERE n = `, "- "),
    "open comments": filled(`SELECT * FROM "ours" `, "/*"),
    "open strings": filled(`SELECT * FROM "ours" WHERE n = `, "'"),
    "open names": filled(`SELECT * FROM "ours" WHERE `, '"'),
    digits: filled(`SELECT * FROM "ours" WHERE n = `, "1"),
    "an empty line": " ".repeat(LONGEST),
  })) {
    it(`refuses a statement full of ${what}`, async () => {
      const error = await refusal(database.call("ExecuteStatement", { Statement: statement }));
      expect(error.code).to.equal("ValidationException");
      expect(error.message.length).to.be.lessThan(1000);
    });
  }

  it("refuses parameters that nest too deep", async () => {
    let deep: Value = S("x");
    for (let level = 1; level <= 32; level++) deep = { L: [deep] };
    const Statement = `INSERT INTO "ours" VALUE {'id': 'deep', 'n': ?}`;
    const error = await refusal(database.call("ExecuteStatement", { Statement, Parameters: [deep] }));
    expect(error.message).to.contain("Nesting Levels have exceeded supported limits");
  });
});
