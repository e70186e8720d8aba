import type { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { createGetOrder, maySee, shownOrder, type ApiEvent } from "../../../../handlers/orders/getOrder";
import { toItem, type Item } from "../../../../handlers/orders/orderItem";

const order = {
  orderId: "A-1",
  customerName: "Ann",
  totalAmount: 42.5,
  customerEmail: "Ann@Example.com",
  items: [{ sku: "TEA", quantity: 2 }],
};
const item = toItem(order, "2026-01-01T00:00:00.000Z");

function get(
  event: Partial<ApiEvent>,
  answers: readonly (Item | Error | undefined)[] = [item],
  remainingMs = 10_000,
) {
  const asked: unknown[] = [];
  const left = [...answers];
  const send = (command: GetItemCommand, { abortSignal }: { readonly abortSignal?: AbortSignal } = {}) => {
    asked.push(command.input);
    expect(abortSignal).to.be.instanceOf(AbortSignal);
    const answer = left.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ Item: answer });
  };
  const handler = createGetOrder({
    client: { send: send as never },
    ordersTableName: "orders",
    timing: { now: () => 0, sleep: () => Promise.resolve(), random: () => 0.8 },
  });
  const context = { getRemainingTimeInMillis: () => remainingMs };
  return { asked, answer: () => handler({ requestContext: {}, ...event }, context) };
}
const asking = (orderId: string, claims?: Readonly<Record<string, unknown>>): Partial<ApiEvent> => ({
  pathParameters: { orderId },
  requestContext: claims === undefined ? {} : { authorizer: { jwt: { claims } } },
});
const token = (email: string, email_verified: unknown = "true") => ({ sub: "1", email, email_verified });

describe("asking for an order", () => {
  it("reads it, consistently, and tells what became of it and nothing of the customer", async () => {
    const { asked, answer } = get(asking("A-1"));
    const { statusCode, headers, body } = await answer();
    expect(statusCode).to.equal(200);
    expect(headers).to.deep.equal({ "content-type": "application/json", "cache-control": "no-store" });
    expect(JSON.parse(body)).to.deep.equal({
      orderId: "A-1",
      status: "Processed",
      createdAt: "2026-01-01T00:00:00.000Z",
      totalAmount: 42.5,
      items: [{ sku: "TEA", quantity: 2 }],
    });
    expect(asked).to.deep.equal([
      { TableName: "orders", Key: { orderId: { S: "A-1" } }, ConsistentRead: true },
    ]);
  });

  it("tells why it was rejected", () => {
    const rejected = toItem(order, "2026-01-01T00:00:00.000Z", { reason: "unknownSku", sku: "TEA" });
    expect(shownOrder(rejected)).to.deep.include({
      status: "Rejected",
      rejection: { reason: "unknownSku", sku: "TEA" },
    });
  });

  it("shows nothing that is added to items later", () => {
    const more = { ...item, confirmationFailure: { S: "internal" }, expiresAt: { N: "1" } };
    expect(shownOrder(more)).to.deep.equal(shownOrder(item));
  });

  for (const orderId of ["", "a b", "x".repeat(65), "ä", "../A-1"]) {
    it(`refuses ${JSON.stringify(orderId.slice(0, 10))} without reading anything`, async () => {
      const { asked, answer } = get(asking(orderId));
      const { statusCode, body } = await answer();
      expect(statusCode).to.equal(400);
      expect(body).to.equal('{"message":"orderId: expected 1 to 64 letters, digits, _ or -"}');
      expect(asked).to.deep.equal([]);
    });
  }

  it("answers 404 for one that is not there", async () => {
    const { statusCode, body } = await get(asking("A-1"), [undefined]).answer();
    expect(statusCode).to.equal(404);
    expect(body).to.match(/There is no such order/);
  });

  it("shows no amount where there is none", () => {
    const { totalAmount: _amount, ...free } = item;
    expect(shownOrder(free)).to.have.property("totalAmount", undefined);
  });

  it("tries again only while a second is left for the answer", async () => {
    const throttled = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    const late = await get(asking("A-1"), [throttled, item], 1_010)
      .answer()
      .catch((error: unknown) => error);
    expect(late).to.equal(throttled);
    expect(await get(asking("A-1"), [throttled, item], 1_030).answer()).to.have.property("statusCode", 200);
  });

  it("tries again what fails in passing, and fails with what does not", async () => {
    const throttled = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    expect((await get(asking("A-1"), [throttled, item]).answer()).statusCode).to.equal(200);
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    const failed = await get(asking("A-1"), [denied])
      .answer()
      .catch((error: unknown) => error);
    expect(failed).to.equal(denied);
  });

  describe("with a token", () => {
    it("shows the orders of its verified address, whatever its case, and hides all others alike", async () => {
      const own = await get(asking("A-1", token("ann@example.com"))).answer();
      expect(own.statusCode).to.equal(200);
      const others = await get(asking("A-1", token("bob@example.com"))).answer();
      const missing = await get(asking("A-1", token("bob@example.com")), [undefined]).answer();
      expect(others).to.deep.equal(missing);
    });

    const { customerEmail: _address, ...anonymous } = item;
    const hidden: [what: string, item: Item, claims: Readonly<Record<string, unknown>>][] = [
      ["no address", item, { sub: "1" }],
      ["an address that nobody has verified", item, token("ann@example.com", "false")],
      ["an address of which nothing is said", item, { email: "ann@example.com" }],
      ["an address that is no text", item, { email: 1, email_verified: true }],
      ["an empty address", { ...anonymous, customerEmail: { S: "" } }, token("")],
      ["an order without an address", anonymous, token("ann@example.com")],
    ];
    for (const [what, of, claims] of hidden) {
      it(`hides an order: ${what}`, () => expect(maySee(of, claims)).to.equal(false));
    }
    it("takes a claim that is a boolean", () =>
      expect(maySee(item, token("ann@example.com", true))).to.equal(true));
  });
});
