import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";

const FOLDER = ".github/workflows";

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

interface Job {
  readonly if?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly concurrency?: Concurrency;
  readonly environment?: string;
  readonly steps: readonly Step[];
}

interface Concurrency {
  readonly group: string;
  readonly "cancel-in-progress"?: boolean;
  readonly queue?: string;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync(FOLDER).map((file): [string, Workflow, string] => {
  const text = readFileSync(`${FOLDER}/${file}`, "utf8");
  return [file, parse(text) as Workflow, text];
});
const jobs = workflows.flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]): [string, Job, Workflow] => [
    `${file}: ${name}`,
    job,
    workflow,
  ]),
);

describe("the workflows", () => {
  it("are the checks, their comment, the deployment and the drift check", () => {
    expect(workflows.map(([file]) => file)).to.have.members([
      "checks.yml",
      "preview-comment.yml",
      "deploy.yml",
      "drift.yml",
    ]);
  });

  it("pin every action to a full commit, its version in a comment", () => {
    for (const [file, , text] of workflows) {
      const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
      expect(uses, file).not.to.have.length(0);
      for (const line of uses) expect(line, file).to.match(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it("give no permission to a whole workflow, and to each job only what it names", () => {
    for (const [file, { permissions }] of workflows) expect(permissions, file).to.deep.equal({});
    for (const [name, { permissions }] of jobs) {
      expect(permissions, name).to.be.an("object");
      expect(permissions, name).not.to.have.property("contents", "write");
    }
  });

  it("end every job in time, and let no two of a kind run at once", () => {
    for (const [name, job, workflow] of jobs) {
      expect(job["timeout-minutes"], name).to.be.within(1, 60);
      expect(job.concurrency ?? workflow.concurrency, name).not.to.equal(undefined);
    }
  });

  it("never run a pull request's code where it could reach a secret", () => {
    for (const [file, { on }] of workflows) expect(on, file).not.to.have.property("pull_request_target");
    for (const [name, { steps, permissions = {}, if: condition = "" }, { on }] of jobs) {
      const runsCode = steps.some(({ uses = "" }) => uses.startsWith("actions/checkout@"));
      if ("workflow_run" in on) expect(runsCode, name).to.equal(false);
      if ("pull_request" in on && "id-token" in permissions) {
        expect(condition, name).to.include(
          "github.event.pull_request.head.repo.full_name == github.repository",
        );
      }
    }
  });

  it("keep the token out of the working copy, and what strangers write out of shell scripts", () => {
    for (const [name, { steps }] of jobs) {
      for (const { uses = "", run = "", with: inputs = {} } of steps) {
        if (uses.startsWith("actions/checkout@")) {
          expect(inputs["persist-credentials"], name).to.equal(false);
        }
        expect(run, name).not.to.include("${{");
        expect(String(inputs.script ?? ""), name).not.to.include("${{");
      }
    }
  });

  it("reach AWS by OIDC only, from an environment of the stack", () => {
    const reaching = jobs.filter(([, { permissions = {} }]) => "id-token" in permissions);
    expect(reaching.map(([name]) => name)).to.deep.equal([
      "checks.yml: preview",
      "deploy.yml: deploy",
      "drift.yml: drift",
    ]);
    for (const [name, { environment }] of reaching) expect(environment, name).to.match(/matrix\.stack/);
    for (const [file, , text] of workflows)
      expect(text, file).not.to.match(/\$\{\{ *secrets\.|AWS_SECRET_ACCESS_KEY/);
  });

  const jobOf = (name: string): Job => {
    const found = jobs.find(([known]) => known === name);
    if (found === undefined) throw new Error(`there is no job ${name}`);
    return found[1];
  };

  it("deploy from main alone, once types, lint, tests and whole programs have passed", () => {
    const { if: condition, needs } = jobOf("deploy.yml: deploy");
    expect(condition).to.contain("github.ref == 'refs/heads/main'");
    expect(needs).to.equal("test");
    const runs = jobOf("deploy.yml: test").steps.map(({ run }) => run);
    expect(runs).to.include.members([
      "npm ci",
      "npm run typecheck",
      "npm run lint",
      "npm test",
      "npm run test:e2e",
    ]);
  });

  it("queue deployments of a stack, every one, and let the drift check hold none up", () => {
    expect(jobOf("deploy.yml: deploy").concurrency).to.deep.equal({
      group: "stack-${{ matrix.stack }}",
      "cancel-in-progress": false,
      queue: "max",
    });
    const groups = jobs.map(([, job, workflow]) => (job.concurrency ?? workflow.concurrency)?.group);
    expect(new Set(groups).size).to.equal(
      // The jobs of the checks that run no stack share their workflow's.
      new Set(jobs.map(([name, job]) => (job.concurrency === undefined ? name.split(":")[0] : name))).size,
    );
  });

  it("let only the deployment have a token that may change a stack", () => {
    for (const [name, { steps }] of jobs) {
      for (const { uses = "", with: inputs = {} } of steps) {
        if (!uses.startsWith("pulumi/auth-actions@")) continue;
        const kind = String(inputs["requested-token-type"]).split(":").at(-1);
        expect(kind, name).to.equal(name === "deploy.yml: deploy" ? "organization" : "team");
        if (kind === "team") expect(inputs.scope, name).to.equal("team:${{ vars.PULUMI_READ_TEAM }}");
      }
      const updates = steps.some(({ with: inputs = {} }) =>
        ["up", "update", "destroy"].includes(String(inputs.command)),
      );
      expect(updates, name).to.equal(name === "deploy.yml: deploy");
    }
  });

  it("run the Pulumi CLI that package.json pins", () => {
    const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      devDependencies: Record<string, string>;
    };
    expect(devDependencies.pulumi).to.match(/^\d+\.\d+\.\d+$/);
    let found = 0;
    for (const [name, { steps }] of jobs) {
      const running = steps.findIndex(({ uses = "" }) => uses.startsWith("pulumi/actions@"));
      if (running < 0) continue;
      found++;
      expect(steps[running]?.with?.["pulumi-version"], name).to.equal("${{ steps.cli.outputs.version }}");
      const reading = steps.findIndex(({ id }) => id === "cli");
      expect(reading, name).to.be.within(0, running);
      const script = /node --print '([^']+)'/.exec(steps[reading]?.run ?? "")?.[1] ?? "";
      const printed = execFileSync(process.execPath, ["--print", script], { encoding: "utf8" });
      expect(printed.trim(), name).to.equal(devDependencies.pulumi);
    }
    expect(found).to.equal(3);
  });
});
