import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import fc from "fast-check";
import { authenticate, refusalOf, type Session } from "../../../src/core/authenticate";
import type { RequestHead } from "../../../src/core/door";
import { AwsError } from "../../../src/core/errors";
import type { ServiceName } from "../../../src/core/service";
import { readClaim } from "../../../src/core/signature";
import { officialService } from "../../../src/wire/operation";

const serviceOf = (name: ServiceName) => officialService(name, {});
const minutes = 60_000;
const cloudTime = Date.UTC(2026, 0, 1);
const machineTime = Date.UTC(2031, 5, 5);

const session: Session = {
  principal: { kind: "role", accountId: "000000000000", roleName: "worker", sessionName: "s" },
  credentials: { accessKeyId: "ASIAWORKER", secretAccessKey: "sec/ret+", sessionToken: "token" },
  signingKeys: new Map(),
};

/** SHA-256 in the form that the SDK's signer takes. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const bytes = ArrayBuffer.isView(secret)
      ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
      : typeof secret === "string"
        ? secret
        : undefined;
    this.#hash = bytes === undefined ? createHash("sha256") : createHmac("sha256", bytes);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    throw new Error("not used");
  }
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const plain: Request = {
  method: "POST",
  path: "/",
  query: {},
  headers: { host: "127.0.0.1:4566", "x-amz-target": "AmazonSQS.SendMessage" },
  body: "{}",
};

function signer(credentials: object = session.credentials) {
  const identity = { ...session.credentials, ...credentials };
  return new SignatureV4({ credentials: identity, region: "us-east-1", service: "sqs", sha256: Sha256 });
}

/** What the SDK's own signer makes of a request, as it comes over the wire. */
async function signed(request: Request, at = cloudTime, credentials = {}): Promise<RequestHead> {
  const { query, ...rest } = request;
  const made = await signer(credentials).sign(
    { ...rest, query, protocol: "http:", hostname: "127.0.0.1" },
    { signingDate: new Date(at) },
  );
  return headOf(made);
}

async function presigned(request: Request, expiresIn: number, at = cloudTime): Promise<RequestHead> {
  const made = await signer().presign(
    { ...request, protocol: "http:", hostname: "127.0.0.1" },
    { signingDate: new Date(at), expiresIn },
  );
  return headOf(made);
}

function headOf(request: {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
}): RequestHead {
  const pairs = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    [value ?? ""].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  );
  return {
    method: request.method,
    target: pairs.length === 0 ? request.path : `${request.path}?${pairs.join("&")}`,
    rawHeaders: Object.entries(request.headers).flat(),
  };
}

/** "worker" or "administrator", or the code and message of the refusal in the words of `kind`. */
function callerOf(head: RequestHead, body = "{}", now = { cloud: cloudTime, machine: machineTime }): string {
  const claim = readClaim(head, new URLSearchParams(head.target.split("?")[1] ?? ""));
  const authentication = authenticate(head, claim, {
    accountId: "000000000000",
    sessionOf: (key) => (key === session.credentials.accessKeyId ? session : undefined),
    now: () => now,
  });
  const doubt =
    authentication.kind === "doubted"
      ? authentication.doubt
      : authentication.kind === "claimed"
        ? authentication.verify(Buffer.from(body))
        : undefined;
  if (doubt !== undefined) {
    const { code, message } = refusalOf(doubt, serviceOf("sqs"));
    return `${code}: ${message}`;
  }
  if (authentication.kind === "doubted") throw new Error("unreachable");
  const { caller } = authentication;
  return caller.kind === "role" ? caller.roleName : caller.kind;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AwsError) return error.code;
    throw error;
  }
  return "none";
}

