import { CommandError, type Terminal } from "embedded-pulumi/cli";
import { messageOf } from "embedded-aws/support";
import { callOrderApi, type OrderApiTarget } from "./shop/callOrderApi";

/** API Gateway's mappings read no further: what is longer is for the queue alone. */
const LARGEST_BYTES = 100 * 1024;

export function fitsOrderApi(body: string): boolean {
  return Buffer.byteLength(body) <= LARGEST_BYTES;
}

/** Places one order over the order API, and says what it answered. Returns the command's exit status. */
export async function placeOrder(
  target: OrderApiTarget,
  body: string,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const url = `${target.url}/orders`;
  let answer;
  try {
    answer = await callOrderApi(target, "POST", "/orders", body, terminal.signal);
  } catch (error) {
    throw new CommandError(
      `cannot send to ${url}: ${messageOf(error)}\nnothing was sent, or its answer was lost: send it again`,
    );
  }
  const taken = answer.status === 202;
  terminal.print(
    taken
      ? `sent 1 of 1 orders to ${url}`
      : `order 1: refused by the order API: ${answer.status} ${answer.body}`,
  );
  if (json) terminal.printJson({ sent: taken ? 1 : 0, refused: taken ? 0 : 1, total: 1 });
  return taken ? 0 : 1;
}
