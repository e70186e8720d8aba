import { expect } from "chai";
import { inlineKeys } from "../../../../components/bundling/inlineKeys";

describe("inlineKeys", () => {
  it("writes constants into the keys that they stand for, and leaves lines as they were", () => {
    const code = 'var _n = "name";\nvar S = [3, { [_n]: `Min`,\n  [_n]: 1 }];\n';
    expect(inlineKeys(code)).to.equal('var _n = "name";\nvar S = [3, { "name": `Min`,\n  "name": 1 }];\n');
  });

  it("leaves alone what is no constant text at the top of a module", () => {
    for (const code of [
      "var S = { [_n]: 1 };\n",
      "var _n = 7;\nvar S = { [_n]: 1 };\n",
      '  var _n = "inner";\nvar S = { [_n]: 1 };\n',
      'var _n = "a\\"b";\nvar S = { [_n]: 1 };\n',
      'var n = "name";\nvar S = { [n]: 1 };\n',
    ]) {
      expect(inlineKeys(code)).to.equal(code);
    }
  });
});
