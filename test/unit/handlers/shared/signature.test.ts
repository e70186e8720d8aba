import { expect } from "chai";
import { createSigner, type Unsigned } from "../../../../handlers/shared/signature";

// Cases of AWS's test suite for Signature Version 4, with its credentials, time and signatures.
const signer = {
  region: "us-east-1",
  credentials: {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  },
  date: new Date("2015-08-30T12:36:00Z"),
};
const host = { host: "example.amazonaws.com" };
const request = (method: string, headers: Unsigned["headers"] = host): Unsigned => ({
  method,
  path: "/",
  body: "",
  headers,
});

describe("createSigner", () => {
  const sign = createSigner("service");

  for (const [name, given, names, signature] of [
    [
      "get-vanilla",
      request("GET"),
      "host;x-amz-date",
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ],
    [
      "post-header-key-sort",
      request("POST", { "my-header1": "value1", ...host }),
      "host;my-header1;x-amz-date",
      "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    ],
  ] as const) {
    it(`signs ${name} as AWS does`, () => {
      expect(sign(given, signer)).to.deep.equal({
        ...given.headers,
        "x-amz-date": "20150830T123600Z",
        authorization:
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
          `SignedHeaders=${names}, Signature=${signature}`,
      });
    });
  }

  it("signs a session's token with the rest", () => {
    const credentials = { ...signer.credentials, sessionToken: "token" };
    const headers = sign(request("GET"), { ...signer, credentials });
    expect(headers["x-amz-security-token"]).to.equal("token");
    expect(headers.authorization).to.contain("SignedHeaders=host;x-amz-date;x-amz-security-token, ");
  });

  it("has another key for another day, region and secret", () => {
    const others = [
      signer,
      { ...signer, region: "eu-west-1" },
      { ...signer, date: new Date("2015-08-31T12:36:00Z") },
      { ...signer, credentials: { ...signer.credentials, secretAccessKey: "another" } },
    ];
    const afresh = others.map((other) => createSigner("service")(request("GET"), other));
    expect(others.map((other) => sign(request("GET"), other))).to.deep.equal(afresh);
    expect(new Set(afresh.map(({ authorization }) => authorization?.slice(-64))).size).to.equal(4);
  });
});
