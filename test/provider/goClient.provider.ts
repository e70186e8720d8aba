import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";

const run = promisify(execFile);
const SOURCE = path.join(__dirname, "go");
const SERVICES = [
  ...["sts", "sqs", "dynamodb", "sns", "events", "monitoring", "logs", "iam", "lambda", "kms", "ses"],
  ...["ssm", "ec2"],
];

/** Go and the modules of AWS's SDK; undefined, with a reason on the console, where something is missing. */
async function findGo(): Promise<string | undefined> {
  const problems: string[] = [];
  for (const go of ["go", "/usr/local/go/bin/go"]) {
    try {
      await run(go, ["mod", "download"], { cwd: SOURCE });
      return go;
    } catch (error) {
      problems.push((error as Error).message.split("\n").slice(0, 3).join(" "));
    }
  }
  const missing = `missing: Go on the path, or the modules that ${SOURCE}/go.mod names: ${problems.join("; ")}`;
  if (process.env.CI_REQUIRE_GO === "1") throw new Error(missing);
  console.warn(`SKIPPED: AWS's SDK for Go is not tried; ${missing}`);
  return undefined;
}

/** Go's clients are strict where JavaScript's are not, and speak other protocols: CloudWatch's over CBOR. */
describe("each service's first calls, by AWS's SDK for Go", () => {
  let cloud: TestCloud;
  let directory: string;
  let lines: ReadonlyMap<string, { readonly problem?: string }>;

  before(async function () {
    const go = await findGo();
    if (go === undefined) {
      this.skip();
      return;
    }
    directory = await mkdtemp(path.join(tmpdir(), "go-client-"));
    const client = path.join(directory, "client");
    await run(go, ["build", "-buildvcs=false", "-o", client, "."], { cwd: SOURCE });
    // A role counts, and a queue's messages are found, at once: what is tried is the protocol.
    cloud = await startTestCloud({ conditions: { iamPropagationMs: 0 } });
    const { stdout } = await run(client, [cloud.endpoint]);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { service: string; problem?: string });
    lines = new Map(answers.map((answer) => [answer.service, answer]));
  });
  after(async () => {
    await (cloud as TestCloud | undefined)?.close();
    if ((directory as string | undefined) !== undefined) await rm(directory, { recursive: true });
  });

  for (const service of SERVICES) {
    it(`are answered by ${service}`, () => {
      expect(lines.get(service)).to.deep.equal({ service });
    });
  }

  it("are tried of every service that the client names", () => {
    expect([...lines.keys()]).to.have.members(SERVICES);
  });
});
