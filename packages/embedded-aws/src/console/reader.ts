import type { CloudContext, Service, ServiceName } from "../core/service";
import type { Answer, Input, OperationName } from "../wire/operation";

/**
 * Asks operations as the administrator without a trace of it in the event stream, and with lists in their own order:
 * who looks must not be seen among what is looked at.
 */
export type Reader = <S extends ServiceName, N extends OperationName<S> & string>(
  service: S,
  operation: N,
  input: Input<S, N>,
) => Promise<Answer<S, N> | undefined>;

export function readerOf(
  context: Pick<CloudContext, "accountId">,
  services: ReadonlyMap<ServiceName, Service>,
): Reader {
  const never = new AbortController().signal;
  const read = async (name: ServiceName, operation: string, input: object) => {
    const run = services.get(name)?.operations[operation];
    if (run === undefined) return undefined;
    return await run(input, {
      caller: { kind: "administrator", accountId: context.accountId },
      requestId: "console",
      signal: never,
    });
  };
  return read as Reader;
}

/** All pages of a list, up to 20 of them. */
export async function allPages<Page, Item>(
  ask: (token: string | undefined) => Promise<Page | undefined>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
  tokenOf: (page: Page) => string | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < 20; pages++) {
    const page = await ask(token);
    if (page === undefined) break;
    for (const item of itemsOf(page) ?? []) items.push(item);
    token = tokenOf(page);
    if (token === undefined) break;
  }
  return items;
}
