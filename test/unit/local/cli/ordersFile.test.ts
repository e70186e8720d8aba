import { expect } from "chai";
import { OrdersFileError, readOrders } from "../../../../local/cli/ordersFile";

const order = { orderId: "a-1", customerName: "Customer 1", totalAmount: 1 };

describe("a file of orders", () => {
  it("may be an array, one order, or one order a line", () => {
    const body = JSON.stringify(order);
    expect(readOrders(`[\n${body},\n${body}]`)).to.deep.equal([body, body]);
    const pretty = JSON.stringify(order, null, 2);
    expect(readOrders(pretty)).to.deep.equal([pretty]);
    expect(readOrders(`${body}\n\n${body}\n`)).to.deep.equal([body, body]);
  });

  const bad: [string, string, RegExp][] = [
    ["an empty file", " \n", /^line 1: the file is empty/],
    ["a syntax error in an array", `[\n${JSON.stringify(order)},\n{"orderId": }\n]`, /^line 3: /],
    ["a file that ends too early", `[\n${JSON.stringify(order)},\n`, /^line 3: /],
    [
      "an entry that is no object",
      `[\n${JSON.stringify(order)},\n17\n]`,
      /^line 3: got 17; expected an order/,
    ],
    ["a bad line", `${JSON.stringify(order)}\nnonsense\n`, /^line 2: /],
    ["a line that is no object", `${JSON.stringify(order)}\n[1]\n`, /^line 2: got \[1\]; expected an order/],
  ];
  for (const [name, text, message] of bad) {
    it(`is refused with the line number for ${name}`, () => {
      expect(() => readOrders(text)).to.throw(OrdersFileError, message);
    });
  }
});
