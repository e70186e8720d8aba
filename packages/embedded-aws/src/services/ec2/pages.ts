import { pageOf } from "../../core/paging";
import { applyFilters, type FilterValues } from "./filters";
import { DEFAULT_PAGE, type Filters } from "./inputs";

interface Paging {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** One page of an answer. Throws `InvalidNextToken`. */
export function page<T>(
  items: readonly T[],
  { MaxResults = DEFAULT_PAGE, NextToken: token }: Paging,
): { readonly items: readonly T[]; readonly NextToken: string | undefined } {
  const { items: shown, next } = pageOf(items, token, MaxResults, "InvalidNextToken");
  return { items: shown, NextToken: next };
}

/** One page of what a Describe's filters match of the items that it asks for by id. Throws as `applyFilters` does. */
export function filteredPage<T>(
  asked: readonly T[],
  query: Paging & { readonly Filters?: Filters | undefined },
  values: FilterValues<T>,
  tagsOf?: (item: T) => ReadonlyMap<string, string>,
) {
  return page(applyFilters(asked, query.Filters, values, tagsOf), query);
}
