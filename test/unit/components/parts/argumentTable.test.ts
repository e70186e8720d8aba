import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { ArgumentChecks, boolean, integer, listOf, text } from "../../../../components/parts/arguments";
import {
  checkTable,
  configurationKey,
  defaulted,
  defaultsOf,
  optional,
  relation,
  required,
  sentOf,
  type ArgumentsOf,
} from "../../../../components/parts/argumentTable";
import { promiseOf, recordResources } from "../../support/recordResources";

const table = {
  name: required(text(/^[a-z]+$/, "small letters")),
  size: defaulted(3, integer(1, 5), { sent: true }),
  limit: optional(integer(1, 9), { key: "sharedLimit" }),
  protect: defaulted(false, boolean, { plain: true }),
  zones: optional(listOf(text(/^z\d$/, "a zone"), 1), { sent: true }),
};
const relations = [
  relation(table, "size", ["limit"], (size, limit) =>
    size > limit ? `got ${size}; expected at most limit, ${limit}` : undefined,
  ),
];
type Args = ArgumentsOf<typeof table>;

function check(args: Args) {
  const checks = new ArgumentChecks("Thing");
  const checked = checkTable(checks, table, args, relations);
  checks.throwIfAny();
  return checked;
}

describe("a table of arguments", () => {
  beforeEach(() => {
    recordResources();
  });

  it("fills in defaults, and leaves away what has none", () => {
    expect(check({ name: "a" })).to.deep.equal({
      name: "a",
      size: 3,
      limit: undefined,
      protect: false,
      zones: undefined,
    });
    expect(defaultsOf(table)).to.deep.equal({ size: 3, protect: false });
  });

  it("checks each argument, and what must hold between them, all at once", () => {
    const args = { name: "A", size: 4, limit: 3, protect: true, zones: [] };
    expect(() => check(args)).to.throw(
      [
        "Thing: arguments are not valid",
        "  name: got 'A'; expected small letters",
        "  zones: got []; expected a list of at least 1: a zone, each",
        "  size: got 4; expected at most limit, 3",
      ].join("\n"),
    );
  });

  it("asks for what is required, also where the compiler did not", () => {
    expect(() => check({} as Args)).to.throw("name: got undefined; expected small letters");
  });

  it("takes Outputs, in lists too, but not where the value must be known at once", async () => {
    const { size, zones } = check({ name: "a", size: pulumi.output(5), zones: [pulumi.output("z1"), "z2"] });
    expect(await promiseOf(pulumi.all([size, zones ?? []]))).to.deep.equal([5, ["z1", "z2"]]);
    // @ts-expect-error The compiler refuses it first.
    const late: Args = { name: "a", protect: pulumi.output(true) };
    expect(() => check(late)).to.throw("protect: got an Output; expected true or false, known when");
  });

  it("knows the configuration's keys, and what goes to the function", () => {
    expect(configurationKey("orders", "size", table.size)).to.equal("ordersSize");
    expect(configurationKey("", "size", table.size)).to.equal("size");
    expect(configurationKey("orders", "limit", table.limit)).to.equal("sharedLimit");
    expect(sentOf(table, check({ name: "a", zones: ["z1"] }))).to.deep.equal({ size: 3, zones: ["z1"] });
  });

  it("holds the compiler to what it says", () => {
    const args: Args[] = [
      { name: "a", size: undefined },
      // @ts-expect-error It is required.
      { size: 1 },
      // @ts-expect-error It is a number.
      { name: "a", size: "1" },
      // @ts-expect-error It is not in the table.
      { name: "a", height: 1 },
    ];
    expect(args).to.have.length(4);
  });
});
