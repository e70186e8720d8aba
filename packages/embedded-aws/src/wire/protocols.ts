import { AwsError, notSupported } from "../core/errors";
import { headerOf, type WireRequest } from "../core/http";
import { cborTree, parseCbor, writeCbor } from "./cbor";
import type { Codec } from "./codec";
import { cborError, ec2Error, faultOf, jsonError, queryError, restError } from "./errorEnvelopes";
import { decodeForm, ec2Style, queryStyle } from "./form";
import { json, parseJsonObject } from "./json";
import type { ProtocolName } from "./officialServices";
import { formParameters } from "./parameters";
import { hasTarget, isCbor, isForm } from "./requestMarks";
import { decodeRest, encodeRest, findRoute } from "./rest";
import type { ServiceWire, WireError } from "./serviceWire";
import type { TreeCodec } from "./tree";
import { escapeXml, xmlOf } from "./xml";

/** Whether a request is in a protocol, and how that protocol is read and written for one service. */
interface WireProtocol {
  recognises(request: WireRequest): boolean;
  codec(wire: ServiceWire): Codec;
}

const protocols: Readonly<Record<ProtocolName, WireProtocol>> = {
  rpcv2Cbor: { recognises: isCbor, codec: cborCodec },
  awsJson1_0: { recognises: hasTarget, codec: (wire) => jsonCodec(wire, "1.0") },
  awsJson1_1: { recognises: hasTarget, codec: (wire) => jsonCodec(wire, "1.1") },
  awsQuery: { recognises: isForm, codec: queryCodec },
  ec2Query: { recognises: isForm, codec: ec2Codec },
  // Whatever is not one of the others: REST requests carry no mark of their own.
  restJson1: { recognises: (request) => !hasTarget(request) && !isForm(request), codec: restCodec },
};

const codecs = new WeakMap<ServiceWire, Map<ProtocolName, Codec>>();

/** Which of the service's protocols a request is in. */
export function protocolOf(wire: ServiceWire, request: WireRequest): ProtocolName | undefined {
  return wire.settings.protocols.find((protocol) => protocols[protocol].recognises(request));
}

/** The codec for a request. @throws AwsError if it is in none of the protocols that the service speaks. */
export function officialCodec(wire: ServiceWire, request: WireRequest): Codec {
  const name = protocolOf(wire, request);
  if (name === undefined) {
    throw notSupported(`${wire.name} in another protocol than ${wire.settings.protocols.join(" or ")}`);
  }
  const known = codecs.get(wire) ?? new Map<ProtocolName, Codec>();
  codecs.set(wire, known);
  let codec = known.get(name);
  if (codec === undefined) known.set(name, (codec = protocols[name].codec(wire)));
  return codec;
}

function jsonCodec(wire: ServiceWire, version: "1.0" | "1.1"): Codec {
  const contentType = `application/x-amz-json-${version}`;
  return {
    decode(request) {
      const target = headerOf(request, "x-amz-target") ?? "";
      const dot = target.lastIndexOf(".");
      const operation = target.slice(dot + 1);
      const serviceTarget = wire.targetOf(operation);
      if (target.slice(0, dot) !== serviceTarget) {
        throw new AwsError(
          "UnknownOperationException",
          `X-Amz-Target: got "${target}"; expected "${serviceTarget}.<Operation>"`,
        );
      }
      const { input } = wire.operation(operation);
      const tree = parseJsonObject(request.body);
      return { operation, input: decodeTree(wire, json, operation, input, tree), status: 200 };
    },
    encode(output, { operation, status }, requestId) {
      const tree = json.encode(wire.operation(operation).output, output);
      return { status, headers: headers(contentType, requestId), body: JSON.stringify(tree) };
    },
    encodeError(cause, requestId) {
      const error = wire.errorOf(cause);
      const type = `${wire.settings.errorNamespace ?? ""}${error.name}`;
      const { status } = error;
      const answer = jsonError(version, { status, type, members: errorTree(json, error) }, requestId);
      return { ...answer, headers: { ...answer.headers, ...queryErrorHeader(wire, error) } };
    },
  };
}

/** Smithy RPC v2 CBOR: POST /service/GraniteServiceVersion20100801/operation/PutMetricData */
function cborCodec(wire: ServiceWire): Codec {
  return {
    decode(request) {
      const [, service, operation = ""] = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(request.path) ?? [];
      if (service !== wire.settings.serviceTarget) {
        throw new AwsError(
          "UnknownOperationException",
          `${request.path}: expected /service/${wire.settings.serviceTarget}/operation/<Operation>`,
        );
      }
      const { input } = wire.operation(operation);
      let tree: unknown;
      try {
        tree = parseCbor(request.body);
      } catch (error) {
        throw new AwsError("SerializationException", `The body is not CBOR: ${String(error)}`);
      }
      return { operation, input: decodeTree(wire, cborTree, operation, input, tree), status: 200 };
    },
    encode(output, { operation, status }, requestId) {
      const tree = cborTree.encode(wire.operation(operation).output, output);
      return {
        status,
        headers: { ...headers("application/cbor", requestId), "smithy-protocol": "rpc-v2-cbor" },
        body: writeCbor(tree),
      };
    },
    encodeError(cause, requestId) {
      const error = wire.errorOf(cause);
      const type = `${wire.model.namespace}#${error.name}`;
      const { status } = error;
      const answer = cborError({ status, type, members: errorTree(cborTree, error) }, requestId);
      return { ...answer, headers: { ...answer.headers, ...queryErrorHeader(wire, error) } };
    },
  };
}

