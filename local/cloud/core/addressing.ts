import type { Service, ServiceName } from "./service";
import { headerOf, type WireRequest } from "./protocols/codec";
import { formParameters } from "./protocols/form";
import { hasRoute } from "./protocols/restJson";

/** What a request's signature says: who calls, and which service is meant. */
export interface Scope {
  readonly accessKeyId: string;
  readonly service: string;
}

/**
 * The credential scope of a signed request (SigV4 or SigV4A, in a header or presigned), or undefined when the
 * request is not signed. The signature itself is not checked: the endpoint is reachable from this machine only.
 */
export function scopeOf(request: Pick<WireRequest, "headers" | "query">): Scope | undefined {
  const header = request.headers.authorization;
  const credential =
    (typeof header === "string" ? /Credential=([^,\s]+)/.exec(header)?.[1] : undefined) ??
    request.query.get("X-Amz-Credential") ??
    undefined;
  if (credential === undefined) return undefined;
  // accessKeyId/date/region/service/aws4_request; SigV4A leaves the region out.
  const parts = credential.split("/");
  return { accessKeyId: parts[0] ?? "", service: parts.at(-2) ?? "" };
}

/** The services that an unsigned request may mean, by what only they understand: target, path or action. */
export function servicesAnswering(request: WireRequest, services: Iterable<Service>): ServiceName[] {
  const target = headerOf(request, "x-amz-target");
  const prefix = target?.slice(0, target.lastIndexOf("."));
  const action = target === undefined ? actionOf(request) : undefined;
  return [...services]
    .filter(({ protocol, operations }) => {
      switch (protocol.kind) {
        case "awsJson":
          return prefix !== undefined && protocol.targetPrefixes.includes(prefix);
        case "restJson":
          return prefix === undefined && hasRoute(protocol, request);
        case "awsQuery":
        case "ec2Query":
          return action !== undefined && Object.hasOwn(operations, action);
      }
    })
    .map((service) => service.name);
}

/** The `Action` of a form, whether or not the service it is meant for speaks forms. */
export function actionOf(request: WireRequest): string | undefined {
  if (request.query.has("Action")) return request.query.get("Action") ?? undefined;
  const type = headerOf(request, "content-type") ?? "";
  return type.startsWith("application/x-www-form-urlencoded")
    ? (formParameters(request).get("Action") ?? undefined)
    : undefined;
}
