import { expect } from "chai";
import {
  type BusEvent,
  type InputChoice,
  targetInput,
  undefinedVariables,
} from "../../../src/services/eventBridge/targetInput";

const event: BusEvent = {
  version: "0",
  id: "e1",
  "detail-type": "Alarm",
  source: "aws.cloudwatch",
  account: "000000000000",
  time: "2026-01-01T00:00:00Z",
  region: "us-east-1",
  resources: ["arn:a"],
  detail: {
    state: { value: "ALARM" },
    text: 'say "hi"',
    count: 3,
    items: [{ sku: "a" }, { sku: "b" }, {}],
    "odd key": true,
  },
};
const rule = { name: "r", arn: "arn:rule/r" };
const transformed = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  targetInput({ InputTransformer: { InputTemplate, InputPathsMap } }, event, rule);

describe("targetInput", () => {
  const cases: readonly (readonly [string, InputChoice, string])[] = [
    ["the whole event", {}, JSON.stringify(event)],
    ["a constant", { Input: '{"a":1}' }, '{"a":1}'],
    ["a part", { InputPath: "$.detail.state" }, '{"value":"ALARM"}'],
    ["a position", { InputPath: "$.resources[0]" }, '"arn:a"'],
    ["one of a list's items", { InputPath: "$.detail.items[1].sku" }, '"b"'],
    ["something of all items", { InputPath: "$.detail.items[*].sku" }, '["a","b"]'],
    ["all items of what is no list", { InputPath: "$.detail.state[*]" }, "[]"],
    ["a quoted member", { InputPath: "$.detail['odd key']" }, "true"],
  ];
  for (const [what, choice, expected] of cases) {
    it(`can be ${what}`, () => {
      expect(targetInput(choice, event, rule)).to.equal(expected);
    });
  }

  it("fills a JSON template with values as JSON", () => {
    const text = transformed('{"state": <state>, "count": <count>, "all": <whole>}', {
      state: "$.detail.state.value",
      count: "$.detail.count",
      whole: "$.detail.state",
    });
    expect(JSON.parse(text)).to.deep.equal({ state: "ALARM", count: 3, all: { value: "ALARM" } });
  });

  it("fills a text with values as text, escaped where JSON wants it", () => {
    const text = transformed('{"line": "<text> of \\"<count>\\" by <aws.events.rule-name>"}', {
      text: "$.detail.text",
      count: "$.detail.count",
    });
    expect(JSON.parse(text)).to.deep.equal({ line: 'say "hi" of "3" by r' });
  });

  it("carries the event without its detail, or the whole of it, and an empty text for what is not there", () => {
    const { detail: _detail, ...rest } = event;
    const text = transformed(
      '{"event": <aws.events.event>, "all": <aws.events.event.json>, "none": <none>, "inside": "[<none>]"}',
      {
        none: "$.detail.none",
      },
    );
    expect(JSON.parse(text)).to.deep.equal({ event: rest, all: event, none: "", inside: "[]" });
  });

  it("tells which variables of a template nothing defines", () => {
    expect(undefinedVariables("<a> <b> <aws.events.event> <aws.events.nope>", { a: "$.a" })).to.deep.equal([
      "b",
      "aws.events.nope",
    ]);
  });
});
