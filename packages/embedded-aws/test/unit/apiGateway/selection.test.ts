import { expect } from "chai";
import fc from "fast-check";
import { accessLogLine } from "../../../src/services/apiGateway/accessLog";
import { evaluateExpression, problemOfExpression } from "../../../src/services/apiGateway/selection";

const surroundings = {
  context: new Map([
    ["requestId", "r1"],
    ["identity.userAgent", 'a"b'],
  ]),
  stageVariables: { shop: "s1" },
};

function evaluate(expression: string, body = "", more: object = {}): string | undefined {
  const source = {
    kind: "request",
    headers: new Map([["x-own", "h1"]]),
    query: new Map([["Q", "q1"]]),
    path: "/orders/A-1",
    pathParameters: new Map([["id", "A-1"]]),
    body,
    ...more,
  } as const;
  return evaluateExpression(expression, source, surroundings);
}

describe("selection expressions", () => {
  it("take what stands where they say", () => {
    const body = JSON.stringify({ orderId: "A-1", n: 5, list: [{ sku: "S" }], object: { a: 1 }, "": 0 });
    const cases = {
      "$request.body": body,
      "$request.body.orderId": "A-1",
      "$request.body.n": "5",
      "$request.body.list[0].sku": "S",
      "$request.body.object": '{"a":1}',
      "$request.header.X-Own": "h1",
      "$request.querystring.Q": "q1",
      "$request.path": "/orders/A-1",
      "$request.path.id": "A-1",
      "$context.requestId": "r1",
      "$stageVariables.shop": "s1",
      "a constant": "a constant",
      "${request.path.id} of ${stageVariables.shop}, ${request.body.none}.": "A-1 of s1, .",
    };
    for (const [expression, value] of Object.entries(cases)) {
      expect(problemOfExpression(expression, "request"), expression).to.equal(undefined);
      expect(evaluate(expression, body), expression).to.equal(value);
    }
  });

  it("find nothing where nothing stands, whatever it is called", () => {
    for (const name of ["none", "__proto__", "constructor", "toString", "orderId.length", "list[9]"])
      expect(evaluate(`$request.body.${name}`, '{"orderId":"A-1","list":[]}'), name).to.equal(undefined);
    for (const expression of [
      "$request.header.none",
      "$request.querystring.q",
      "$stageVariables.toString",
      "$request.path.x",
    ])
      expect(evaluate(expression), expression).to.equal(undefined);
    expect(evaluate("$request.body", "")).to.equal(undefined);
  });

  it("never fail for a body that is anything", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.string(), (body, name) => {
        const value = evaluate(`$request.body.${name}`, body);
        expect(value === undefined || typeof value === "string").to.equal(true);
      }),
    );
  });
});

describe("a line of an access log", () => {
  it("stays one line of JSON, whatever callers send", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (agent, path) => {
        const context = new Map([
          ["identity.userAgent", agent],
          ["path", path],
        ]);
        const line = accessLogLine('{"agent":"$context.identity.userAgent","path":"$context.path"}', context);
        expect(line).not.to.match(/[\r\n]/);
        expect(JSON.parse(line)).to.deep.equal({ agent: agent || "-", path: path || "-" });
      }),
    );
  });
});
