import * as grpc from "@grpc/grpc-js";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { type Callback, CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { readOptions, writeOptions } from "./transformOptions";

/**
 * Transforms: functions of the program that may change a resource's properties and options before it is
 * registered. They run in the program, which serves them over gRPC; the engine calls them, those of the
 * resource first, then its parents' from the innermost out, then the stack's.
 */
export class TransformRegistry {
  readonly #stack: Callback[] = [];
  readonly #ofResource = new Map<
    string,
    { readonly parent: string; readonly transforms: readonly Callback[] }
  >();
  readonly #clients = new Map<string, CallbacksClient>();

  addForStack(callback: Callback): void {
    this.#stack.push(callback);
  }

  /** Remembers a registered resource's transforms for the children that it will have. */
  keep(urn: string, request: messages.RegisterResourceRequest): void {
    this.#ofResource.set(urn, { parent: request.getParent(), transforms: request.getTransformsList() });
  }

  /** Applies every transform that concerns the resource, changing `request` in place. */
  async apply(request: messages.RegisterResourceRequest, stackUrn: string | undefined): Promise<void> {
    const callbacks = [...request.getTransformsList(), ...this.#inherited(request.getParent())];
    for (const callback of callbacks) await this.#call(callback, request, stackUrn ?? "");
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #inherited(parent: string): readonly Callback[] {
    const entry = this.#ofResource.get(parent);
    return entry === undefined ? this.#stack : [...entry.transforms, ...this.#inherited(entry.parent)];
  }

  async #call(
    callback: Callback,
    request: messages.RegisterResourceRequest,
    stackUrn: string,
  ): Promise<void> {
    const options = readOptions(request);
    const question = new messages.TransformRequest()
      .setType(request.getType())
      .setName(request.getName())
      .setCustom(request.getCustom())
      .setParent(request.getParent() || stackUrn)
      .setProperties(request.getObject())
      .setOptions(options);
    const invoke = new CallbackInvokeRequest()
      .setToken(callback.getToken())
      .setRequest(question.serializeBinary());
    const client = this.#client(callback.getTarget());
    const bytes = await new Promise<Uint8Array>((resolve, reject) => {
      client.invoke(invoke, (error, response) => {
        if (error === null) resolve(response.getResponse_asU8());
        else
          reject(
            new Error(`a transform of ${request.getType()} "${request.getName()}" failed: ${error.details}`),
          );
      });
    });
    const answer = messages.TransformResponse.deserializeBinary(bytes);
    if (answer.hasProperties()) request.setObject(answer.getProperties());
    const changed = answer.getOptions();
    if (changed !== undefined) writeOptions(request, changed);
  }

  #client(target: string): CallbacksClient {
    const client =
      this.#clients.get(target) ??
      // On this machine: no proxy is asked.
      new CallbacksClient(target, grpc.credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
    this.#clients.set(target, client);
    return client;
  }
}
