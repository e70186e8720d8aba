import { expect } from "chai";
import fc from "fast-check";
import { decideAdmission, headerValues } from "../../../src/core/door";

const port = 4566;

function decide(headers: readonly (readonly [string, string])[], method = "POST", target = "/") {
  return decideAdmission({ method, target, rawHeaders: headers.flat() }, port);
}

function reasonFor(...request: Parameters<typeof decide>): string {
  const admission = decide(...request);
  return admission.kind === "refused" ? admission.reason : "admitted";
}

const host = ["Host", "127.0.0.1:4566"] as const;

describe("the door", () => {
  describe("admits a Host that names this machine and the port", () => {
    for (const name of [
      "127.0.0.1",
      "localhost",
      "LOCALHOST",
      "[::1]",
      "sqs.localhost",
      "a-b.c_d.9.localhost",
      `${"a".repeat(63)}.localhost`,
    ]) {
      it(name, () => {
        expect(reasonFor([["hOsT", `${name}:4566`]])).to.equal("admitted");
      });
    }

    it("without the port, where it is HTTP's own", () => {
      const bare = { method: "GET", target: "/", rawHeaders: ["host", "localhost"] };
      expect(decideAdmission(bare, 80).kind).to.equal("admitted");
      expect(decideAdmission(bare, 443).kind).to.equal("refused");
    });
  });

  describe("refuses any other Host", () => {
    for (const value of [
      "",
      "evil.example:4566",
      "evil.example",
      "127.0.0.1",
      "localhost",
      "localhost:",
      "localhost:80",
      "localhost:04566",
      "localhost:4566:4566",
      "localhost:45660",
      "localhost.:4566",
      "127.0.0.1.:4566",
      "evil-localhost:4566",
      "evillocalhost:4566",
      ".localhost:4566",
      "a..localhost:4566",
      "-a.localhost:4566",
      `${"a".repeat(64)}.localhost:4566`,
      "localhost.evil.example:4566",
      "127.0.0.1.evil.example:4566",
      "127.0.0.1.nip.io:4566",
      "user@127.0.0.1:4566",
      "127.0.0.1:4566@evil.example:4566",
      "evil.example#127.0.0.1:4566",
      "evil.example/127.0.0.1:4566",
      "evil.example\\127.0.0.1:4566",
      "127.0.0.1:4566, evil.example",
      "127.0.0.1:4566 evil.example",
      "127.0.0.2:4566",
      "127.1:4566",
      "0.0.0.0:4566",
      "2130706433:4566",
      "0x7f.0.0.1:4566",
      "[::]:4566",
      "::1:4566",
      "[::1%lo]:4566",
      "[::ffff:127.0.0.1]:4566",
      "[0:0:0:0:0:0:0:1]:4566",
      "l\u00f6calhost:4566",
    ]) {
      it(JSON.stringify(value), () => {
        expect(reasonFor([["Host", value]])).to.match(/^Host: got /);
      });
    }

    it("none, and one that is said twice", () => {
      expect(reasonFor([])).to.equal(
        "Host: got none; expected 127.0.0.1:4566, localhost:4566 or [::1]:4566, once",
      );
      expect(reasonFor([host, ["HOST", "evil.example:4566"]])).to.include('"evil.example:4566"');
      expect(reasonFor([host, host])).to.match(/^Host: got /);
    });
  });

  describe("judges where a page comes from", () => {
    const table: readonly (readonly [string, readonly (readonly [string, string])[], RegExp])[] = [
      ["no page", [], /^admitted$/],
      ["its own origin", [["Origin", "http://127.0.0.1:4566"]], /^admitted$/],
      ["another port", [["Origin", "http://127.0.0.1:3000"]], /^Origin/],
      ["another of its names", [["Origin", "http://localhost:4566"]], /^Origin/],
      ["another scheme", [["Origin", "https://127.0.0.1:4566"]], /^Origin/],
      ["no port", [["Origin", "http://127.0.0.1"]], /^Origin/],
      ["a path", [["Origin", "http://127.0.0.1:4566/"]], /^Origin/],
      ["no scheme", [["Origin", "127.0.0.1:4566"]], /^Origin/],
      ["a sandboxed frame or a file", [["Origin", "null"]], /^Origin/],
      ["an empty origin", [["Origin", ""]], /^Origin/],
      ["an extension", [["Origin", "chrome-extension://abc"]], /^Origin/],
      [
        "two origins",
        [
          ["Origin", "http://127.0.0.1:4566"],
          ["origin", "http://evil.example"],
        ],
        /^Origin/,
      ],
      ["two in one", [["Origin", "http://127.0.0.1:4566, http://evil.example"]], /^Origin/],
      ["same-origin", [["Sec-Fetch-Site", "same-origin"]], /^admitted$/],
      ["the address bar", [["Sec-Fetch-Site", "none"]], /^admitted$/],
      ["another port of localhost", [["Sec-Fetch-Site", "same-site"]], /^Sec-Fetch-Site/],
      ["another site", [["sec-fetch-site", "cross-site"]], /^Sec-Fetch-Site/],
      ["a value of tomorrow", [["Sec-Fetch-Site", "somewhere"]], /^Sec-Fetch-Site/],
      ["an empty value", [["Sec-Fetch-Site", ""]], /^Sec-Fetch-Site/],
      [
        "two values",
        [
          ["Sec-Fetch-Site", "none"],
          ["Sec-Fetch-Site", "cross-site"],
        ],
        /^Sec-Fetch-Site/,
      ],
      [
        "its own origin, from another site",
        [
          ["Origin", "http://127.0.0.1:4566"],
          ["Sec-Fetch-Site", "cross-site"],
        ],
        /^Sec-Fetch-Site/,
      ],
      // What Node's own fetch sends.
      ["a program's fetch", [["Sec-Fetch-Mode", "cors"]], /^admitted$/],
    ];
    for (const [what, headers, expected] of table) {
      it(what, () => {
        expect(reasonFor([host, ...headers])).to.match(expected);
      });
    }

    it("by the name that the request used", () => {
      const own = (name: string) => [
        ["Host", `${name}:4566`] as const,
        ["Origin", `http://${name.toLowerCase()}:4566`] as const,
      ];
      for (const name of ["LocalHost", "[::1]", "console.localhost"])
        expect(reasonFor(own(name))).to.equal("admitted");
    });
  });

  it("refuses methods that no client of AWS's uses", () => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
      expect(reasonFor([host], method)).to.equal("admitted");
    for (const method of ["OPTIONS", "CONNECT", "TRACE", "post", ""])
      expect(reasonFor([host], method)).to.equal(`${method} is not answered here`);
  });

  it("refuses request targets that are no paths", () => {
    for (const target of ["http://127.0.0.1:4566/", "http://evil.example/", "*", "evil.example:80", ""])
      expect(reasonFor([host], "GET", target)).to.match(/^request target/);
  });

  it("never admits a page of another origin, whatever else the request has", () => {
    const harmless = fc.tuple(
      fc.constantFrom("Accept", "Content-Type", "X-Amz-Target", "Authorization", "Referer", "Cookie"),
      fc.string(),
    );
    const foreign = fc.oneof(
      fc.tuple(
        fc.constantFrom("Host", "host"),
        fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()).map((name) => `${name}:4566`),
      ),
      fc.tuple(
        fc.constantFrom("Origin", "ORIGIN"),
        fc.oneof(
          fc.webUrl(),
          fc.constant("null"),
          fc.nat(65535).map((other) => `http://127.0.0.1:${other}`),
        ),
      ),
      fc.tuple(fc.constantFrom("Sec-Fetch-Site", "sec-fetch-site"), fc.string()),
    );
    const innocent = new Set(["127.0.0.1:4566", "http://127.0.0.1:4566", "same-origin", "none"]);
    fc.assert(
      fc.property(fc.array(harmless), foreign, fc.boolean(), (others, telling, isFirst) => {
        fc.pre(!innocent.has(telling[1]));
        const named = telling[0].toLowerCase() === "host" ? [] : [host];
        const headers = isFirst ? [telling, ...named, ...others] : [...named, ...others, telling];
        expect(decide(headers).kind).to.equal("refused");
      }),
    );
  });

  it("decides on the longest headers at once", () => {
    for (const value of [
      "a".repeat(16_000),
      "a.".repeat(8_000),
      "a-".repeat(8_000),
      "localhost.".repeat(1_600),
    ]) {
      const started = performance.now();
      expect(reasonFor([["Host", `${value}!:4566`]])).to.match(/^Host: got /);
      // Far more than it takes, far less than trying every way to split 16,000 characters would.
      expect(performance.now() - started).to.be.below(5_000);
    }
  });

  it("reads every value of a header, whatever its case", () => {
    const rawHeaders = ["A", "1", "b", "a", "a", "2"];
    expect(headerValues({ rawHeaders }, "a")).to.deep.equal(["1", "2"]);
  });
});