/** IAM, STS, SNS: a form, and XML in answer. */
function queryCodec(wire: ServiceWire): Codec {
  const namespace = escapeXml(wire.settings.xmlNamespace ?? "");
  return {
    decode: (request) => decodeQuery(wire, request, queryStyle),
    encode(output, { operation, status }, requestId) {
      const result = xmlOf(wire.operation(operation).output, output);
      return {
        status,
        headers: headers("text/xml", requestId),
        body:
          `<${operation}Response xmlns="${namespace}"><${operation}Result>${result}</${operation}Result>` +
          `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
      };
    },
    encodeError(cause, requestId) {
      const { structure, members, query, message } = wire.errorOf(cause);
      const known =
        structure === undefined ? [] : structure.members.filter(({ name }) => !/^message$/i.test(name));
      const details = structure === undefined ? "" : xmlOf({ ...structure, members: known }, members);
      return queryError(wire.settings.xmlNamespace ?? "", { ...query, message, details }, requestId);
    },
  };
}

/** EC2's variant of the query protocol. */
function ec2Codec(wire: ServiceWire): Codec {
  const namespace = escapeXml(wire.settings.xmlNamespace ?? "");
  const contentType = "text/xml;charset=UTF-8";
  return {
    decode: (request) => decodeQuery(wire, request, ec2Style),
    encode(output, { operation, status }, requestId) {
      const members = xmlOf(wire.operation(operation).output, output);
      return {
        status,
        headers: headers(contentType, requestId),
        body: `<${operation}Response xmlns="${namespace}"><requestId>${requestId}</requestId>${members}</${operation}Response>`,
      };
    },
    encodeError(cause, requestId) {
      const { query, message } = wire.errorOf(cause);
      return ec2Error({ ...query, message }, requestId);
    },
  };
}

function decodeQuery(wire: ServiceWire, request: WireRequest, style: typeof queryStyle) {
  const parameters = formParameters(request);
  const operation = parameters.get("Action") ?? "";
  if (!/^[A-Za-z]+$/.test(operation)) {
    throw new AwsError("MissingAction", `Action: got "${operation}"; expected the name of an operation`);
  }
  const version = parameters.get("Version");
  if (version !== null && version !== wire.settings.version) {
    throw new AwsError(
      "NoSuchVersion",
      `The requested version (${version}) of ${wire.name} does not exist; expected ${wire.settings.version}`,
    );
  }
  const { input } = wire.operation(operation);
  const { addressedBy } = wire.settings;
  if (addressedBy !== undefined && request.path !== "/" && !parameters.has(addressedBy)) {
    if (input.members.some(({ name }) => name === addressedBy)) parameters.set(addressedBy, request.path);
  }
  return {
    operation,
    input: wire.inItsWords(operation, () => decodeForm(input, parameters, style)) as Record<string, unknown>,
    status: 200,
  };
}

/** Lambda, SES v2, X-Ray. */
function restCodec(wire: ServiceWire): Codec {
  return {
    decode(request) {
      const route = findRoute(wire.routes, request);
      if (route === undefined) throw notSupported(`${wire.name}: ${request.method} ${request.path}`);
      const { operation } = route;
      const { input } = wire.operation(operation);
      return {
        operation,
        input: wire.inItsWords(operation, () => decodeRest(input, route, request)) as Record<string, unknown>,
        status: 200,
      };
    },
    encode(output, { operation }, requestId) {
      const answer = encodeRest(wire.operation(operation), output as Record<string, unknown>);
      return { ...answer, headers: { ...answer.headers, "x-amzn-requestid": requestId } };
    },
    encodeError(cause, requestId) {
      const error = wire.errorOf(cause);
      const { status, name } = error;
      return restError({ status, type: name, members: errorTree(json, error) }, requestId);
    },
  };
}

function decodeTree(
  wire: ServiceWire,
  codec: TreeCodec,
  operation: string,
  shape: Parameters<TreeCodec["decode"]>[0],
  tree: unknown,
) {
  return wire.inItsWords(operation, () => codec.decode(shape, tree)) as Record<string, unknown>;
}

function errorTree(codec: TreeCodec, { structure, members }: WireError): object {
  return structure === undefined ? members : (codec.encode(structure, members) as object);
}

function headers(contentType: string, requestId: string): Record<string, string> {
  return { "content-type": contentType, "x-amzn-requestid": requestId };
}

/** Clients show the code of the query protocol to their users. */
function queryErrorHeader(wire: ServiceWire, { query }: WireError): Record<string, string> {
  if (wire.settings.awsQueryCompatible !== true) return {};
  return { "x-amzn-query-error": `${query.code};${faultOf(query.status)}` };
}
