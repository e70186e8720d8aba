import { expect } from "chai";
import fc from "fast-check";
import { spy, type SinonSpy } from "sinon";
import { parseCbor, writeCbor } from "../../../src/wire/cbor";

describe("CBOR from a stranger", () => {
  let warn: SinonSpy;
  beforeEach(() => {
    warn = spy(console, "warn");
  });
  afterEach(() => warn.restore());

  it("comes back as it was written", () => {
    const tree = { text: "ü", list: [1, -2, 2.5, true, null], bytes: new Uint8Array([1, 2]), map: { a: {} } };
    expect(parseCbor(writeCbor(tree))).to.deep.equal(tree);
  });

  for (const head of [0x5b, 0x7b, 0x9b, 0xbb]) {
    it(`is refused in silence when a length is beyond all there is (0x${head.toString(16)})`, () => {
      const body = Uint8Array.from([
        0xa1,
        0x61,
        0x61,
        head,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0x61,
      ]);
      expect(() => parseCbor(body)).to.throw(/is more than what is left/);
      expect(warn.called).to.equal(false);
    });
  }

  it("never writes on the console", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (body) => {
        try {
          parseCbor(body);
        } catch {
          // Most bodies are none.
        }
        expect(warn.called).to.equal(false);
      }),
    );
  });
});
