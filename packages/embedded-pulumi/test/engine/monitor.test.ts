import * as grpc from "@grpc/grpc-js";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { expect } from "chai";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { seededRandom } from "embedded-aws/support";
import { Deployment } from "../../src/engine/deployment";
import { createEngineService } from "../../src/engine/engineService";
import { createMonitor, FEATURES } from "../../src/engine/monitor";
import { type EngineServer, serveEngine } from "../../src/engine/server";
import { TransformRegistry } from "../../src/engine/transforms";
import { fakeProvider } from "./endToEnd/fakeProvider";

describe("the resource monitor", () => {
  let server: EngineServer;
  let client: ResourceMonitorClient;
  let deployment: Deployment;
  beforeEach(async () => {
    deployment = new Deployment({
      stackOutputs: () => ({}),
      project: "shop",
      stack: "dev",
      mode: "preview",
      provider: fakeProvider(),
      config: {},
      random: seededRandom(1),
      parallel: 4,
      onEvent: () => undefined,
    });
    const info = {
      project: "shop",
      stack: "dev",
      organization: "organization",
      parallel: 4,
      config: { "shop:a": "1" },
      secretKeys: ["shop:a"],
    };
    server = await serveEngine(
      createMonitor(deployment, new TransformRegistry(), info),
      createEngineService(() => undefined),
    );
    client = new ResourceMonitorClient(server.address, grpc.credentials.createInsecure());
  });
  afterEach(() => {
    client.close();
    server.close();
  });

  /** The error that a call ends with, as the program would see it. */
  const detailsOf = (call: (reply: (error: grpc.ServiceError | null) => void) => unknown) =>
    new Promise<string>((resolve, reject) => {
      call((error) => {
        if (error === null) reject(new Error("the call succeeded"));
        else resolve(error.details);
      });
    });

  it("listens on loopback only", () => {
    expect(server.address).to.match(/^127\.0\.0\.1:\d+$/);
  });

  it("tells new and older SDKs the same about what it can do", async () => {
    const supported = await new Promise<messages.DeploymentInfo>((resolve, reject) => {
      client.getDeploymentInfo(new Empty(), (error, answer) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
    expect(supported.getSupportedfeaturesList()).to.have.members(Object.values(FEATURES));
    expect(supported.getDryrun()).to.equal(true);
    expect(supported.getConfigMap().get("shop:a")).to.equal("1");
    const asked = async (id: string) =>
      new Promise<boolean>((resolve, reject) => {
        client.supportsFeature(new messages.SupportsFeatureRequest().setId(id), (error, answer) => {
          if (error === null) resolve(answer.getHassupport());
          else reject(error);
        });
      });
    expect(await asked("secrets")).to.equal(true);
    expect(await asked("resourceHooks")).to.equal(false);
  });

  it("refuses to read an existing resource", async () => {
    const request = new messages.ReadResourceRequest().setType("aws:sqs/queue:Queue").setName("there");
    expect(await detailsOf((reply) => client.readResource(request, reply))).to.equal(
      'aws:sqs/queue:Queue "there": reading what stands already (get()) is not supported by the embedded engine',
    );
  });

  it("ends the run at what it refuses, with the refusal as the one thing that is told", async () => {
    const request = new messages.ReadResourceRequest().setType("aws:sqs/queue:Queue").setName("there");
    const refusal = await detailsOf((reply) => client.readResource(request, reply));
    expect(deployment.failed.signal.reason).to.be.an("error").with.property("message", refusal);
  });

  it("refuses methods, hooks and parameterized providers, naming them", async () => {
    expect(
      await detailsOf((reply) => client.call(new messages.ResourceCallRequest().setTok("aws:x:y/z"), reply)),
    ).to.include("the method aws:x:y/z is not supported");
    expect(
      await detailsOf((reply) =>
        client.registerResourceHook(new messages.RegisterResourceHookRequest(), reply),
      ),
    ).to.include("a resource hook is not supported");
    expect(
      await detailsOf((reply) =>
        client.registerPackage(new messages.RegisterPackageRequest().setName("any"), reply),
      ),
    ).to.include("the parameterized provider any is not supported");
  });

  it("refuses to import, and ends the run", async () => {
    const request = new messages.RegisterResourceRequest()
      .setType("aws:sqs/queue:Queue")
      .setName("q")
      .setCustom(true)
      .setImportid("there");
    expect(await detailsOf((reply) => client.registerResource(request, reply))).to.include(
      'aws:sqs/queue:Queue "q": the resource option import is not supported',
    );
  });
});
