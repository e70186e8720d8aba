import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UsageError, CommandError } from "embedded-pulumi/cli";
import { preview } from "../../../tools/preview";
import { describeChange, type Change } from "embedded-pulumi";
import { recordingTerminal, Repository } from "./repository";

const PROJECT = path.resolve(__dirname, "../../..");

/** A role whose policy has `statements`, which may use `queue`; a queue; a table; a function of one file. */
const program = (parts: {
  visibility: string;
  hashKey: string;
  statements: string;
  code: string;
  extra?: string;
}) => `
const tags = { Project: "shop", Stack: "dev" };
const queue = new aws.sqs.Queue("orders", { visibilityTimeoutSeconds: ${parts.visibility}, sqsManagedSseEnabled: true, tags });
new aws.dynamodb.Table("orders-table", {
  hashKey: "${parts.hashKey}", attributes: [{ name: "${parts.hashKey}", type: "S" }], billingMode: "PAY_PER_REQUEST", tags,
}, { protect: true });
const role = new aws.iam.Role("role", {
  assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ] }), tags,
});
new aws.iam.RolePolicy("policy", {
  role: role.name,
  policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [${parts.statements}] }),
});
new aws.lambda.Function("work", {
  role: role.arn, runtime: "nodejs24.x", handler: "index.handler", tags,
  code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(${JSON.stringify(parts.code)}) }),
});
${parts.extra ?? ""}
`;

const receive = '{ Effect: "Allow", Action: "sqs:ReceiveMessage", Resource: queue.arn }';
const send = '{ Effect: "Allow", Action: "sqs:SendMessage", Resource: queue.arn }';

const committed = {
  program: program({
    visibility: "60",
    hashKey: "id",
    statements: `${receive}, ${send}`,
    code: "exports.handler = async () => 1;",
    extra: 'new aws.sqs.Queue("old", { tags });',
  }),
  config: { "shop:size": "1", "aws:region": "eu-central-1" },
};

const edited = {
  program: program({
    visibility: "config.getNumber('size') * 90",
    hashKey: "orderId",
    statements: `${send}, { Effect: "Allow", Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage"], Resource: queue.arn }`,
    code: "exports.handler = async () => 2;",
    extra: 'new aws.sqs.Queue("new", { tags });',
  }),
  config: { "shop:size": "2", "aws:region": "eu-central-1" },
};

/** Folders of revisions that are still there. */
function leftovers(directory: string): readonly string[] {
  const revisions = path.join(directory, ".local", "revisions");
  return existsSync(revisions) ? readdirSync(revisions) : [];
}

