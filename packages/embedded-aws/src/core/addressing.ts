import { headerOf, type WireRequest } from "./protocols/codec";
import { formParameters } from "./protocols/form";

/** The `Action` of a form, whether or not the service it is meant for speaks forms. */
export function actionOf(request: WireRequest): string | undefined {
  if (request.query.has("Action")) return request.query.get("Action") ?? undefined;
  const type = headerOf(request, "content-type") ?? "";
  return type.startsWith("application/x-www-form-urlencoded")
    ? (formParameters(request).get("Action") ?? undefined)
    : undefined;
}
