import type { ServiceName } from "../../src/core/service";
import type { ServiceCaller } from "../../src/wire/operation";

type UntypedCall<Extra extends readonly unknown[]> = (
  service: ServiceName,
  operation: string,
  input: object,
  ...extra: Extra
) => Promise<object>;

/** For tests of what is refused, whose inputs no type would let through, and of operations in a table. */
export function untyped<Extra extends readonly unknown[]>(call: ServiceCaller<Extra>): UntypedCall<Extra> {
  return call as unknown as UntypedCall<Extra>;
}
