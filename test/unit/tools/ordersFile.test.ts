import { expect } from "chai";
import fc from "fast-check";
import { OrdersFileError, readOrders } from "../../../tools/ordersFile";

const order = { orderId: "a-1", customerName: "Customer 1", totalAmount: 1 };
const body = JSON.stringify(order);

const read = (text: string | Uint8Array) => readOrders(typeof text === "string" ? Buffer.from(text) : text);

function faultsOf(text: string | Uint8Array): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof OrdersFileError) return error.faults;
    throw error;
  }
  return [];
}

describe("a file of orders", () => {
  it("may be an array, one order, or one order a line", () => {
    expect(read(`[\n${body},\n${body}]`)).to.deep.equal([
      { body, line: 2 },
      { body, line: 3 },
    ]);
    expect(read("[]")).to.deep.equal([]);
    const pretty = JSON.stringify(order, null, 2);
    expect(read(`\n${pretty}\n`)).to.deep.equal([{ body: pretty, line: 2 }]);
    expect(read(`${body}\r\n\n${body}\n`)).to.deep.equal([
      { body, line: 1 },
      { body, line: 3 },
    ]);
  });

  it("may begin with the byte-order mark of UTF-8", () => {
    expect(read(`\ufeff${body}\n${body}`)).to.deep.equal([
      { body, line: 1 },
      { body, line: 2 },
    ]);
  });

  it("keeps every order as it is written, whatever its texts hold", () => {
    const text = fc.string({ unit: fc.constantFrom('"', "\\", "[", "]", "{", "}", ",", " ", "é", "\n") });
    const orders = fc.array(fc.dictionary(text, text), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(orders, fc.constantFrom(undefined, 2), (given, indent) => {
        const bodies = read(JSON.stringify(given, null, indent)).map(
          (entry) => JSON.parse(entry.body) as unknown,
        );
        expect(bodies).to.deep.equal(given.map((entry) => JSON.parse(JSON.stringify(entry)) as unknown));
      }),
    );
  });

  const deep = (levels: number) => `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  const bad: [string, string | Uint8Array, RegExp][] = [
    ["an empty file", " \n", /^line 1: the file is empty/],
    ["a syntax error in an array", `[\n${body},\n{"orderId": }\n]`, /^line 3: not JSON \(ValueExpected\)/],
    ["a file that ends too early", `[\n${body},\n`, /^line 2: the file ends before its array does/],
    ["an order that ends too early", `[\n${body},\n{"orderId":\n`, /^line 3: not JSON/],
    ["an empty place in an array", `[\n${body},,\n${body}]`, /^line 2: not JSON/],
    ["a comma too many", `[${body},\n]`, /^line 2: not JSON/],
    ["text behind an array", `[${body}]\n${body}`, /^line 2: text behind the array/],
    ["an entry that is no object", `[\n${body},\n17\n]`, /^line 3: got 17; expected an order/],
    ["a bad line", `${body}\nnonsense\n`, /^line 2: not JSON/],
    ["a line that is no object", `${body}\n[1]\n`, /^line 2: got \[1\]; expected an order/],
    ["a line that does not end", `${body}\n{"orderId": \n`, /^line 2: not JSON/],
    ["an error within one order", `{\n"orderId": "a",\n"items": nonsense\n}`, /^line 3: not JSON/],
    ["UTF-16", Buffer.from(`\ufeff${body}`, "utf16le"), /^line 1: the file is UTF-16; expected UTF-8/],
    ["UTF-16 without a mark", Buffer.from(body, "utf16le"), /^line 1: the file is UTF-16; expected UTF-8/],
    ["Latin-1", Buffer.from('{"customerName":"José"}', "latin1"), /^line 1: the file is not UTF-8 text/],
    ["an order nested deeply", `${body}\n${deep(100)}`, /^line 2: nested deeper than 100 levels/],
    ["a hundred thousand arrays", "[".repeat(100_000), /^line 1: .*nested deeper than 100 levels/],
    ["an object nested a million times", `{"a":`.repeat(1_000_000), /^line 1: nested deeper than 100 levels/],
    [
      "an order larger than a message",
      `${body}\n${JSON.stringify({ note: "x".repeat(1_048_576) })}`,
      /^line 2: the order has 1048587 bytes; SQS takes at most 1048576/,
    ],
  ];
  for (const [name, text, message] of bad) {
    it(`is refused with the line number for ${name}`, () => {
      expect(faultsOf(text)[0]).to.match(message);
    });
  }

  it("takes an order that is nested as deeply as may be", () => {
    expect(read(deep(99))).to.have.length(1);
  });

  it("tells of every fault, of whatever kind, and of so many at most", () => {
    expect(
      faultsOf(`nonsense\n17\n${body}\n${deep(200)}\n`).map((fault) => fault.slice(0, 22)),
    ).to.deep.equal(["line 1: not JSON (Inva", "line 2: got 17; expect", "line 4: nested deeper "]);
    const many = faultsOf("17\n".repeat(50));
    expect(many).to.have.length(21);
    expect(many.at(-1)).to.equal("… and 30 more faults");
  });
});
