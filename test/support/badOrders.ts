import { badDocuments, badTexts, badValues, isUtf8 } from "../../packages/embedded-aws/test/support/badInput";

/** A message that can never become an order. */
export interface BadOrder {
  readonly name: string;
  readonly body: string;
  /** What the refusal must name, or a member of it. */
  readonly field: string;
}

const PLAIN: Readonly<Record<string, string>> = {
  orderId: '"bad-1"',
  customerName: '"José"',
  totalAmount: "1.5",
  items: '[{"sku":"TEA","quantity":1}]',
};

/** The JSON text of a good order, with other texts in places of its members. */
export function orderText(members: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries({ ...PLAIN, ...members });
  return `{${all.map(([name, json]) => `"${name}":${json}`).join(",")}}`;
}

const item = (sku: string, quantity: string) => `[{"sku":${sku},"quantity":${quantity}}]`;

/** Where a value may stand: how to put it there, and whether some texts are right in that place. */
const PLACES: Readonly<Record<string, { readonly put: (json: string) => string; readonly text?: true }>> = {
  orderId: { put: (json) => orderText({ orderId: json }) },
  customerName: { put: (json) => orderText({ customerName: json }), text: true },
  totalAmount: { put: (json) => orderText({ totalAmount: json }) },
  items: { put: (json) => orderText({ items: json }) },
  "items.0": { put: (json) => orderText({ items: `[${json}]` }) },
  "items.0.sku": { put: (json) => orderText({ items: item(json, "1") }), text: true },
  "items.0.quantity": { put: (json) => orderText({ items: item('"TEA"', json) }) },
};

/** Texts that are no line of text, or a longer one than anybody's name. */
const UNPLAIN = /^(an empty|200,000|deep|a NUL|control|half|the other half|halves|an override)/;
const DEEP = /\d levels deep/;
/** To a double they are 0.1 and 0, whatever they are on paper. */
const AMOUNTS = new Set(["a number that is no multiple of anything", "a number next to nothing"]);
const isOrderId = (json: string) => /^[\w-]{1,64}$/.test(JSON.parse(json) as string);

function fieldsWith(place: string): readonly BadOrder[] {
  const { put, text } = PLACES[place]!;
  const texts = badTexts.filter(({ name, content }) =>
    text === true ? UNPLAIN.test(name) : !(place === "orderId" && isOrderId(content)),
  );
  const values = badValues.filter(({ name }) => !(place === "totalAmount" && AMOUNTS.has(name)));
  return [...values, ...texts].map(({ name, content }) => ({
    name: `${name} for ${place}`,
    body: put(content),
    field: DEEP.test(name) ? "order" : place,
  }));
}

const twice = ["orderId", "customerName", "totalAmount", "items"].map((member) => ({
  name: `${member} twice`,
  body: `{${orderText().slice(1, -1)},"${member}":${PLAIN[member]!}}`,
  field: member,
}));

/** Two readers of JSON would read two orders; each says so by the member's place. */
const repeated: readonly BadOrder[] = [
  ...twice,
  {
    name: "an escaped name twice",
    body: orderText({ totalAmount: '1,"total\\u0041mount" : 2' }),
    field: "totalAmount",
  },
  {
    name: "a quantity twice",
    body: orderText({ items: '[{"sku":"A","quantity":1},{"sku":"B","quantity":1,"quantity":2}]' }),
    field: "items.1.quantity",
  },
  {
    name: "an address twice",
    body: orderText({ customerEmail: '"a@example.com","customerEmail":"b@example.com"' }),
    field: "customerEmail",
  },
];

const deep: readonly BadOrder[] = badValues
  .filter(({ name }) => DEEP.test(name))
  .flatMap(({ name, content }) =>
    ["customerEmail", "note", "__proto__"].map((member) => ({
      name: `${name} for ${member}`,
      body: orderText({ [member]: content }),
      field: "order",
    })),
  );

/** Each kind of bad input, in each place of an order, and as a whole. */
export const badOrders: readonly BadOrder[] = [
  ...badDocuments(orderText())
    .filter(({ content }) => isUtf8(content))
    .map(({ name, content }) => ({
      name,
      body: content.toString("utf8"),
      field: "order",
    })),
  ...Object.keys(PLACES).flatMap(fieldsWith),
  ...repeated,
  ...deep,
];

/** What looks bad, and is an order all the same: nothing that counts is wrong with it. */
export const oddOrders: readonly BadOrder[] = [...badValues, ...badTexts]
  .filter(({ name }) => !DEEP.test(name))
  .flatMap(({ name, content }) =>
    ["customerEmail", "note", "__proto__", "constructor"].map((member) => ({
      name: `${name} for ${member}`,
      body: orderText({ [member]: content }),
      field: member,
    })),
  );
