import { expect } from "chai";
import { defaultProvider } from "../../../../handlers/shared/environmentCredentials";
import { readEnvironment, readOptionalEnvironment } from "../../../../handlers/shared/environment";
import { describeFailure, isPassing, PassingFailure } from "../../../../handlers/shared/failure";
import { awsError } from "../../support/handlerFakes";

/** Runs with these environment variables set, or unset where undefined. */
async function withEnvironment(
  values: Readonly<Record<string, string | undefined>>,
  run: () => unknown,
): Promise<void> {
  const before = { ...process.env };
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  try {
    await run();
  } finally {
    process.env = before;
  }
}

describe("isPassing", () => {
  const cases: [string, unknown, boolean][] = [
    ["a throttle", awsError("ThrottlingException"), true],
    ["too many requests", awsError("Anything", 429), true],
    ["AWS's own failure", awsError("Anything", 500), true],
    ["AWS's being overrun", awsError("Anything", 503), true],
    ["a timeout", awsError("TimeoutError", 0), true],
    ["a broken connection", Object.assign(new Error("x"), { code: "ECONNRESET" }), true],
    ["a conflict", new PassingFailure("TransactionConflict", "x"), true],
    ["another region's write of the same item", awsError("ReplicatedWriteConflictException"), true],
    [
      "a signature that a standstill made old",
      Object.assign(awsError("InvalidSignatureException"), { message: "Signature expired: 1 is before 2" }),
      true,
    ],
    [
      "a signature by a clock that was wrong and has been set right",
      awsError("RequestExpired", 400, { $metadata: { httpStatusCode: 400, clockSkewCorrected: true } }),
      true,
    ],
    [
      "a signature by a clock that cannot be set right",
      awsError("RequestExpired", 400, { $metadata: { httpStatusCode: 400, clockSkewCorrected: false } }),
      false,
    ],
    [
      "a signature ahead of its time",
      Object.assign(awsError("SignatureDoesNotMatch"), {
        message: "Signature not yet current: 2 is still later than 1",
      }),
      true,
    ],
    [
      "an invalid request that quotes as much",
      Object.assign(awsError("ValidationException"), { message: "customerName: Signature expired" }),
      false,
    ],
    ["a signature by another secret", awsError("InvalidSignatureException"), false],
    ["a refused permission", awsError("AccessDeniedException"), false],
    ["an invalid request", awsError("ValidationException"), false],
    ["a programming error", new TypeError("x is not a function"), false],
    ["Node's own argument errors", Object.assign(new Error("x"), { code: "ERR_INVALID_URL" }), false],
    ["no error", "x", false],
    ["nothing at all", undefined, false],
  ];
  for (const [name, error, passing] of cases) {
    it(`says ${passing ? "yes" : "no"} to ${name}`, () => {
      expect(isPassing(error)).to.equal(passing);
    });
  }
});

describe("describeFailure", () => {
  it("keeps name and message, and nothing that hangs on the error", () => {
    expect(describeFailure(awsError("X", 400, { Item: { customerName: "Ada" } }))).to.deep.equal({
      name: "X",
      message: "X: refused",
    });
    expect(describeFailure("Ada")).to.deep.equal({ name: "Error", message: "a string was thrown" });
  });
});

describe("readEnvironment", () => {
  it("gives the variables by name", async () => {
    await withEnvironment({ A_TEST: "1", B_TEST: "2" }, () => {
      expect(readEnvironment("A_TEST", "B_TEST")).to.deep.equal({ A_TEST: "1", B_TEST: "2" });
    });
  });

  it("names everything that is missing or empty", async () => {
    await withEnvironment({ A_TEST: undefined, B_TEST: "", C_TEST: "3" }, () => {
      expect(() => readEnvironment("A_TEST", "B_TEST", "C_TEST")).to.throw(
        "A_TEST, B_TEST: not set; expected",
      );
    });
  });
});

describe("readOptionalEnvironment", () => {
  it("gives those variables by name that are there and not empty", async () => {
    await withEnvironment({ A_TEST: "1", B_TEST: "", C_TEST: undefined }, () => {
      expect(readOptionalEnvironment("A_TEST", "B_TEST", "C_TEST")).to.deep.equal({ A_TEST: "1" });
    });
  });
});

describe("the bundles' credentials", () => {
  it("come from the environment that Lambda sets", async () => {
    const environment = {
      AWS_ACCESS_KEY_ID: "id",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
    };
    await withEnvironment(environment, async () => {
      expect(await defaultProvider()()).to.deep.equal({
        accessKeyId: "id",
        secretAccessKey: "secret",
        sessionToken: "token",
      });
    });
    await withEnvironment({ ...environment, AWS_SESSION_TOKEN: undefined }, async () => {
      expect(await defaultProvider()()).to.deep.equal({ accessKeyId: "id", secretAccessKey: "secret" });
    });
  });

  it("are an error that says what is missing, outside of Lambda", async () => {
    const there = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
    for (const missing of [{ AWS_ACCESS_KEY_ID: undefined }, { AWS_SECRET_ACCESS_KEY: undefined }])
      await withEnvironment({ ...there, ...missing }, async () => {
        const error: unknown = await defaultProvider()().catch((cause: unknown) => cause);
        expect(String(error)).to.contain("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
      });
  });
});
