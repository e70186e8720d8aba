import { expect } from "chai";
import { seededRandom } from "../../../src/core/random";

describe("a seeded source of randomness", () => {
  it("gives a seed the identifiers that it always had: a run can be repeated with a later version", () => {
    const random = seededRandom(7);
    expect(random.hex(5)).to.equal("02ff1");
    expect(random.uuid()).to.equal("0fdc7f12-fa16-4e5e-b2f3-8b96857d6fe7");
    expect(random.hex(40)).to.equal("67d044f4775b05953d6bbcab8da6bf2dbad59ed8");
  });
});
