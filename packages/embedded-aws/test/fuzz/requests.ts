import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Random } from "../../src/core/random";
import type { Service } from "../../src/core/service";
import type { ProtocolName } from "../../src/wire/officialServices";
import type { ServiceWire } from "../../src/wire/serviceWire";
import { formHeaders, jsonHeaders, type RawRequest } from "../support/rawRequest";
import { broken, pick } from "./breaking";
import { seeds } from "./seeds";

/** A request to one of the services in its protocol, more or less broken. */
export function anyRequest(random: Random, services: readonly Service[]): RawRequest {
  const service = pick(random, services);
  const known = seeds[service.name] ?? {};
  const operation = pick(random, random.next() < 0.6 ? Object.keys(known) : Object.keys(service.operations));
  let input: unknown = known[operation] ?? pick(random, Object.values(known));
  for (let faults = Math.floor(random.next() * 4); faults > 0; faults--) input = broken(random, input);
  return brokenBytes(random, written(random, service.wire, operation, input));
}

/** In one of the protocols that the service speaks. */
function written(random: Random, wire: ServiceWire, operation: string, input: unknown): RawRequest {
  const { name, settings } = wire;
  const protocol = pick<ProtocolName>(random, settings.protocols);
  switch (protocol) {
    case "awsJson1_0":
    case "awsJson1_1":
      return jsonRequest(
        name,
        settings.serviceTarget,
        protocol.endsWith("1") ? "1.1" : "1.0",
        operation,
        input,
      );
    case "awsQuery":
      return formRequest(name, operation, input, ".member");
    case "ec2Query":
      return formRequest(name, operation, input, "");
    case "rpcv2Cbor":
      return {
        service: name,
        path: `/service/${settings.serviceTarget}/operation/${encodeURIComponent(operation)}`,
        headers: { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
        body: Buffer.from(JSON.stringify(input)).toString("latin1"),
      };
    case "restJson1": {
      const route = wire.routes.find((known) => known.operation === operation) ?? pick(random, wire.routes);
      return restRequest(random, name, route.method, `/${route.segments.join("/")}`, input);
    }
  }
}

function jsonRequest(
  service: string,
  target: string,
  version: "1.0" | "1.1",
  operation: string,
  input: unknown,
): RawRequest {
  return { service, headers: jsonHeaders(`${target}.${operation}`, version), body: JSON.stringify(input) };
}

function formRequest(service: string, operation: string, input: unknown, listMark: string): RawRequest {
  return { service, headers: formHeaders, body: formOf(operation, input, listMark) };
}

function restRequest(
  random: Random,
  service: string,
  method: string,
  template: string,
  input: unknown,
): RawRequest {
  const members = (typeof input === "object" ? input : {}) as Readonly<Record<string, unknown>> | null;
  const path = template.replace(/\{([^}+]+)\+?\}/g, (_, label: string) => {
    const value = members?.[label];
    return encodeURIComponent((typeof value === "string" ? value : "f").toWellFormed()).slice(0, 4000);
  });
  return {
    service,
    method,
    path: random.next() < 0.1 ? `${path}?__proto__=1&constructor=2&MaxItems=${"9".repeat(30)}&a=%zz` : path,
    headers: { "content-type": "application/json" },
    ...(method === "GET" ? {} : { body: JSON.stringify(input) }),
  };
}

/** At most so many parameters: what is broken may be large. */
const MOST_PARAMETERS = 20_000;

function formOf(operation: string, input: unknown, listMark: string): string {
  const parameters: [string, string][] = [["Action", operation]];
  const add = (path: string, value: unknown): void => {
    if (parameters.length > MOST_PARAMETERS) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) add(`${path}${listMark}.${index + 1}`, item);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value)) add(path === "" ? name : `${path}.${name}`, member);
    } else {
      parameters.push([path, String(value)]);
    }
  };
  add("", input);
  return new URLSearchParams(parameters).toString();
}

/** Mostly as it is; else cut off, garbled, compressed or mislabelled. */
function brokenBytes(random: Random, request: RawRequest): RawRequest {
  const body = Buffer.from(request.body ?? "");
  const headers = request.headers ?? {};
  const at = Math.floor(random.next() * (body.length + 1));
  const coded = (coding: string, bytes: Uint8Array) => ({
    ...request,
    headers: { ...headers, "content-encoding": coding },
    body: bytes,
  });
  switch (Math.floor(random.next() * 40)) {
    case 0:
      return { ...request, body: body.subarray(0, at) };
    case 1:
      return {
        ...request,
        body: Buffer.concat([body.subarray(0, at), Buffer.from([0xff, 0xc0, 0]), body.subarray(at)]),
      };
    case 2:
      return coded("gzip", gzipSync(body));
    case 3:
      return coded("gzip", gzipSync(body).subarray(0, at));
    case 4:
      return coded(
        pick(random, ["deflate", "br", "gzip, br", "zstd", "", ",", "\x7f"].slice(0, 6)),
        random.next() < 0.5 ? deflateSync(body) : brotliCompressSync(body),
      );
    case 5:
      return { ...request, body: `${"[".repeat(50_000)}${"]".repeat(50_000)}` };
    case 6:
      return { ...request, body: `{"a":1,"a":2,"__proto__":{"TableName":"table"},"constructor":null}` };
    case 7:
      return {
        ...request,
        headers: {
          ...headers,
          "content-type": pick(random, [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/cbor",
            "",
          ]),
        },
      };
    case 8:
      return {
        ...request,
        headers: {
          ...headers,
          "x-amz-target": pick(random, ["", ".", "a.b.c", "__proto__.constructor", "AmazonSQS.constructor"]),
        },
      };
    case 9:
      return {
        ...request,
        headers: formHeaders,
        body: pick(random, [
          "&".repeat(300_000),
          `${"a.".repeat(100_000)}=1`,
          "Action=__proto__",
          "Action=ListRoles&a=%zz%ff",
          "a=1&".repeat(300_000),
        ]),
      };
    case 10:
      return { ...request, method: pick(random, ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) };
    case 11:
      return {
        ...request,
        path: pick(random, [
          "/%ff",
          "//",
          "/?Action=constructor",
          "/a/../../b",
          `/${"a/".repeat(3000)}`,
          "/2015-03-31/functions/%00/configuration",
          "/v2/email/identities/%zz",
        ]),
      };
    default:
      return request;
  }
}
