import { signal } from "@preact/signals";
import { readRoute, type Route } from "./address";

export { linkTo } from "./address";

export const route = signal<Route>({ panel: "flow", about: "" });

export function followAddress(): void {
  const read = () => (route.value = readRoute(location.hash));
  addEventListener("hashchange", read);
  read();
}
