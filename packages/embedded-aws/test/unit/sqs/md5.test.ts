import { expect } from "chai";
import { md5OfAttributes, md5OfBody } from "../../../src/services/sqs/md5";

describe("SQS message digests", () => {
  it("hashes a body as UTF-8", () => {
    expect(md5OfBody("")).to.equal("d41d8cd98f00b204e9800998ecf8427e");
    expect(md5OfBody("The quick brown fox jumps over the lazy dog")).to.equal(
      "9e107d9d372bb6826bd81d3542a419d6",
    );
  });

  it("hashes attributes as AWS's clients do", () => {
    const timestamp = { DataType: "Number", StringValue: "1493147359900" };
    expect(md5OfAttributes({ timestamp })).to.equal("235c5c510d26fb653d073faed50ae77c");
  });

  it("hashes binary values by their bytes, custom types by their whole label, in the order of names", () => {
    const b = { DataType: "Binary.gif", BinaryValue: Uint8Array.of(0, 1, 2, 255) };
    const a = { DataType: "String", StringValue: "ü" };
    const z = { DataType: "Number.int", StringValue: "-1.5e3" };
    expect(md5OfAttributes({ b, a, "Z.z": z })).to.equal("a0f5a887d2aed3d0db19246e85f0474d");
    expect(md5OfAttributes({ "Z.z": z, a, b })).to.equal("a0f5a887d2aed3d0db19246e85f0474d");
  });
});
