import type { FaultKind } from "./faults";
import type { Plan } from "./run";

/**
 * A shorter run that fails as well: half the orders as long as that fails, then without halves, quarters and so on of
 * the kinds of faults, then fewer orders once more.
 *
 * @param fails whether a plan fails; processes run side by side, so that one may fail now and then only.
 * @param mayGoOn asked before each try.
 */
export async function shrink(
  plan: Plan,
  fails: (plan: Plan) => Promise<boolean>,
  mayGoOn: () => boolean = () => true,
): Promise<Plan> {
  const fewer = await withFewerOrders(plan, fails, mayGoOn);
  const simpler = await withFewerKinds(fewer, fails, mayGoOn);
  return await withFewerOrders(simpler, fails, mayGoOn);
}

async function withFewerOrders(
  plan: Plan,
  fails: (plan: Plan) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<Plan> {
  let shortest = plan;
  while (shortest.orders > 1 && mayGoOn()) {
    const half = { ...shortest, orders: Math.floor(shortest.orders / 2) };
    if (!(await fails(half))) break;
    shortest = half;
  }
  return shortest;
}

async function withFewerKinds(
  plan: Plan,
  fails: (plan: Plan) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<Plan> {
  let kinds: readonly FaultKind[] = [...plan.kinds];
  for (let size = Math.ceil(kinds.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kinds.length && mayGoOn();) {
      const left = [...kinds.slice(0, from), ...kinds.slice(from + size)];
      if (await fails({ ...plan, kinds: new Set(left) })) kinds = left;
      else from += size;
    }
  }
  return { ...plan, kinds: new Set(kinds) };
}
