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

  const huge = [0x1b, 0xde, 0x10, 0x6a, 0x5a, 0x5f, 0x8e, 0x24, 0xf6];
  const badKeys: readonly (readonly [string, readonly number[]])[] = [
    ["a huge integer", [0xa1, ...huge, 0x01]],
    ["a small integer, which the library reads as a length", [0xa1, 0x01, 0x61, 0x01]],
    ["bytes", [0xa1, 0x41, 0x61, 0x01]],
    ["a tagged text", [0xa1, 0xc1, 0x61, 0x61, 0x01]],
    ["an integer behind a whole entry", [0xa2, 0x61, 0x61, 0x01, ...huge, 0x01]],
    ["an integer behind an entry whose value is a list", [0xa2, 0x61, 0x61, 0x82, 0x01, 0x02, ...huge, 0x01]],
    ["an integer behind an entry whose value is tagged", [0xa2, 0x61, 0x61, 0xc1, 0x01, ...huge, 0x01]],
    ["an integer in a map without a length", [0xbf, 0x61, 0x61, 0x9f, 0x01, 0xff, ...huge, 0x01, 0xff]],
    ["an integer in a map within another", [0xa1, 0x61, 0x61, 0xa1, ...huge, 0x01]],
  ];
  for (const [what, body] of badKeys)
    it(`refuses in silence a key that is ${what}`, () => {
      expect(() => parseCbor(Uint8Array.from(body))).to.throw("a key of a map is no text");
      expect(warn.called).to.equal(false);
    });

  it("takes huge integers, lists and parts of texts where they are values", () => {
    expect(parseCbor(Uint8Array.from([0xa1, 0x61, 0x61, 0x82, ...huge, 0x02]))).to.deep.equal({
      a: [0xde106a5a5f8e24f6n, 2],
    });
    const parts = [0xbf, 0x61, 0x61, 0x7f, 0x61, 0x62, 0x61, 0x63, 0xff, 0x61, 0x64, 0xa0, 0xff];
    expect(parseCbor(Uint8Array.from(parts))).to.deep.equal({ a: "bc", d: {} });
  });

  it("takes what is tagged for one item", () => {
    // A time (tag 1) twice, the second within a list.
    const body = [0xa2, 0x61, 0x61, 0xc1, 0x01, 0x61, 0x62, 0x81, 0xc1, 0x02];
    expect(parseCbor(Uint8Array.from(body))).to.have.all.keys("a", "b");
  });

  it("takes all that it writes", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (tree) => {
        const text = JSON.stringify(tree);
        // The library sets the prototype instead.
        fc.pre(!text.includes("__proto__"));
        // JSON has no minus zero, and CBOR's writer none either.
        const given = JSON.parse(text) as object;
        expect(parseCbor(writeCbor(given))).to.deep.equal(given);
      }),
    );
  });

  it("never writes on the console", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (body) => {
        warn.resetHistory();
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
