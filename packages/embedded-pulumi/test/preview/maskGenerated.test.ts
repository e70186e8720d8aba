import { expect } from "chai";
import type { RegisteredResource } from "../../src/engine/state";
import type { PropertyMap } from "../../src/engine/values";
import { maskGenerated } from "../../src/preview/maskGenerated";

function registered(type: string, name: string, inputs: PropertyMap, id?: string): RegisteredResource {
  return {
    urn: `urn:${name}`,
    type,
    name,
    custom: true,
    ...(id === undefined ? {} : { id }),
    inputs,
    outputs: inputs,
    dependencies: [],
    propertyDependencies: {},
    protect: false,
  };
}

const QUEUE = "aws:sqs/queue:Queue";
const ENDPOINT = "http://127.0.0.1:39211";

describe("maskGenerated", () => {
  const mask = maskGenerated(
    [
      registered(QUEUE, "orders", { name: "orders-1a2b3c4" }),
      registered(QUEUE, "orders-1a2b3c4-copy", { name: "orders-1a2b3c4-copy-aaaaaaa" }),
      registered(QUEUE, "given", { name: "shop-7654321" }),
      registered("aws:ec2/launchTemplate:LaunchTemplate", "fleet", { name: "fleet" }, "lt-0123456789abcdef0"),
    ],
    ENDPOINT,
  );

  for (const [what, value, masked] of [
    ["an automatic name", "orders-1a2b3c4", "orders-[auto]"],
    ["an automatic name inside an ARN", "arn:aws:sqs:::orders-1a2b3c4/x", "arn:aws:sqs:::orders-[auto]/x"],
    ["one that begins with another", "orders-1a2b3c4-copy-aaaaaaa", "orders-1a2b3c4-copy-[auto]"],
    ["a name that the program gave", "shop-7654321", "shop-7654321"],
    ["a generated id", "launch-template/lt-0123456789abcdef0", "launch-template/[id of fleet]"],
    ["the endpoint", `${ENDPOINT}/000000000000/q`, "[endpoint]/000000000000/q"],
    ["values inside others", { a: ["orders-1a2b3c4", 1, null] }, { a: ["orders-[auto]", 1, null] }],
  ] as const) {
    it(`of ${what}`, () => {
      expect(mask(structuredClone(value) as Parameters<typeof mask>[0])).to.deep.equal(masked);
    });
  }
});
