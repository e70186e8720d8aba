import { createRequire } from "node:module";
import {
  AwsEc2QueryProtocol,
  AwsJson1_0Protocol,
  AwsJson1_1Protocol,
  AwsQueryProtocol,
  AwsRestJsonProtocol,
} from "@aws-sdk/core/protocols";
import { SmithyRpcV2CborProtocol } from "@smithy/core/cbor";
import { type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { expect } from "chai";
import fc from "fast-check";
import type { WireRequest } from "../../../src/core/http";
import {
  officialServices,
  type OfficialService,
  type ProtocolName,
} from "../../../src/wire/officialServices";
import { officialCodec } from "../../../src/wire/protocols";
import { ServiceWire } from "../../../src/wire/serviceWire";
import type { OperationShape } from "../../../src/wire/shape";
import { requiredNames } from "../../../src/wire/tree";
import type { ServiceName } from "../../../src/core/service";
import { valueOf } from "./arbitraries";
import { startTestCloud } from "../../../src/testing/testCloud";
import { runs } from "../../support/runs";

const clientProtocols: Readonly<Record<ProtocolName, unknown>> = {
  awsJson1_0: AwsJson1_0Protocol,
  awsJson1_1: AwsJson1_1Protocol,
  awsQuery: AwsQueryProtocol,
  ec2Query: AwsEc2QueryProtocol,
  restJson1: AwsRestJsonProtocol,
  rpcv2Cbor: SmithyRpcV2CborProtocol,
};

interface Client {
  send(command: object): Promise<Record<string, unknown>>;
  readonly config: { readonly protocolSettings: Readonly<Record<string, unknown>> };
}

/** The SDK's own client of a service, speaking one protocol to a function instead of a network. */
function clientOf(
  service: Pick<OfficialService, "client">,
  protocol: ProtocolName,
  answer: (request: HttpRequest) => HttpResponse,
) {
  const sdk = createRequire(__filename)(service.client) as Record<string, new (input: object) => object>;
  const name = Object.keys(sdk).find((key) => /^[A-Za-z0-9]+Client$/.test(key) && key !== "__Client") ?? "";
  const Client = sdk[name] as unknown as new (config: object) => Client;
  const client = new Client({
    endpoint: "http://127.0.0.1:1",
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
    md5: false,
    useQueueUrlAsEndpoint: false,
    protocol: clientProtocols[protocol],
    requestHandler: {
      handle: (request: HttpRequest) => Promise.resolve({ response: answer(request) }),
    },
  });
  const send = (operation: string, input: object) => {
    const Command = sdk[`${operation}Command`];
    if (Command === undefined) throw new Error(`${service.client} has no ${operation}Command`);
    return client.send(new Command(input));
  };
  return { client, send };
}

function toWire(request: HttpRequest): WireRequest {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query)) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, item ?? "");
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const body = request.body as string | Uint8Array | undefined;
  return { method: request.method, path: request.path, query, headers, body: Buffer.from(body ?? "") };
}

/** Bytes as text, no undefined members, no prototypes; without what a protocol has no way to write. */
function plain(value: unknown, drops: (value: object) => boolean = () => false): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (value instanceof Date || typeof value !== "object" || value === null) return value;
  const keep = (item: unknown) => item !== undefined && !(isStructure(item) && drops(item as object));
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item, drops)).filter(keep);
    return value.length > 0 && items.length === 0 ? undefined : items;
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, plain(item, drops)] as const)
      .filter(([, item]) => keep(item)),
  );
}

function isStructure(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}

const isEmpty = (value: object) => Object.keys(value).length === 0;
/**
 * Forms cannot say that a structure or map is there and empty, so that a list of such is left out with them;
 * EC2's cannot say it of a list either.
 */
const unwritable: Partial<Record<ProtocolName, (value: object) => boolean>> = {
  awsQuery: (value) => !Array.isArray(value) && isEmpty(value),
  ec2Query: isEmpty,
};

/** Of two members that a form calls the same, the first: SQS's `AttributeNames` beside `MessageSystemAttributeNames`. */
function formerNames({ input: { members } }: OperationShape): string[] {
  const inForms = members.map(({ name, traits }) => traits.xmlName ?? name);
  return members.filter((_, at) => inForms.lastIndexOf(inForms[at] ?? "") > at).map(({ name }) => name);
}

