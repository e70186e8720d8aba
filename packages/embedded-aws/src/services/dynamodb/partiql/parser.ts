import { notSupported } from "../../../core/errors";
import { ExpressionProblem } from "../expressions/problem";
import type { ConditionSyntax, Path } from "../expressions/tree";
import type { ReturnValues } from "../requests";
import { ConditionParser } from "./conditions";
import { Gathered } from "./gathered";
import { isKeyword } from "./keywords";
import { atLiteral, readLiteral, readTuple } from "./literals";
import { Operands } from "./operands";
import { StatementReader } from "./statementReader";
import type { Order, StatementSyntax, TableReference } from "./tree";
import { readUpdate } from "./updates";

/** What a kind of statement has of its own. */
type Own = StatementSyntax extends infer Each
  ? Each extends unknown
    ? Omit<Each, keyof Gathered>
    : never
  : never;

/** @throws ExpressionProblem */
export function parseStatement(text: string): StatementSyntax {
  const parser = new Parser(text);
  return parser.statement();
}

class Parser {
  readonly #reader: StatementReader;
  readonly #gathered = new Gathered();
  readonly #operands: Operands;

  constructor(text: string) {
    this.#reader = new StatementReader(text);
    this.#operands = new Operands(this.#reader, this.#gathered);
  }

  statement(): StatementSyntax {
    const own = this.#own();
    this.#reader.accept(";");
    if (this.#reader.token.kind !== "end") throw this.#reader.malformed("Unexpected token after expression");
    const { parameters, literals, names, noSets } = this.#gathered;
    return { ...own, parameters, literals, names, noSets };
  }

  #own(): Own {
    switch (this.#reader.take().upper) {
      case "INSERT":
        return this.#insert();
      case "UPDATE":
        return this.#update();
      case "DELETE":
        return this.#delete();
      case "SELECT":
        return this.#select();
      case "EXISTS":
        throw notSupported("PartiQL's EXISTS");
      default:
        throw this.#reader.malformed("Expected data manipulation");
    }
  }

  #insert(): Own {
    const reader = this.#reader;
    reader.expectWord("INTO");
    const table = this.#table();
    if (!reader.acceptWord("VALUE")) throw reader.malformed("Unexpected token after expression");
    if (!reader.at("{")) {
      throw reader.problemAt(
        reader.token,
        "Unsupported format in item expression. Please use struct format {...} to express item values for insert statement.",
      );
    }
    const members = readTuple(reader, () =>
      reader.token.kind === "parameter"
        ? this.#operands.value()
        : this.#gathered.literal(readLiteral(reader)),
    );
    if (reader.token.upper === "RETURNING")
      throw new ExpressionProblem("RETURNING is not supported in INSERT");
    return { kind: "insert", table, members };
  }

  #update(): Own {
    const table = this.#table();
    this.#refuseAlias();
    const update = readUpdate(this.#operands);
    return { kind: "update", table, update, where: this.#where(), returning: this.#returning() };
  }

  #delete(): Own {
    this.#reader.expectWord("FROM");
    const table = this.#table();
    this.#refuseAlias();
    const where = this.#where();
    const returning = this.#returning();
    if (returning === "NONE" || returning === "ALL_OLD") return { kind: "delete", table, where, returning };
    const clause = `RETURNING ${returning.replace("UPDATED", "MODIFIED").replace("_", " ")} *`;
    throw new ExpressionProblem(
      `Invalid returning clause: ${clause}. Only RETURNING ALL OLD * is allowed in DELETE statements.`,
    );
  }

  #select(): Own {
    const columns = this.#reader.accept("*") ? undefined : this.#columns();
    this.#reader.expectWord("FROM");
    const table = this.#table();
    this.#refuseAlias();
    return { kind: "select", table, columns, where: this.#where(), order: this.#order() };
  }

  #columns(): readonly Path[] {
    const reader = this.#reader;
    const columns: Path[] = [];
    do {
      if (reader.next?.text === "(" || this.#operands.atValue() || atLiteral(reader))
        throw reader.problemAt(reader.token, "Unexpected path component");
      columns.push(this.#operands.path().path);
      if (reader.token.upper === "AS") throw new ExpressionProblem("Aliasing is not supported");
    } while (reader.accept(","));
    return columns;
  }

  #table(): TableReference {
    const tableName = this.#tableName();
    return this.#reader.accept(".") ? { tableName, indexName: this.#tableName() } : { tableName };
  }

  #tableName(): string {
    const { kind, text } = this.#reader.take();
    if (text !== "" && (kind === "name" || (kind === "word" && !isKeyword(text)))) return text;
    throw this.#reader.malformed("Expected the name of a table");
  }

  #refuseAlias(): void {
    const { kind, text, upper } = this.#reader.token;
    if (kind === "name" || upper === "AS" || (kind === "word" && !isKeyword(text)))
      throw new ExpressionProblem("Aliasing is not supported");
  }

  #where(): ConditionSyntax | undefined {
    return this.#reader.acceptWord("WHERE") ? new ConditionParser(this.#operands).condition() : undefined;
  }

  #returning(): ReturnValues {
    const reader = this.#reader;
    if (!reader.acceptWord("RETURNING")) return "NONE";
    const what = reader.acceptWord("ALL") ? "ALL" : reader.acceptWord("MODIFIED") ? "UPDATED" : undefined;
    const when = reader.acceptWord("OLD") ? "OLD" : reader.acceptWord("NEW") ? "NEW" : undefined;
    if (what === undefined || when === undefined || !reader.accept("*")) {
      throw new ExpressionProblem("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause");
    }
    if (reader.at(","))
      throw new ExpressionProblem("Invalid syntax with multiple returning elements in RETURNING clause");
    return `${what}_${when}`;
  }

  #order(): readonly Order[] {
    const reader = this.#reader;
    if (reader.token.upper === "LIMIT") throw reader.problemAt(reader.token, "Unsupported clause: LIMIT");
    if (!reader.acceptWord("ORDER")) return [];
    reader.expectWord("BY");
    const order: Order[] = [];
    do {
      const { path } = this.#operands.path();
      const descending = reader.acceptWord("DESC");
      if (!descending) reader.acceptWord("ASC");
      order.push({ name: path.map(String).join("."), descending });
    } while (reader.accept(","));
    return order;
  }
}
