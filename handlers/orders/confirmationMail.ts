import type { AttributeValue } from "aws-lambda";
import { plainLine } from "./plainText";

/** A mail to a customer, in both forms that mail programs show. */
export interface Mail {
  readonly orderId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** An order as the stream shows it. */
export type OrderImage = Readonly<Record<string, AttributeValue>>;

/** What a customer is told about an order: that it is confirmed, or that it could not be fulfilled and why. */
export function confirmationMail(order: OrderImage): Mail {
  // Whoever wrote the order: a line of it must not break, or turn around, what a stranger is shown.
  const orderId = plainLine(order.orderId?.S ?? "");
  const rejected = order.status?.S === "Rejected";
  const greeting = `Hello ${plainLine(order.customerName?.S ?? "customer")},`;
  const news = rejected
    ? `we are sorry: your order ${orderId} was rejected, because ${rejectionText(order)}. Nothing will be charged.`
    : `your order ${orderId} is confirmed.${totalText(order)}`;
  const items = itemLines(order);
  return {
    orderId: order.orderId?.S ?? "",
    to: order.customerEmail?.S ?? "",
    subject: `Your order ${orderId} is ${rejected ? "rejected" : "confirmed"}`,
    text: [
      greeting,
      "",
      news,
      ...(items.length > 0 ? ["", ...items.map((line) => `- ${line}`)] : []),
      "",
    ].join("\n"),
    html: [
      "<!doctype html>",
      '<html lang="en"><body>',
      `<p>${escapeHtml(greeting)}</p>`,
      `<p>${escapeHtml(news)}</p>`,
      ...(items.length > 0
        ? [`<ul>${items.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>`]
        : []),
      "</body></html>",
    ].join("\n"),
  };
}

/** Nothing, where somebody else wrote an item without an amount: "NaN" is no news to a customer. */
function totalText({ totalAmount }: OrderImage): string {
  const amount = Number(totalAmount?.N);
  return Number.isNaN(amount) ? "" : ` The total is ${inEnglish(amount)}.`;
}

/** 1234.5 as "1,234.50". `Intl` says the same, but loads the world's languages first: as long as all else of a cold start. */
function inEnglish(amount: number): string {
  return amount.toFixed(2).replace(/\d(?=(?:\d{3})+\.)/g, "$&,");
}

function rejectionText(order: OrderImage): string {
  const rejection = order.rejection?.M;
  const sku = plainLine(rejection?.sku?.S ?? "an item");
  return rejection?.reason?.S === "unknownSku"
    ? `we do not sell ${sku}`
    : `there is not enough of ${sku} in stock`;
}

function itemLines(order: OrderImage): string[] {
  return (order.items?.L ?? []).map(({ M }) => `${M?.quantity?.N ?? ""} x ${plainLine(M?.sku?.S ?? "")}`);
}

const HTML_CHARACTERS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML shows it: customers name themselves, and their names are not markup. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML_CHARACTERS[character] ?? character);
}
