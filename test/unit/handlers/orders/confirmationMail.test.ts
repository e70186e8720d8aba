import { expect } from "chai";
import fc from "fast-check";
import { confirmationMail, escapeHtml, type OrderImage } from "../../../../handlers/orders/confirmationMail";
import { toItem } from "../../../../handlers/orders/orderItem";

const order = {
  orderId: "order-1",
  customerName: `Ada <script>alert("&")</script> O'Hara`,
  customerEmail: "ada@example.com",
  totalAmount: 1234.5,
  items: [{ sku: "<tea>", quantity: 2 }],
};
// The stream's image of an item has the shape of the item.
const image = (...args: Parameters<typeof toItem>) => toItem(...args) as unknown as OrderImage;

describe("confirmationMail", () => {
  it("tells of a confirmed order in text and HTML", () => {
    const mail = confirmationMail(image(order, "t"));
    expect(mail.to).to.equal("ada@example.com");
    expect(mail.subject).to.equal("Your order order-1 is confirmed");
    expect(mail.text).to.equal(
      `Hello ${order.customerName},\n\nyour order order-1 is confirmed. The total is 1,234.50.\n\n- 2 x <tea>\n`,
    );
    expect(mail.html).to.contain("<p>your order order-1 is confirmed. The total is 1,234.50.</p>");
  });

  it("writes any amount as English has it", () => {
    const english = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e11 }), (cents) => {
        const totalAmount = cents / 100;
        const { text } = confirmationMail(image({ ...order, totalAmount }, "t"));
        expect(text).to.contain(` The total is ${english.format(totalAmount)}.\n`);
      }),
      { examples: [[0], [99_999], [100_000], [99_999_999], [100_000_000], [1e11]] },
    );
  });

  it("escapes in HTML whatever the customer wrote", () => {
    const { html } = confirmationMail(image(order, "t"));
    expect(html).to.contain("Ada &lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt; O&#39;Hara");
    expect(html).to.contain("<li>2 x &lt;tea&gt;</li>");
    expect(html).not.to.contain("<script");
  });

  it("shows nobody what breaks a line or turns it around", () => {
    const unplain = {
      ...order,
      customerName: "Ada\n\u202eBea\ud83d",
      items: [{ sku: "t\u0007ea\u2028", quantity: 2 }],
    };
    for (const mail of [
      confirmationMail(image(unplain, "t")),
      confirmationMail(image(unplain, "t", { reason: "unknownSku", sku: "t\u0007ea\u2028" })),
    ]) {
      expect(mail.text).to.contain("Hello Ada\ufffd\ufffdBea\ufffd,\n").and.to.contain("t\ufffdea\ufffd");
      expect(`${mail.text}${mail.html}`.replaceAll("\n", "")).not.to.match(/[\p{Cc}\u2028\u202e]/u);
    }
  });

  it("tells of a rejected order, and why", () => {
    const short = confirmationMail(image(order, "t", { reason: "insufficientStock", sku: "<tea>" }));
    expect(short.subject).to.equal("Your order order-1 is rejected");
    expect(short.text).to.contain("was rejected, because there is not enough of <tea> in stock");
    const unknown = confirmationMail(image(order, "t", { reason: "unknownSku", sku: "<tea>" }));
    expect(unknown.text).to.contain("because we do not sell <tea>");
    expect(unknown.html).to.contain("because we do not sell &lt;tea&gt;");
  });

  it("leaves the total away where there is none", () => {
    const { totalAmount: _, ...withoutAmount } = image(order, "t");
    for (const given of [withoutAmount, { ...withoutAmount, totalAmount: { S: "free" } }])
      expect(confirmationMail(given).text).to.contain("your order order-1 is confirmed.\n");
  });

  it("leaves the list away when there are no items", () => {
    const { items: _, ...withoutItems } = order;
    const { html, text } = confirmationMail(image(withoutItems, "t"));
    expect(html).not.to.contain("<ul>");
    expect(html).to.match(/<\/p>\n<\/body><\/html>$/);
    expect(text).to.match(/ is confirmed\. The total is 1,234\.50\.\n$/);
  });
});

describe("escapeHtml", () => {
  it("escapes the five characters of markup and nothing else", () => {
    expect(escapeHtml(`<a href="x">&'ü`)).to.equal("&lt;a href=&quot;x&quot;&gt;&amp;&#39;ü");
  });
});
