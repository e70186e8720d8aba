/** Where the page is, by its address: "#queues/orders" is the panel `queues` about "orders". */
export interface Route {
  readonly panel: string;
  readonly about: string;
}

export function readRoute(hash: string): Route {
  const [panel = "", ...rest] = hash.replace(/^#/, "").split("/");
  let about = rest.join("/");
  try {
    about = decodeURIComponent(about);
  } catch {
    // Somebody wrote it by hand: taken as it stands.
  }
  return { panel: panel === "" ? "flow" : panel, about };
}

export function linkTo(panel: string, about = ""): string {
  return about === "" ? `#${panel}` : `#${panel}/${encodeURIComponent(about)}`;
}
