import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { Deployment } from "../../src/engine/deployment";
import { createEngineService } from "../../src/engine/engineService";
import { createMonitor } from "../../src/engine/monitor";
import type { LogLine } from "../../src/engine/progress";
import { readProject } from "../../src/engine/projectFile";
import { serveEngine } from "../../src/engine/server";
import { TransformRegistry } from "../../src/engine/transforms";
import { serveStandIn, type StandIn } from "../../src/standIn/serve";
import { fakeProvider } from "../engine/endToEnd/fakeProvider";

const WHOLE = path.join(__dirname, "../fixtures/whole");

/** A language host's work, done for an engine that talks to it as Pulumi's does. */
describe("the stand-in for Node's language host", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let standIn: StandIn;
  let client: LanguageRuntimeClient;

  before(async () => {
    cloud = await startTestCloud();
    standIn = await serveStandIn({
      project: readProject(WHOLE, "dev"),
      endpoint: cloud.endpoint,
      region: "us-east-1",
    });
    const [, port = ""] = (standIn.environment.PULUMI_DEBUG_LANGUAGES ?? "").split(":");
    client = new LanguageRuntimeClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });

  after(async () => {
    client.close();
    standIn.close();
    await cloud.close();
  });

  async function run(config: Readonly<Record<string, string>>) {
    const logs: LogLine[] = [];
    const project = readProject(WHOLE, "dev");
    const deployment = new Deployment({
      project: project.name,
      stack: "other",
      mode: "preview",
      provider: fakeProvider(),
      config,
      random: seededRandom(1),
      parallel: 4,
      stackOutputs: () => ({}),
      onEvent: () => undefined,
    });
    const info = {
      project: project.name,
      stack: "other",
      organization: "o",
      parallel: 4,
      config,
      secretKeys: [],
    };
    const engine = await serveEngine(
      createMonitor(deployment, new TransformRegistry(), info),
      createEngineService((line) => logs.push(line)),
    );
    try {
      const handshake = new messages.LanguageHandshakeRequest().setEngineAddress(engine.address);
      await new Promise<void>((resolve, reject) => {
        client.handshake(handshake, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
      const request = new messages.RunRequest().setMonitorAddress(engine.address).setProject(project.name);
      request.setStack("other").setOrganization("o").setParallel(4).setDryrun(true);
      for (const [key, value] of Object.entries(config)) request.getConfigMap().set(key, value);
      const response = await new Promise<messages.RunResponse>((resolve, reject) => {
        client.run(request, (error, answer) => {
          if (error === null) resolve(answer);
          else reject(error);
        });
      });
      return { response, logs, resources: deployment.state.all() };
    } finally {
      engine.close();
    }
  }

  it("runs the program against the monitor that it is told of, with the engine's configuration", async () => {
    const { response, resources, logs } = await run({ "whole:greeting": "from the engine", ...REST });
    expect(response.getError(), JSON.stringify(logs)).to.equal("");
    expect(response.getBail()).to.equal(false);
    expect(resources.map(({ type }) => type)).to.include("pulumi:pulumi:Stack");
    expect(resources[0]?.urn).to.contain("urn:pulumi:other::whole::");
  });

  it("says that the program failed, once it has told why", async () => {
    const { response, logs } = await run({});
    expect(response.getBail() || response.getError() !== "").to.equal(true);
    expect(logs.filter(({ severity }) => severity === "error")).not.to.deep.equal([]);
  });

  it("runs no plugin but policy packs", async () => {
    const call = client.runPlugin(new messages.RunPluginRequest().setKind("resource"));
    const failure = await new Promise<Error>((resolve) =>
      call.once("error", resolve).once("data", () => undefined),
    );
    expect(failure.message).to.contain("expected a policy pack");
  });
});

const REST = { "whole:size": "3", "whole:limits": '{"low":1,"high":2}', "whole:token": "hush" };
