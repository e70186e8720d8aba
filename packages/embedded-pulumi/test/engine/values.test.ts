import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { expect } from "chai";
import fc from "fast-check";
import {
  Archive,
  Asset,
  containsSecret,
  containsUnknown,
  display,
  fromWire,
  OutputValue,
  plain,
  type PropertyValue,
  ResourceReference,
  Secret,
  toWire,
  UNKNOWN,
  WIRE,
} from "../../src/engine/values";

const key = fc.string({ minLength: 1 }).filter((name) => name !== WIRE.signatureKey && name !== "__proto__");

const asset = fc.oneof(
  fc.string().map((text) => new Asset({ text })),
  fc.string().map((path) => new Asset({ path })),
);

const { value } = fc.letrec<{ value: PropertyValue; archive: Archive }>((tie) => ({
  archive: fc.oneof(
    { maxDepth: 2 },
    fc.string().map((path) => new Archive({ path })),
    fc
      .dictionary(key, fc.oneof(asset, tie("archive")), { maxKeys: 2 })
      .map((assets) => new Archive({ assets: { ...assets } })),
  ),
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.constant(UNKNOWN),
    asset,
    tie("archive"),
    fc.string({ minLength: 1 }).map((urn) => new ResourceReference(urn, undefined)),
    fc.string({ minLength: 1 }).map((id) => new ResourceReference("urn", id)),
    fc.constant(new ResourceReference("urn", UNKNOWN)),
    tie("value").map((inner) => new Secret(inner)),
    fc
      .tuple(
        fc.option(tie("value"), { nil: undefined }),
        fc.boolean(),
        fc.array(fc.string(), { maxLength: 2 }),
      )
      .map(([inner, secret, urns]) => new OutputValue(inner, secret, urns)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3 }).map((map) => ({ ...map })),
  ),
}));

describe("property values", () => {
  it("use the installed SDK's marks", () => {
    expect(WIRE).to.deep.equal({
      unknown: rpc.unknownValue,
      signatureKey: rpc.specialSigKey,
      asset: rpc.specialAssetSig,
      archive: rpc.specialArchiveSig,
      secret: rpc.specialSecretSig,
      resourceReference: rpc.specialResourceSig,
      outputValue: rpc.specialOutputValueSig,
    });
  });

  it("come off the wire as they went onto it", () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(fromWire(toWire(original))).to.deep.equal(original);
      }),
    );
  });

  it("travel as JSON", () => {
    fc.assert(
      fc.property(value, (original) => {
        const text = JSON.stringify(toWire(original));
        expect(JSON.stringify(toWire(fromWire(JSON.parse(text))))).to.equal(text);
      }),
    );
  });

  it("never show a secret", () => {
    fc.assert(
      fc.property(value, (inner) => {
        expect(display({ a: [new Secret(inner)] })).to.deep.equal({ a: ["[secret]"] });
        expect(display(new OutputValue(inner, true, []))).to.equal("[secret]");
      }),
    );
  });

  it("have no secrets or outputs left once plain", () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(containsSecret(plain(original))).to.equal(false);
        expect(containsUnknown(plain(original))).to.equal(containsUnknown(original));
      }),
    );
  });

  it("refuse a mark that the protocol does not have", () => {
    expect(() => fromWire({ [WIRE.signatureKey]: "feedface" })).to.throw("the mark feedface");
  });

  it("refuse an asset without content", () => {
    expect(() => fromWire({ [WIRE.signatureKey]: WIRE.asset })).to.throw("none of text, path, uri");
  });
});
