import { expect } from "chai";
import { loopbackWithoutProxy } from "../../src/engine/loopback";

const LOOPBACK = "127.0.0.1,localhost,::1,[::1]";

describe("loopback without a proxy", () => {
  for (const [what, environment, expected] of [
    ["nothing was set", {}, { NO_PROXY: LOOPBACK, no_proxy: LOOPBACK, no_grpc_proxy: LOOPBACK }],
    [
      "hosts were excepted: gRPC, too, keeps to them",
      { NO_PROXY: "corp.example, localhost" },
      {
        NO_PROXY: `corp.example,${LOOPBACK}`,
        no_proxy: `corp.example,${LOOPBACK}`,
        no_grpc_proxy: `corp.example,${LOOPBACK}`,
      },
    ],
    [
      "each was set",
      { NO_PROXY: "a", no_proxy: "b", no_grpc_proxy: "c" },
      { NO_PROXY: `a,${LOOPBACK}`, no_proxy: `b,${LOOPBACK}`, no_grpc_proxy: `c,${LOOPBACK}` },
    ],
  ] as const) {
    it(what, () => {
      const variables = loopbackWithoutProxy(environment);
      expect(variables).to.deep.equal(expected);
      expect(loopbackWithoutProxy(variables), "twice").to.deep.equal(expected);
    });
  }
});
