import { createRequire } from "node:module";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { connectCloud, unkind } from "embedded-aws";
import { localDirectory } from "../engine/localDirectory";
import type { Project } from "../engine/projectFile";
import { MAX_MESSAGE_BYTES } from "../engine/server";
import { createLanguageService } from "./languageService";
import { createProviderService } from "./providerService";

export interface StandInOptions {
  readonly project: Project;
  /** Of the embedded cloud: "http://127.0.0.1:4566". */
  readonly endpoint: string;
  /** The cloud's region. */
  readonly region: string;
}

/** What Pulumi's own CLI talks to in place of plugins that are not there. */
export interface StandIn {
  /** Variables by which the CLI finds it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): void;
}

/**
 * Serves Pulumi's CLI, on one loopback port, the language runtime for Node and a provider `aws` that creates, changes
 * and deletes resources in the embedded cloud at `endpoint`, over the network as clients do.
 *
 * Rejects when no cloud answers there.
 */
export async function serveStandIn({ project, endpoint, region }: StandInOptions): Promise<StandIn> {
  const cloud = connectCloud(endpoint, region);
  try {
    const { Account: accountId = "" } = await cloud.call("sts", "GetCallerIdentity", {});
    const server = new grpc.Server({
      "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
      "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    });
    server.addService(
      LanguageRuntimeService,
      implemented(
        createLanguageService({
          project,
          version: versionOf("@pulumi/pulumi", project),
          cacheDirectory: path.join(localDirectory(project.directory), "cache"),
        }),
      ),
    );
    server.addService(
      ResourceProviderService,
      implemented(
        createProviderService({
          version: versionOf("@pulumi/aws", project),
          region,
          accountId,
          programDirectory: project.programDirectory,
          // The cloud does not tell how unkind it is; its clock may run faster than ours, never slower.
          settleMs: unkind.iamPropagationMs,
          wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
          call: cloud.call,
        }),
      ),
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return {
      environment: { PULUMI_DEBUG_LANGUAGES: `nodejs:${port}`, PULUMI_DEBUG_PROVIDERS: `aws:${port}` },
      close: () => {
        server.forceShutdown();
        cloud.close();
      },
    };
  } catch (error) {
    cloud.close();
    throw error;
  }
}

/** The version of one of the program's own packages, which a plugin gives itself out as. */
function versionOf(name: string, { programDirectory }: Project): string {
  const load = createRequire(path.join(programDirectory, "package.json"));
  const { version } = load(`${name}/package.json`) as { readonly version: string };
  return version;
}

/** What is left out is answered as not implemented, which Pulumi's engine knows how to do without. */
function implemented(service: object): grpc.UntypedServiceImplementation {
  return service as grpc.UntypedServiceImplementation;
}