describe("who signs a request", () => {
  const withHeader = (authorization: string, target = "/"): RequestHead => ({
    method: "POST",
    target,
    rawHeaders: ["Authorization", authorization],
  });

  it("is nobody, when it is not signed", () => {
    const unsigned = {
      method: "POST",
      target: "/?Action=CreateRole",
      rawHeaders: ["X-Amz-Date", "20260101T000000Z"],
    };
    expect(codeOf(() => callerOf(unsigned))).to.equal("MissingAuthenticationToken");
  });

  describe("cannot be told from", () => {
    const scope = "20260101/us-east-1/sqs/aws4_request";
    for (const authorization of [
      "",
      "Basic dXNlcjpwYXNz",
      "Bearer token",
      "AWS key:signature",
      "AWS4-HMAC-SHA256",
      "AWS4-HMAC-SHA256 ",
      "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0",
      "AWS4-HMAC-SHA256 Credential=",
      "AWS4-HMAC-SHA256 Credential=key",
      "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/sqs",
      "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/sqs/aws5_request",
      "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1//aws4_request",
      "AWS4-HMAC-SHA256 Credential=key/2026/us-east-1/sqs/aws4_request",
      `AWS4-HMAC-SHA256 Credential=/${scope}`,
      `AWS4-HMAC-SHA1 Credential=key/${scope}`,
      `aws4-hmac-sha256 Credential=key/${scope}`,
      `Credential=key/${scope}`,
    ]) {
      it(JSON.stringify(authorization), () => {
        expect(codeOf(() => callerOf(withHeader(authorization)))).to.equal("IncompleteSignature");
      });
    }

    it("two authorizations", () => {
      const good = `AWS4-HMAC-SHA256 Credential=key/${scope}`;
      const twice = { ...withHeader(good), rawHeaders: ["Authorization", good, "authorization", good] };
      expect(codeOf(() => callerOf(twice))).to.equal("IncompleteSignature");
      const both = withHeader(good, `/?X-Amz-Credential=key/${scope}`);
      expect(codeOf(() => callerOf(both))).to.equal("IncompleteSignature");
      const bare = { method: "GET", target: `/?X-Amz-Credential=key/${scope}`, rawHeaders: [] };
      expect(codeOf(() => callerOf(bare))).to.equal("IncompleteSignature");
    });
  });

  it("is the administrator with any key that the cloud has not issued, in a header", () => {
    for (const authorization of [
      "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0",
      "AWS4-HMAC-SHA256 Credential=a/b/20260101/us-east-1/sqs/aws4_request",
      "AWS4-HMAC-SHA256 SignedHeaders=host,Credential=me/19700101/eu-west-1/sqs/aws4_request",
      "AWS4-ECDSA-P256-SHA256 Credential=AKIA/20260101/events/aws4_request, SignedHeaders=host, Signature=0",
    ])
      expect(callerOf(withHeader(authorization))).to.equal("administrator");
  });

  it("is nobody, when an unknown key is in a link, which a page could have made", () => {
    const query =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA/20260101/us-east-1/sqs/aws4_request";
    const link = { method: "GET", target: `/?Action=CreateRole&${query}&X-Amz-Signature=0`, rawHeaders: [] };
    expect(callerOf(link)).to.match(/^UnrecognizedClientException: The security token .* is invalid/);
  });

  describe("is a session, when the SDK's own signer has signed with its keys", () => {
    const text = fc.string({ unit: "binary-ascii", maxLength: 12 });
    const headerText = fc.stringMatching(/^[ -~]{0,12}$/);
    const requests = fc.record({
      method: fc.constantFrom("GET", "POST", "PUT", "DELETE"),
      path: fc
        .array(fc.oneof(fc.constantFrom("", ".", "..", "a b", "%", "+", "é", "*'()!~"), text), {
          maxLength: 4,
        })
        .map((segments) => `/${segments.map(encodeURIComponent).join("/")}`),
      query: fc.dictionary(
        fc.string({ minLength: 1, maxLength: 8 }),
        fc.oneof(
          fc.string({ maxLength: 8 }),
          fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 3 }),
        ),
        { maxKeys: 4 },
      ),
      headers: fc
        .dictionary(fc.stringMatching(/^x-amz-[a-z]{1,6}$/), headerText, { maxKeys: 3 })
        .map((headers) => ({ host: "127.0.0.1:4566", ...headers })),
      body: fc.string({ maxLength: 100 }),
    });

    it("whatever the request", async () => {
      await fc.assert(
        fc.asyncProperty(requests, async (request) => {
          fc.pre(!Object.keys(request.query).some((name) => /^x-amz-(credential|signature)$/i.test(name)));
          expect(callerOf(await signed(request), request.body)).to.equal("worker");
        }),
      );
    });

    it("and nobody, when anything of it is changed afterwards", async () => {
      await fc.assert(
        fc.asyncProperty(
          requests,
          fc.constantFrom("method", "path", "query", "header", "body", "signature", "date"),
          async (request, what) => {
            fc.pre(!Object.keys(request.query).some((name) => /^x-amz-(credential|signature)$/i.test(name)));
            const head = await signed(request);
            const raw = [...head.rawHeaders];
            const setHeader = (name: string, change: (value: string) => string) => {
              const index = raw.indexOf(name) + 1;
              raw[index] = change(raw[index] ?? "");
            };
            let [target, method, body] = [head.target, head.method, request.body];
            if (what === "method") method = method === "GET" ? "POST" : "GET";
            if (what === "path") target = target.replace(/\?|$/, "/other$&");
            if (what === "query") target += `${target.includes("?") ? "&" : "?"}more=1`;
            if (what === "header") raw.push("x-amz-more", "1");
            if (what === "body") body += " ";
            if (what === "signature") setHeader("authorization", (value) => `${value.slice(0, -1)}x`);
            if (what === "date") setHeader("x-amz-date", () => "20260101T000001Z");
            expect(callerOf({ method, target, rawHeaders: raw }, body)).to.match(
              /^InvalidSignatureException/,
            );
          },
        ),
      );
    });

    it("in a link", async () => {
      const link = await presigned({ ...plain, method: "GET", body: "" }, 60);
      expect(callerOf(link, "")).to.equal("worker");
      expect(callerOf({ ...link, target: link.target.replace("Expires=60", "Expires=61") }, "")).to.match(
        /^InvalidSignatureException/,
      );
      expect(callerOf(link, "", { cloud: cloudTime + 61_000, machine: machineTime })).to.match(
        /^InvalidSignatureException: Signature expired/,
      );
      const forever = await presigned({ ...plain, method: "GET", body: "" }, 60);
      const target = forever.target.replace("Expires=60", "Expires=604801");
      expect(callerOf({ ...forever, target }, "")).to.include('X-Amz-Expires: got "604801"');
    });

    it("leaving the body out, when it says so", async () => {
      const request = { ...plain, headers: { ...plain.headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } };
      expect(callerOf(await signed(request), "anything")).to.equal("worker");
    });

    it("declaring the body's sum, which must be right", async () => {
      const sum = createHash("sha256").update("{}").digest("hex");
      const head = await signed({ ...plain, headers: { ...plain.headers, "x-amz-content-sha256": sum } });
      expect(callerOf(head, "{}")).to.equal("worker");
      expect(callerOf(head, "{ }")).to.include("x-amz-content-sha256: got");
    });
  });

  it("is nobody with a session's key and another secret or token", async () => {
    expect(callerOf(await signed(plain, cloudTime, { secretAccessKey: "other" }))).to.match(
      /^InvalidSignatureException: The request signature we calculated does not match/,
    );
    for (const sessionToken of ["other", "tokem", undefined]) {
      expect(callerOf(await signed(plain, cloudTime, { sessionToken }))).to.match(
        /^UnrecognizedClientException: The security token/,
      );
    }
  });

  it("is nobody with a session's key and no signature, or the host unsigned", () => {
    const claim = (rest: string): RequestHead => ({
      method: "POST",
      target: "/",
      rawHeaders: [
        ...[
          "Authorization",
          `AWS4-HMAC-SHA256 Credential=ASIAWORKER/20260101/us-east-1/sqs/aws4_request${rest}`,
        ],
        ...["X-Amz-Security-Token", "token", "X-Amz-Date", "20260101T000000Z"],
      ],
    });
    expect(callerOf(claim(""))).to.include("not signed: host, x-amz-security-token, x-amz-date");
    expect(callerOf(claim(", SignedHeaders=host;x-amz-date;x-amz-security-token"))).to.match(
      /^InvalidSignatureException: The request signature/,
    );
    expect(callerOf(claim(", SignedHeaders=x-amz-date;x-amz-security-token, Signature=0"))).to.include(
      "not signed: host",
    );
  });

  it("may have signed within five minutes of the cloud's time, or of the machine's", async () => {
    for (const time of [cloudTime, machineTime]) {
      for (const offset of [-5 * minutes, 0, 5 * minutes])
        expect(callerOf(await signed(plain, time + offset))).to.equal("worker");
      expect(callerOf(await signed(plain, time - 6 * minutes))).to.match(
        /Signature (expired|not yet current)/,
      );
    }
    expect(callerOf(await signed(plain, cloudTime - 6 * minutes))).to.include(
      "Signature expired: 20251231T235400Z",
    );
    expect(callerOf(await signed(plain, machineTime + 6 * minutes))).to.include("Signature not yet current");
  });

  it("must have signed with a date that is that of the scope", async () => {
    const head = await signed(plain);
    const rawHeaders = head.rawHeaders.map((value) =>
      value.replace("20260101T", "20251231T").replace("T000000", "T235900"),
    );
    expect(callerOf({ ...head, rawHeaders })).to.include("Date in Credential scope does not match");
    const none = head.rawHeaders.map((value) => (value === "x-amz-date" ? "x-date" : value));
    expect(callerOf({ ...head, rawHeaders: none })).to.include('X-Amz-Date: got ""');
  });

  it("cannot be a session with an asymmetric signature", () => {
    const head = withHeader("AWS4-ECDSA-P256-SHA256 Credential=ASIAWORKER/20260101/sqs/aws4_request");
    expect(codeOf(() => callerOf(head))).to.equal("NotSupportedByEmbeddedCloud");
  });

  it("keeps few signing keys, whatever scopes are claimed", async () => {
    for (let day = 1; day <= 40; day++) {
      const head = await signed(plain);
      const rawHeaders = head.rawHeaders.map((value) => value.replace("us-east-1", `region-${day}`));
      callerOf({ ...head, rawHeaders });
    }
    expect(session.signingKeys.size).to.be.within(1, 32);
  });

  it("is refused in the words of the service's protocol", () => {
    const doubts = ["unknown-token", "wrong-signature"] as const;
    const codes = (service?: Parameters<typeof refusalOf>[1]) =>
      doubts.map((kind) => {
        const { code, status } = refusalOf({ kind, message: "" }, service);
        return `${code} ${status}`;
      });
    const query = ["InvalidClientTokenId 403", "SignatureDoesNotMatch 403"];
    expect(codes()).to.deep.equal(query);
    expect(codes(serviceOf("iam"))).to.deep.equal(query);
    expect(codes(serviceOf("ec2"))).to.deep.equal(query);
    expect(codes(serviceOf("lambda"))).to.deep.equal([
      "UnrecognizedClientException 403",
      "InvalidSignatureException 403",
    ]);
    expect(codes(serviceOf("dynamodb"))).to.deep.equal([
      "UnrecognizedClientException 400",
      "InvalidSignatureException 400",
    ]);
  });
});