describe("npm run preview", function () {
  this.timeout(120_000);
  let repository: Repository;

  before(() => {
    repository = new Repository();
    repository.write(committed);
    repository.commit();
  });

  after(() => repository.remove());

  async function run(...args: readonly string[]) {
    const recorded = recordingTerminal();
    const status = await preview(args, recorded.terminal, repository.directory);
    expect(leftovers(repository.directory), "folders of revisions").to.deep.equal([]);
    return { status, text: recorded.lines.join("\n"), json: recorded.json[0] as { changes: Change[] } };
  }

  /** The error that the command ends with. */
  async function failure(...args: readonly string[]): Promise<unknown> {
    const error: unknown = await preview(args, recordingTerminal().terminal, repository.directory).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(leftovers(repository.directory), "folders of revisions").to.deep.equal([]);
    return error;
  }

  it("finds nothing changed when nothing was, automatic names and the function's code included", async () => {
    repository.write(committed);
    expect((await run("--against", "HEAD", "--json")).json.changes).to.deep.equal([]);
  });

  it("tells what was changed, replaced, deleted, created and configured, and each IAM statement", async () => {
    repository.write(edited);
    const { json, status } = await run("--against", "HEAD", "--json");
    const told = json.changes
      .map(describeChange)
      .flatMap(({ title, warning, lines }) => [
        warning === undefined ? title : `${title} (${warning})`,
        ...(title.endsWith("created") ? [] : lines.map(({ sign, text }) => `  ${sign} ${text}`)),
      ]);
    const code = /package [0-9a-f]{12} \([0-9.]+ KB of code\)/;
    expect(told.map((line) => line.replace(new RegExp(code, "g"), "package"))).to.deep.equal([
      'configuration shop:size: "1" → "2"',
      "aws:sqs:Queue old deleted",
      "aws:dynamodb:Table orders-table replaced (protected: Pulumi refuses this until protect is off)",
      '  ~ attributes[0].name: "id" → "orderId"',
      '  ~ hashKey: "id" → "orderId" (replaces the resource)',
      "aws:iam:RolePolicy policy changed",
      "  - policy.Statement[Allow sqs:ReceiveMessage, sqs:DeleteMessage]: Allow sqs:ReceiveMessage on arn:aws:sqs:eu-central-1:000000000000:orders-[auto]",
      "  + policy.Statement[Allow sqs:ReceiveMessage, sqs:DeleteMessage]: Allow sqs:ReceiveMessage, sqs:DeleteMessage on arn:aws:sqs:eu-central-1:000000000000:orders-[auto]",
      "aws:lambda:Function work changed",
      '  ~ code: "package" → "package"',
      "aws:sqs:Queue orders changed",
      "  ~ visibilityTimeoutSeconds: 60 → 180",
      "aws:sqs:Queue new created",
    ]);
    expect(status, "these resources break mandatory rules").to.equal(1);
  });

  it("writes Markdown with a summary in the first line", async () => {
    repository.write(edited);
    const { text } = await run("--against", "HEAD", "--markdown");
    expect(text).to.match(
      /^❌ \*\*Preview of `dev`\*\* against `HEAD` \([0-9a-f]{12}\): 1 to create, 3 to change, 1 to replace, 1 to delete, 1 configuration key changed; 2 unchanged\./,
    );
  });

  it("shows the tree and the policies when there is nothing to compare with", async () => {
    repository.write(committed);
    const { text } = await run();
    expect(text)
      .to.match(/aws:sqs:Queue +orders +create/)
      .and.to.include("+ 7 to create")
      .and.to.match(/mandatory {2}sqs-tls-only/);
  });

  it("takes a stack that the revision lacks as new", async () => {
    repository.write(committed);
    execFileSync("cp", ["Pulumi.dev.yaml", "Pulumi.other.yaml"], { cwd: repository.directory });
    const { text } = await run("--against", "HEAD", "--stack", "other");
    expect(text)
      .to.include("At HEAD there is no stack other: everything is new.")
      .and.to.include("+ 7 to create");
  });

  it("takes a stack as new only where the revision has others", async () => {
    const others = new Repository();
    const file = path.join(others.directory, "Pulumi.dev.yaml");
    const compare = async () => {
      const { terminal, lines } = recordingTerminal();
      await preview(["--against", "HEAD", "--stack", "dev"], terminal, others.directory);
      return lines.join("\n");
    };
    const note = "At HEAD there is no stack dev: everything is new.";
    try {
      others.write({ program: 'new aws.sqs.Queue("orders");' });
      rmSync(file);
      others.commit();
      writeFileSync(file, "config: {}");
      expect(await compare())
        .not.to.include(note)
        .and.not.to.include("to create");
      renameSync(file, path.join(others.directory, "Pulumi.prod.yaml"));
      others.commit();
      rmSync(path.join(others.directory, "Pulumi.prod.yaml"));
      expect(await compare()).to.include(note);
    } finally {
      others.remove();
    }
  });

  it("refuses a revision that does not exist", async () => {
    const error = await failure("--against", "no-such-branch");
    expect(error).to.be.instanceOf(UsageError);
    expect((error as Error).message).to.match(
      /^--against: got "no-such-branch"; expected a branch, tag or commit/,
    );
  });

  for (const args of [["--json", "--markdown"], ["--agianst", "HEAD"], ["--against", ""], ["stack"]]) {
    it(`refuses the arguments ${JSON.stringify(args)}`, async () => {
      expect(await failure(...args)).to.be.instanceOf(UsageError);
    });
  }

  it("says on which side a program fails", async () => {
    repository.write({ program: 'throw new pulumi.RunError("no size");' });
    expect(await failure())
      .to.be.instanceOf(CommandError)
      .with.property("message")
      .that.matches(/^no size/);
    repository.commit();
    repository.write(committed);
    const error = await failure("--against", "HEAD");
    expect(error)
      .to.be.instanceOf(CommandError)
      .with.property("message")
      .that.matches(/^at HEAD: no size/);
  });

  it("leaves nothing behind when it is interrupted", async () => {
    repository.write({ program: "setInterval(() => undefined, 1000); console.log('running');" });
    repository.commit();
    const controller = new AbortController();
    const { terminal } = recordingTerminal(controller.signal);
    const done = new AbortController();
    const ending = preview(["--against", "HEAD"], terminal, repository.directory)
      .then(
        () => "ended",
        () => "interrupted",
      )
      .finally(() => done.abort());
    // The folder is made before the program starts.
    while (!done.signal.aborted && leftovers(repository.directory).length === 0)
      await new Promise(setImmediate);
    controller.abort();
    expect(await ending).to.equal("interrupted");
    expect(leftovers(repository.directory)).to.deep.equal([]);
  });

  it("finds this project to keep its rules, and unchanged when its working folder is", async function () {
    if (!existsSync(path.join(PROJECT, ".git"))) this.skip();
    const { terminal, json } = recordingTerminal();
    expect(await preview(["--against", "HEAD", "--json"], terminal, PROJECT)).to.equal(0);
    const clean = execFileSync("git", ["status", "--porcelain"], { cwd: PROJECT }).length === 0;
    const { changes } = json[0] as { changes: Change[] };
    expect(changes).to.be.an("array");
    if (clean) expect(changes).to.deep.equal([]);
  });
});
