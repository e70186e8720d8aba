import { createHash, randomBytes } from "node:crypto";
import type * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { AutomaticName } from "../engine/autonaming";
import { unary } from "../engine/monitor";
import { describeFailure, PartlyCreated, type PropertyChange, ResourceFailure } from "../engine/provider";
import { mapToWire, type PropertyMap, UNKNOWN } from "../engine/values";
import { createProvider } from "../provider/provider";
import type { CreateContext } from "../provider/resourceType";
import { changesBetween, filledIn, propertiesOf, type WireMap, withFilledIn, withoutNotes } from "./compared";
import { propertyKey } from "./propertyKey";
import { unsettledOutputs } from "./unsettledOutputs";

const { Kind } = messages.PropertyDiff;
const { Mode } = messages.CheckRequest.AutonamingOptions;

export interface ProviderServiceOptions extends CreateContext {
  /** What it gives itself out as: the installed SDK's. */
  readonly version: string;
}

/**
 * `pulumirpc.ResourceProvider` for `aws` over this package's table of resources: what Pulumi's own engine talks to
 * instead of the real provider. Everything is done by calls of AWS's operations; nothing is kept in between but each
 * provider's configuration.
 */
export function createProviderService(options: ProviderServiceOptions): Partial<IResourceProviderServer> {
  const provider = createProvider(options);
  /** Providers attached to one port share it: each comes by a connection of its own. */
  const configurations = new Map<string, PropertyMap>();
  const configured =
    <Request, Response>(work: (request: Request, config: PropertyMap) => Promise<Response> | Response) =>
    (call: grpc.ServerUnaryCall<Request, Response>, reply: grpc.sendUnaryData<Response>) => {
      unary<Request, Response>((request) => work(request, configurations.get(call.getPeer()) ?? {}))(
        call,
        reply,
      );
    };
  const requestOf = (
    request: { getUrn(): string; getType(): string; getName(): string },
    inputs: WireMap,
    config: PropertyMap,
    nameSuffix: string,
  ) => {
    const urn = request.getUrn();
    const parts = urn.split("::");
    return {
      urn,
      type: request.getType() || (parts[2]?.split("$").at(-1) ?? ""),
      name: request.getName() || parts.slice(3).join("::"),
      inputs: propertiesOf(inputs),
      nameSuffix,
      config,
    };
  };

  return {
    getSchema: unary(() =>
      new messages.GetSchemaResponse().setSchema(JSON.stringify({ name: "aws", version: options.version })),
    ),
    getPluginInfo: unary(() => new PluginInfo().setVersion(options.version)),
    attach: unary(() => new Empty()),
    cancel: unary(() => new Empty()),
    checkConfig: unary((request: messages.CheckRequest) => {
      const news = toObject(request.getNews());
      const check = { ...requestOf(request, news, {}, ""), type: "pulumi:providers:aws" };
      return checked(news, () => provider.check(check));
    }),
    diffConfig: unary((request: messages.DiffRequest) => {
      const [before, after] = [request.getOldInputs() ?? request.getOlds(), request.getNews()].map((struct) =>
        JSON.stringify(toObject(struct).region),
      );
      const moved = before !== after;
      return new messages.DiffResponse()
        .setChanges(
          moved ? messages.DiffResponse.DiffChanges.DIFF_SOME : messages.DiffResponse.DiffChanges.DIFF_NONE,
        )
        .setReplacesList(moved ? ["region"] : []);
    }),
    configure: (call, reply) => {
      unary((request: messages.ConfigureRequest) => {
        configurations.set(call.getPeer(), propertiesOf(toObject(request.getArgs())));
        // Secrets are kept by the engine, which marks what comes of them.
        return new messages.ConfigureResponse()
          .setSupportspreview(true)
          .setSupportsAutonamingConfiguration(true);
      })(call, reply);
    },
    check: configured((request: messages.CheckRequest, config) => {
      const news = toObject(request.getNews());
      const olds = toObject(request.getOlds());
      const keptNames = filledIn(olds);
      const kept = propertiesOf(
        Object.fromEntries(Object.entries(olds).filter(([name]) => keptNames.includes(name))),
      );
      const seed = request.getRandomseed_asU8();
      const suffix = createHash("sha256")
        .update(seed.length > 0 ? seed : randomBytes(8))
        .digest("hex")
        .slice(0, 7);
      return checked(news, () =>
        provider.check({
          ...requestOf(request, news, config, suffix),
          kept,
          automaticName: automaticName(request.getAutonaming()),
        }),
      );
    }),
    diff: configured(async (request: messages.DiffRequest, config) => {
      const { type } = requestOf(request, {}, config, "");
      const sides = [
        toObject(request.getOldInputs() ?? request.getOlds()),
        toObject(request.getNews()),
      ] as const;
      const { tagsAll } = toObject(request.getOlds());
      const changes = await changesBetween(provider, type, sides, tagsAll, config, options);
      const replacing = changes.filter(({ replaces }) => replaces);
      return diffResponse(changes, sides).setDeletebeforereplace(
        replacing.length > 0 && provider.deletesFirst(type, replacing, filledIn(sides[1])),
      );
    }),
    create: configured(async (request: messages.CreateRequest, config) => {
      const inputs = toObject(request.getProperties());
      const wanted = requestOf(request, inputs, config, randomBytes(4).toString("hex").slice(0, 7));
      const response = new messages.CreateResponse();
      if (request.getPreview()) return response.setProperties(toStruct(withoutNotes(inputs)));
      try {
        const { id, outputs } = await provider.create(wanted);
        return response.setId(id).setProperties(toStruct({ ...withoutNotes(inputs), ...mapToWire(outputs) }));
      } catch (error) {
        if (!(error instanceof PartlyCreated)) throw told(error);
        // The engine would go on with a half of it, which no update completes.
        const half = { type: wanted.type, id: error.id, inputs: wanted.inputs, outputs: {}, config };
        await provider.delete(half, true).catch((still: unknown) => {
          throw new Error(
            `${describeFailure(error.cause)}; what stands of it, ${error.id}, could not be deleted: ${describeFailure(still)}`,
          );
        });
        throw told(error.cause);
      }
    }),
    update: configured(async (request: messages.UpdateRequest, config) => {
      const sides = [
        toObject(request.getOldInputs() ?? request.getOlds()),
        toObject(request.getNews()),
      ] as const;
      const [old, news] = sides;
      const olds = toObject(request.getOlds());
      const wanted = requestOf(request, news, config, "");
      const response = new messages.UpdateResponse();
      const changes = await changesBetween(provider, wanted.type, sides, olds.tagsAll, config, options);
      const changed = new Set(changes.map(({ path: [property = ""] }) => property));
      if (request.getPreview()) {
        const unknown = unsettledOutputs(wanted.type).map((name) => [name, UNKNOWN] as const);
        const outputs = { ...mapToWire(Object.fromEntries(unknown)), ...withoutNotes(news) };
        return response.setProperties(toStruct({ ...withoutInputs(olds, old), ...outputs }));
      }
      const standing = {
        type: wanted.type,
        id: request.getId(),
        inputs: propertiesOf(old),
        outputs: propertiesOf(withoutInputs(olds, old)),
        config,
      };
      try {
        const { outputs } = await provider.update(wanted, standing, changed);
        return response.setProperties(toStruct({ ...withoutNotes(news), ...mapToWire(outputs) }));
      } catch (error) {
        throw told(error);
      }
    }),
    read: configured(async (request: messages.ReadRequest, config) => {
      const { type, name } = requestOf(request, {}, config, "");
      const [inputs, state] = [toObject(request.getInputs()), toObject(request.getProperties())];
      const response = new messages.ReadResponse();
      if (Object.keys(inputs).length === 0)
        throw new Error(
          `${type} "${name}": the stand-in provider cannot import or get() what it has not created`,
        );
      const old = { inputs: propertiesOf(inputs), outputs: propertiesOf(state) };
      const read = await provider
        .read({ type, id: request.getId(), config, ...old })
        .catch((error: unknown) => {
          throw told(error);
        });
      if (read === undefined) return response;
      return response
        .setId(request.getId())
        .setInputs(toStruct(withRead(inputs, old.inputs, read.inputs)))
        .setProperties(toStruct(withRead(state, old.outputs, read.outputs)));
    }),
    delete: configured(async (request: messages.DeleteRequest, config) => {
      const { type } = requestOf(request, {}, config, "");
      const state = toObject(request.getProperties());
      const inputs = toObject(request.getOldInputs());
      try {
        await provider.delete(
          {
            type,
            id: request.getId(),
            inputs: propertiesOf(inputs),
            outputs: propertiesOf(withoutInputs(state, inputs)),
            config,
          },
          false,
        );
      } catch (error) {
        throw told(error);
      }
      return new Empty();
    }),
    invoke: configured(async (request: messages.InvokeRequest, config) => {
      const answer = await provider.invoke(
        request.getTok(),
        propertiesOf(toObject(request.getArgs())),
        config,
      );
      return new messages.InvokeResponse().setReturn(toStruct(mapToWire(answer)));
    }),
  };
}

