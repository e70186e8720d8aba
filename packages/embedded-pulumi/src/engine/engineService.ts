import type { IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { unary } from "./monitor";
import type { LogLine } from "./progress";

const SEVERITIES: Readonly<Record<messages.LogSeverity, LogLine["severity"]>> = {
  [messages.LogSeverity.DEBUG]: "debug",
  [messages.LogSeverity.INFO]: "info",
  [messages.LogSeverity.WARNING]: "warning",
  [messages.LogSeverity.ERROR]: "error",
};

/** `pulumirpc.Engine`: takes the program's log lines, and keeps the root resource for older SDKs that ask for it. */
export function createEngineService(onLog: (line: LogLine) => void): IEngineServer {
  let rootUrn = "";
  return {
    log: unary((request: messages.LogRequest) => {
      onLog({
        type: "log",
        severity: SEVERITIES[request.getSeverity()],
        message: request.getMessage(),
        ephemeral: request.getEphemeral(),
        ...(request.getUrn() === "" ? {} : { urn: request.getUrn() }),
      });
      return new Empty();
    }),
    getRootResource: unary(() => new messages.GetRootResourceResponse().setUrn(rootUrn)),
    setRootResource: unary((request: messages.SetRootResourceRequest) => {
      rootUrn = request.getUrn();
      return new messages.SetRootResourceResponse();
    }),
    startDebugging: unary(() => new Empty()),
    // The range is about the Pulumi CLI, which does not run here: nothing to hold it against.
    requirePulumiVersion: unary(() => new messages.RequirePulumiVersionResponse()),
  };
}