/** What an answer cannot say: in XML that is flattened, as all of SQS's is, an empty list or map is no element at all. */
function unanswerable({ name }: ServiceWire, protocol: ProtocolName) {
  return name === "sqs" && protocol === "awsQuery" ? isEmpty : undefined;
}

function roundTrip(wire: ServiceWire, protocol: ProtocolName, operation: OperationShape) {
  let output: unknown;
  let decoded: unknown;
  const { companion } = wire.settings;
  const settings = companion?.operations.includes(operation.name) === true ? companion : wire.settings;
  const { send } = clientOf(settings, protocol, (request) => {
    const wireRequest = toWire(request);
    const codec = officialCodec(wire, wireRequest);
    const call = codec.decode(wireRequest);
    expect(call.operation).to.equal(operation.name);
    // Decoders may change what they are given: what was decoded is looked at before anything else.
    decoded = plain(call.input, unwritable[protocol]);
    const { status, headers, body } = codec.encode(output as object, call, "r-1");
    return new HttpResponse({ statusCode: status, headers: { ...headers }, body: Buffer.from(body) });
  });
  return fc.asyncProperty(valueOf(operation.input), valueOf(operation.output), async (input, given) => {
    output = given;
    const written = plain(input, unwritable[protocol]) as Record<string, unknown>;
    // SQS's forms call the former name of a member and today's the same.
    fc.pre(protocol !== "awsQuery" || formerNames(operation).every((name) => written[name] === undefined));
    // A list that is required and empty is no parameter at all in a form of EC2, and so counts as missing.
    fc.pre(requiredNames(operation.input).every((name) => written[name] !== undefined));
    const { $metadata, ...received } = await send(operation.name, input as object);
    const drops = unanswerable(wire, protocol);
    expect(plain(received, drops)).to.deep.equal(plain(given, drops));
    expect(decoded).to.deep.equal(written);
    expect($metadata).to.include({ requestId: "r-1" });
  });
}

function everyMember(shape: OperationShape): { supports: string[] } {
  return { supports: shape.input.members.map((member) => member.name) };
}

/** A service of which everything is supported, however much of it the embedded cloud really does. */
function wholeWire(name: ServiceName, settings: OfficialService, operations: readonly string[]): ServiceWire {
  const bare = new ServiceWire(name, settings, {});
  const supports = operations.map((operation) => {
    const shape = bare.model.operations.get(operation);
    if (shape === undefined) throw new Error(`${name} has no ${operation}`);
    return [operation, everyMember(shape)] as const;
  });
  return new ServiceWire(name, settings, Object.fromEntries(supports));
}

describe("the wire of AWS's models, against the SDK's own encoders and decoders", function () {
  this.timeout(60_000);

  for (const [name, settings] of Object.entries<OfficialService>(officialServices)) {
    it(`carries every operation of ${name}, both ways`, async () => {
      const cloud = await startTestCloud();
      await cloud.close();
      const names = Object.keys(cloud.services.get(name as ServiceName)?.operations ?? {});
      expect(names).not.to.be.empty;
      const wire = wholeWire(name as ServiceName, settings, names);
      for (const protocol of settings.protocols) {
        for (const operation of names) {
          await fc.assert(roundTrip(wire, protocol, wire.operation(operation)), { numRuns: runs(15) });
        }
      }
    });

    it(`holds the client's own settings for ${name}`, () => {
      const [protocol] = settings.protocols;
      const { client } = clientOf(
        settings,
        protocol ?? "awsJson1_0",
        () => new HttpResponse({ statusCode: 500 }),
      );
      const { serviceTarget, version, xmlNamespace, awsQueryCompatible } = client.config.protocolSettings;
      expect(settings).to.include({ serviceTarget, version });
      // SQS's client of today has none: it speaks no XML any more.
      if (settings.xmlNamespace !== undefined && name !== "sqs")
        expect(settings.xmlNamespace).to.equal(xmlNamespace);
      expect(settings.awsQueryCompatible ?? false).to.equal(awsQueryCompatible ?? false);
    });
  }
});