function toObject(struct: Struct | undefined): WireMap {
  return struct?.toJavaScript() ?? {};
}

function toStruct(values: WireMap): Struct {
  return Struct.fromJavaScript(values as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** Inputs that the provider takes, or what is wrong with them. */
function checked(news: WireMap, check: () => PropertyMap): messages.CheckResponse {
  const response = new messages.CheckResponse();
  try {
    const added = Object.entries(check()).filter(([name]) => !(name in news));
    const inputs = { ...withoutNotes(news), ...mapToWire(Object.fromEntries(added)) };
    return response.setInputs(
      toStruct(
        added.length === 0
          ? inputs
          : withFilledIn(
              inputs,
              added.map(([name]) => name),
            ),
      ),
    );
  } catch (error) {
    if (!(error instanceof ResourceFailure)) throw error;
    const failure = new messages.CheckFailure().setReason(error.reason).setProperty(error.property ?? "");
    return response.setFailuresList([failure]);
  }
}

function diffResponse(
  changes: readonly PropertyChange[],
  sides: readonly [WireMap, WireMap],
): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const names = (of: readonly PropertyChange[]) => [
    ...new Set(of.map(({ path: [property = ""] }) => property)),
  ];
  const response = new messages.DiffResponse()
    .setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList(names(changes))
    .setReplacesList(names(changes.filter(({ replaces }) => replaces)))
    .setHasdetaileddiff(true);
  for (const change of changes) {
    const { key, inText } = propertyKey(change.path, ...sides);
    // A text that loses a part of what it says is still there.
    const kind = inText ? kindOf({ ...change, before: "", after: "" }) : kindOf(change);
    response.getDetaileddiffMap().set(key, new messages.PropertyDiff().setKind(kind).setInputdiff(true));
  }
  return response;
}

function kindOf({ before, after, replaces }: PropertyChange): messages.PropertyDiff.Kind {
  if (before === undefined) return replaces ? Kind.ADD_REPLACE : Kind.ADD;
  if (after === undefined) return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
  return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
}

/** `wire` with what has been read differently: all else stays as the engine sent it, notes and hashes of files too. */
function withRead(wire: WireMap, before: PropertyMap, read: PropertyMap): WireMap {
  const kept = Object.entries(wire).filter(([name]) => !(name in before) || before[name] === read[name]);
  const changed = Object.entries(read).filter(([name, value]) => before[name] !== value);
  return { ...Object.fromEntries(kept), ...mapToWire(Object.fromEntries(changed)) };
}

/** What a creation or an update gave beside the inputs. */
function withoutInputs(state: WireMap, inputs: WireMap): WireMap {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !(name in inputs)));
}

function automaticName(given: messages.CheckRequest.AutonamingOptions | undefined): AutomaticName {
  if (given === undefined) return { kind: "default" };
  if (given.getMode() === Mode.DISABLE) return { kind: "disabled" };
  return { kind: "proposed", name: given.getProposedName() };
}

/** An error as the CLI shows it: AWS's code before its message. */
function told(error: unknown): Error {
  return new Error(describeFailure(error));
}
