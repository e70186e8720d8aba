import { expect } from "chai";
import fc from "fast-check";
import { Bindings } from "../../../../src/services/dynamodb/expressions/bind";
import {
  parseCondition,
  parseProjection,
  parseUpdate,
} from "../../../../src/services/dynamodb/expressions/parser";
import { ExpressionProblem } from "../../../../src/services/dynamodb/expressions/problem";
import { Recent } from "../../../../src/services/dynamodb/expressions/recent";
import {
  conditionRefusals,
  names,
  projectionRefusals,
  type Refusal,
  updateRefusals,
  values,
} from "./refusals";

type Language = "condition" | "update" | "projection";

const read: Readonly<Record<Language, (text: string) => unknown>> = {
  condition: (text) => new Bindings(names, values).condition(parseCondition(text)),
  update: (text) => new Bindings(names, values).update(parseUpdate(text)),
  projection: (text) => new Bindings(names, values).projection(parseProjection(text)),
};

function refusalOf(language: Language, text: string): string {
  try {
    read[language](text);
  } catch (error) {
    if (error instanceof ExpressionProblem) return error.message;
    throw error;
  }
  return "accepted";
}

describe("The parser of DynamoDB's expressions", () => {
  const tables: Readonly<Record<Language, readonly Refusal[]>> = {
    condition: conditionRefusals,
    update: updateRefusals,
    projection: projectionRefusals,
  };
  for (const language of ["condition", "update", "projection"] as const) {
    for (const [text, reason] of tables[language]) {
      it(`refuses the ${language} ${JSON.stringify(text)} as AWS does`, () => {
        expect(refusalOf(language, text)).to.equal(reason);
      });
    }
  }

  it("knows what may be written", () => {
    for (const text of [
      "NOT NOT n = :n",
      "attribute_exists((n))",
      "((size(n)) = :n)",
      "n\t=\r\n:n",
      "l [ 0 ] = :n",
    ])
      expect(refusalOf("condition", text), text).to.equal("accepted");
    for (const text of [
      "set a=:n-:n",
      "SET a = (l[0]) + (:n)",
      "SET a = (list_append(l, :l))",
      "SeT a=:n ReMoVe b",
    ])
      expect(refusalOf("update", text), text).to.equal("accepted");
  });

  it("lists what a request's type may be called, where the name is none", () => {
    expect(refusalOf("condition", "attribute_type(n, :s)")).to.equal(
      "Invalid attribute type name found; type: a, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
    );
  });

  it("shows characters beyond the basic plane whole", () => {
    expect(refusalOf("condition", "n = 😀")).to.equal('Syntax error; token: "😀", near: "= 😀"');
  });

  it("answers any text with a tree or a refusal", () => {
    const words = fc.constantFrom(
      ..."( ) [ ] . , = <> < <= + - AND OR NOT IN BETWEEN SET REMOVE ADD DELETE n m.x l[0] #n #zz :n :zz :s size contains attribute_exists if_not_exists list_append name 0 7 😀 \u00e9".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), fc.constantFrom("", " "), (parts, space) => {
        for (const language of ["condition", "update", "projection"] as const) {
          expect(refusalOf(language, parts.join(space))).to.be.a("string");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("is bounded in depth whatever is in one another", () => {
    const deep = (text: string, close = "") => text.repeat(1_300) + "n" + close.repeat(1_300);
    for (const text of [
      deep("("),
      deep("(", ")"),
      deep("NOT "),
      deep("size(", ")").slice(0, 4096),
      deep("NOT("),
    ]) {
      expect(refusalOf("condition", text.slice(0, 4096))).to.match(
        /redundant parentheses|operator count: 301/,
      );
    }
    expect(refusalOf("update", `SET a = ${"(".repeat(4_000)}`)).to.match(/redundant parentheses/);
  });
});

describe("Recent trees", () => {
  it("are made once for each text, while they are among the last that were asked for", () => {
    const made: string[] = [];
    const recent = new Recent((text) => ({ number: made.push(text) }), 4);
    const a = recent.of("aa");
    recent.of("b");
    expect(recent.of("aa")).to.equal(a);
    recent.of("cc");
    expect(recent.size).to.equal(2);
    expect(recent.of("aa")).to.equal(a);
    recent.of("b");
    expect(made).to.deep.equal(["aa", "b", "cc", "b"]);
    recent.of("longer than all");
    expect(recent.size).to.equal(1);
  });
});
