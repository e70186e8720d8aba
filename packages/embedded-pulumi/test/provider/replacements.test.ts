import { expect } from "chai";
import { typesWithReplacements } from "../../src/provider/replacements";
import { resourceTypes } from "../../src/provider/table";

describe("the list of replacing properties", () => {
  it("knows every type that the embedded cloud can create", () => {
    expect([...resourceTypes.keys()].filter((type) => !typesWithReplacements.includes(type))).to.deep.equal(
      [],
    );
  });

  it("knows no type that the AWS provider lacks", () => {
    for (const type of typesWithReplacements) {
      const [, path = ""] = type.split(":");
      expect(() => require.resolve(`@pulumi/aws/${path}`), type).not.to.throw();
    }
  });
});
