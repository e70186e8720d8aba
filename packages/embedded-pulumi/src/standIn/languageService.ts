import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { guardProcess } from "embedded-aws/support";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { loopbackWithoutProxy } from "../engine/loopback";
import { unary } from "../engine/monitor";
import type { Project } from "../engine/projectFile";
import { runProcess } from "../engine/runner";

export interface LanguageServiceOptions {
  readonly project: Project;
  /** Where compiled code is kept. */
  readonly cacheDirectory: string;
  readonly version: string;
}

/** The status of a program that has told already what is wrong. */
const ALREADY_TOLD = 32;

/**
 * `pulumirpc.LanguageRuntime` for Node: runs the project's program, and policy packs, for Pulumi's own engine, through
 * the SDK's runners as Pulumi's language host does. For a CLI that has been built without one.
 */
export function createLanguageService(options: LanguageServiceOptions): Partial<ILanguageRuntimeServer> {
  let engineAddress = "";
  // The engine cancels whatever it lets go of, before a program has run as well: only what runs now is meant.
  const running = new Set<AbortController>();
  return {
    handshake: unary((request: messages.LanguageHandshakeRequest) => {
      engineAddress = request.getEngineAddress();
      return new messages.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(options.version)),
    // Which plugins are needed shows as the program registers.
    getRequiredPlugins: unary(() => new messages.GetRequiredPluginsResponse()),
    getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse()),
    getProgramDependencies: unary(() => new messages.GetProgramDependenciesResponse()),
    about: unary(() =>
      new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
    cancel: unary(() => {
      for (const each of running) each.abort(new Error("the engine has cancelled the program"));
      return new Empty();
    }),
    run: unary(async (request: messages.RunRequest) => {
      const ending = new AbortController();
      running.add(ending);
      try {
        return await run(request, engineAddress, ending.signal, options);
      } finally {
        running.delete(ending);
      }
    }),
    runPlugin: (call) => {
      runPolicyPack(call, engineAddress);
    },
  };
}

async function run(
  request: messages.RunRequest,
  engineAddress: string,
  signal: AbortSignal,
  { project, cacheDirectory }: LanguageServiceOptions,
): Promise<messages.RunResponse> {
  const engine = new EngineClient(engineAddress, grpc.credentials.createInsecure());
  try {
    const ending = await runProcess({
      project: {
        ...project,
        stack: request.getStack(),
        config: Object.fromEntries(request.getConfigMap().toObject()),
        secretKeys: request.getConfigsecretkeysList(),
      },
      engineAddress,
      monitorAddress: request.getMonitorAddress(),
      organization: request.getOrganization(),
      preview: request.getDryrun(),
      parallel: request.getParallel(),
      cacheDirectory,
      signal,
      onLine: ({ line }) => {
        const message = new LogRequest().setSeverity(LogSeverity.INFO).setMessage(`${line}\n`);
        // A line that comes too late for the engine is lost; the program's end is told otherwise.
        engine.log(message, () => undefined);
      },
    });
    const response = new messages.RunResponse();
    if ("killedBy" in ending) return response.setError(`the program was ended by ${ending.killedBy}`);
    if (ending.code === ALREADY_TOLD) return response.setBail(true);
    return ending.code === 0
      ? response
      : response.setError(`the program ended with exit code ${ending.code}`);
  } finally {
    engine.close();
  }
}

/** Its process tells the engine, by its first line, at which port it listens; lives until the engine lets go of it. */
function runPolicyPack(
  call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>,
  engineAddress: string,
): void {
  const { request } = call;
  const directory = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  if (request.getKind() !== "analyzer") {
    const details = `a plugin of kind ${request.getKind()} is not run here; expected a policy pack`;
    call.emit("error", { code: grpc.status.UNIMPLEMENTED, details });
    return;
  }
  const runner = createRequire(path.join(directory, "package.json")).resolve(
    "@pulumi/pulumi/cmd/run-policy-pack",
  );
  const child = spawn(process.execPath, [runner, request.getArgsList()[0] ?? engineAddress, directory], {
    cwd: directory,
    env: {
      ...process.env,
      ...Object.fromEntries(request.getEnvList().map((entry) => splitOnce(entry))),
      ...loopbackWithoutProxy(process.env),
      PULUMI_NODEJS_TYPESCRIPT: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  guardProcess(child);
  child.stdout.on("data", (bytes: Buffer) => call.write(new messages.RunPluginResponse().setStdout(bytes)));
  child.stderr.on("data", (bytes: Buffer) => call.write(new messages.RunPluginResponse().setStderr(bytes)));
  child.once("error", ({ message }) => call.emit("error", { code: grpc.status.UNKNOWN, details: message }));
  child.once("close", (code) => {
    call.write(new messages.RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  call.once("cancelled", () => child.kill());
}

function splitOnce(entry: string): [string, string] {
  const equals = entry.indexOf("=");
  return [entry.slice(0, equals), entry.slice(equals + 1)];
}
