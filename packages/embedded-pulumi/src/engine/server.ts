import * as grpc from "@grpc/grpc-js";
import { EngineService, type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type IResourceMonitorServer, ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";

export interface EngineServer {
  /** "127.0.0.1:39211" */
  readonly address: string;
  close(): void;
}

/** As large as the SDK's own limit: a bundled function travels inside one message. */
export const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Serves both of the engine's services on one free loopback port. */
export async function serveEngine(
  monitor: IResourceMonitorServer,
  engine: IEngineServer,
): Promise<EngineServer> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceMonitorService, monitor);
  server.addService(EngineService, engine);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
