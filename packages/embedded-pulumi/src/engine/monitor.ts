import * as grpc from "@grpc/grpc-js";
import type { IResourceMonitorServer } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Deployment, DeploymentFailure, RunEnded } from "./deployment";
import { readRegistration } from "./registration";
import type { RegisteredResource } from "./state";
import { STACK_REFERENCE_TYPE } from "./stackReference";
import type { TransformRegistry } from "./transforms";
import { mapFromWire, mapToWire, type PropertyMap } from "./values";
import { messageOf } from "embedded-aws/support";

/** What this engine can do, by the names of older SDKs (`SupportsFeature`) and of newer (`GetDeploymentInfo`). */
const { ResourceMonitorFeature: Feature } = messages;
export const FEATURES: Readonly<Record<string, messages.ResourceMonitorFeature>> = {
  secrets: Feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  resourceReferences: Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  outputValues: Feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  aliasSpecs: Feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  deletedWith: Feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  transforms: Feature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  replaceWith: Feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  replacementTrigger: Feature.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
};

export interface MonitorInfo {
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  readonly parallel: number;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** `pulumirpc.ResourceMonitor`: reads requests off the wire, lets the deployment decide, writes its answers. */
export function createMonitor(
  deployment: Deployment,
  transforms: TransformRegistry,
  info: MonitorInfo,
  /** The program has nothing left to register; answered once this resolves. */
  onFinished: () => Promise<void> = () => Promise.resolve(),
): IResourceMonitorServer {
  const refused = <Request>(what: (request: Request) => string): grpc.handleUnaryCall<Request, never> =>
    unary((request: Request) => {
      throw refusal(what(request));
    });
  const refusal = (what: string) => deployment.refuse(`${what} is not supported by the embedded engine`);
  return {
    getDeploymentInfo: unary(() => deploymentInfo(deployment, info)),
    supportsFeature: unary((request: messages.SupportsFeatureRequest) =>
      new messages.SupportsFeatureResponse().setHassupport(request.getId() in FEATURES),
    ),
    registerResource: unary(async (request: messages.RegisterResourceRequest) => {
      await transforms.apply(request, deployment.stackUrn);
      const resource = await deployment.register(readRegistration(request));
      transforms.keep(resource.urn, request);
      return registered(resource);
    }),
    registerResourceOutputs: unary((request: messages.RegisterResourceOutputsRequest) => {
      deployment.registerOutputs(request.getUrn(), mapFromWire(request.getOutputs()?.toJavaScript() ?? {}));
      return new Empty();
    }),
    invoke: unary(async (request: messages.ResourceInvokeRequest) => {
      const args = mapFromWire(request.getArgs()?.toJavaScript() ?? {});
      const answer = await deployment.invoke(request.getTok(), args, request.getProvider() || undefined);
      return invoked(answer);
    }),
    registerStackTransform: unary((callback: Parameters<TransformRegistry["addForStack"]>[0]) => {
      transforms.addForStack(callback);
      return new Empty();
    }),
    signalAndWaitForShutdown: unary(async () => {
      await onFinished();
      return new Empty();
    }),
    call: refused((request: { getTok(): string }) => `the method ${request.getTok()}`),
    readResource: unary(async (request: messages.ReadResourceRequest) => {
      const type = request.getType();
      if (type !== STACK_REFERENCE_TYPE)
        throw refusal(`${type} "${request.getName()}": reading what stands already (get())`);
      const parent = request.getParent();
      const { urn, outputs } = await deployment.register({
        type,
        name: request.getName(),
        ...(parent === "" ? {} : { parent }),
        custom: true,
        inputs: { name: request.getId() },
        dependencies: [...request.getDependenciesList()].sort(),
        propertyDependencies: {},
        additionalSecretOutputs: [],
      });
      return new messages.ReadResourceResponse()
        .setUrn(urn)
        .setProperties(Struct.fromJavaScript(mapToWire(outputs)));
    }),
    existsResource: refused(
      (request: messages.ExistsResourceRequest) => `asking whether a ${request.getType()} exists`,
    ),
    registerStackInvokeTransform: refused(() => "a transform of function calls"),
    registerResourceHook: refused(() => "a resource hook"),
    registerErrorHook: refused(() => "an error hook"),
    registerPackage: refused(
      (request: messages.RegisterPackageRequest) => `the parameterized provider ${request.getName()}`,
    ),
  };
}

function deploymentInfo(deployment: Deployment, info: MonitorInfo): messages.DeploymentInfo {
  const message = new messages.DeploymentInfo()
    .setProject(info.project)
    .setStack(info.stack)
    .setOrganization(info.organization)
    .setDryrun(deployment.mode === "preview")
    .setParallel(info.parallel)
    .setConfigsecretkeysList([...info.secretKeys])
    .setSupportedfeaturesList(Object.values(FEATURES));
  for (const [key, value] of Object.entries(info.config)) message.getConfigMap().set(key, value);
  return message;
}

function registered(resource: RegisteredResource): messages.RegisterResourceResponse {
  return new messages.RegisterResourceResponse()
    .setUrn(resource.urn)
    .setId(resource.id ?? "")
    .setObject(Struct.fromJavaScript(mapToWire(resource.outputs)));
}

function invoked(answer: PropertyMap | undefined): messages.ResourceInvokeResponse {
  const message = new messages.ResourceInvokeResponse();
  return answer === undefined
    ? message.setUnknown(true)
    : message.setReturn(Struct.fromJavaScript(mapToWire(answer)));
}

/** A gRPC handler from a function of the request. */
export function unary<Request, Response>(
  run: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, reply) => {
    Promise.resolve(call.request)
      .then(run)
      .then((response) => reply(null, response))
      .catch((error: unknown) => reply(status(error)));
  };
}

/**
 * The SDK ends quietly on `UNAVAILABLE`: right for a run that has failed, whose one message the engine shows.
 * Any other error goes to the program, which may catch it.
 */
function status(error: unknown): { code: grpc.status; details: string } {
  const details = messageOf(error);
  const ended = error instanceof RunEnded || error instanceof DeploymentFailure;
  return { code: ended ? grpc.status.UNAVAILABLE : grpc.status.UNKNOWN, details };
}
