import type { Api } from "./apis";

/**
 * Whether an API's CORS configuration names this origin, letter for letter: what lets a page of it in at all. AWS
 * knows "*" and "https://*" too; here no page comes in by a wildcard, as every page on the web would.
 */
export function namesOrigin(api: Api, origin: string): boolean {
  return (
    /^https?:\/\/[^*/\s]+$/.test(origin) &&
    (api.settings.CorsConfiguration?.AllowOrigins?.includes(origin) ?? false)
  );
}

/** Whether it is a browser's question, which an API with a CORS configuration answers by itself. */
export function isPreflight(api: Api, method: string, headers: ReadonlyMap<string, string>): boolean {
  return (
    api.settings.CorsConfiguration !== undefined &&
    method === "OPTIONS" &&
    headers.has("origin") &&
    headers.has("access-control-request-method")
  );
}

/** The headers that tell a browser what a page may do: of an answer, and, with more in them, of a preflight. */
export function corsHeaders(
  api: Api,
  origin: string | undefined,
  preflight: boolean,
): Record<string, string> {
  const cors = api.settings.CorsConfiguration;
  if (cors === undefined || origin === undefined || !namesOrigin(api, origin)) return {};
  const listed = (name: string, values: readonly string[] | undefined) =>
    values === undefined || values.length === 0 ? {} : { [name]: values.join(",") };
  return {
    "access-control-allow-origin": origin,
    vary: "Origin",
    ...(cors.AllowCredentials === true && { "access-control-allow-credentials": "true" }),
    ...listed("access-control-expose-headers", cors.ExposeHeaders),
    ...(preflight && {
      ...listed("access-control-allow-methods", cors.AllowMethods),
      ...listed("access-control-allow-headers", cors.AllowHeaders),
      ...(cors.MaxAge !== undefined && { "access-control-max-age": String(cors.MaxAge) }),
    }),
  };
}
