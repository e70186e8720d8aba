import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import path from "node:path";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  type AnalyzeResponse,
  type AnalyzerInfo,
  AnalyzerPropertyDependencies,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  EnforcementLevel,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { rules } from "../../../policy/rules";
import { WIRE } from "embedded-pulumi";
import { denyWithoutTls, QUEUE, QUEUE_POLICY, TABLE, urnOf } from "../../unit/policy/resources";

const PACK = path.resolve(__dirname, "../../../policy");

describe("the policy pack under Pulumi's own runner", function () {
  this.timeout(60_000);
  let host: ChildProcess;
  let client: AnalyzerClient;

  before(async () => {
    // As the CLI runs it; nothing here answers at the engine's address, and nothing needs to.
    host = spawn(
      process.execPath,
      [require.resolve("@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:1", "."],
      {
        cwd: PACK,
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    client = new AnalyzerClient(`127.0.0.1:${await firstLine(host)}`, credentials.createInsecure());
  });

  after(() => {
    client.close();
    host.kill();
  });

  it("offers every rule, with its severity and whether it stops a deployment", async () => {
    const getInfo = promisify<Empty, AnalyzerInfo>((request, done) => client.getAnalyzerInfo(request, done));
    const info = await getInfo(new Empty());
    expect(info.getName()).to.equal("event-driven-aws");
    expect(info.getPoliciesList().map((policy) => policy.getName())).to.deep.equal(
      rules.map(({ name }) => name),
    );
  });

  it("reports a resource that breaks a rule, and advises", async () => {
    const broken = await analyze(TABLE, "orders", { deletionProtectionEnabled: true });
    expect(broken).to.include(
      'dynamodb-point-in-time-recovery mandatory: "orders" has no point-in-time recovery. Set pointInTimeRecovery: { enabled: true }.',
    );
    expect(broken.join()).not.to.include("dynamodb-deletion-protection");
  });

  it("says nothing of a resource that keeps every rule, or whose breach is waived", async () => {
    const kept = await analyze(TABLE, "orders", {
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: false,
      tags: { Project: "p", Stack: "dev" },
    });
    expect(kept).to.deep.equal([]);
  });

  it("lets pass for now what only a deployment can tell", async () => {
    const [unknown, ...others] = await analyze(QUEUE_POLICY, "orders", { policy: WIRE.unknown });
    expect(unknown).to.match(/^sqs-not-public advisory: can't run policy/);
    expect(others).to.have.length(1);
  });

  it("judges a queue by the policy that is attached to it", async () => {
    const queue = analyzerResource(QUEUE, "orders", {});
    const policy = analyzerResource(QUEUE_POLICY, "policy", {
      policy: JSON.stringify({ Statement: denyWithoutTls("sqs:*") }),
    });
    const attached = new AnalyzerPropertyDependencies();
    attached.setUrnsList([queue.getUrn()]);
    expect(rulesOf(await analyzeStack([queue, policy]))).to.include("sqs-tls-only");
    policy.getPropertydependenciesMap().set("queueUrl", attached);
    expect(rulesOf(await analyzeStack([queue, policy]))).not.to.include("sqs-tls-only");
  });

  it("names the resource of a stack that breaks a rule", async () => {
    const response = await analyzeStack([analyzerResource(QUEUE, "orders", {})]);
    expect(response.getDiagnosticsList().map((diagnostic) => diagnostic.getUrn())).to.include(
      urnOf(QUEUE, "orders"),
    );
  });

  async function analyze(type: string, name: string, props: Props): Promise<readonly string[]> {
    const request = new AnalyzeRequest();
    request.setType(type);
    request.setName(name);
    request.setUrn(urnOf(type, name));
    request.setProperties(Struct.fromJavaScript(props));
    request.setOptions(new AnalyzerResourceOptions());
    const call = promisify<AnalyzeRequest, AnalyzeResponse>((message, done) => client.analyze(message, done));
    return (await call(request)).getDiagnosticsList().map((diagnostic) => {
      const mandatory = diagnostic.getEnforcementlevel() === EnforcementLevel.MANDATORY;
      const message = diagnostic.getMessage().split("\n").at(-1) ?? "";
      return `${diagnostic.getPolicyname()} ${mandatory ? "mandatory" : "advisory"}: ${message}`;
    });
  }

  async function analyzeStack(resources: readonly AnalyzerResource[]): Promise<AnalyzeResponse> {
    const request = new AnalyzeStackRequest();
    request.setResourcesList([...resources]);
    return promisify<AnalyzeStackRequest, AnalyzeResponse>((message, done) =>
      client.analyzeStack(message, done),
    )(request);
  }
});

type Props = Parameters<typeof Struct.fromJavaScript>[0];

function analyzerResource(type: string, name: string, props: Props): AnalyzerResource {
  const resource = new AnalyzerResource();
  resource.setType(type);
  resource.setName(name);
  resource.setUrn(urnOf(type, name));
  resource.setProperties(Struct.fromJavaScript(props));
  resource.setOptions(new AnalyzerResourceOptions());
  return resource;
}

function rulesOf(response: AnalyzeResponse): readonly string[] {
  return response.getDiagnosticsList().map((diagnostic) => diagnostic.getPolicyname());
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no output to read the port from");
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the policy pack ended without naming its port");
}
