import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import type { TestCloud } from "../../../src/testing/testCloud";
import {
  CALL_AWS,
  createFunction,
  createQueue,
  createRole,
  invoke,
  record,
  startLambdaCloud,
} from "./support";

/** What a developer has around, none of which a function may see; each value says whose it is. */
const DEVELOPERS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ..."AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE".split(" "),
    ..."AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_SQS".split(" "),
    ..."AWS_REGION AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_FULL_URI".split(" "),
    ..."GITHUB_TOKEN NPM_TOKEN PULUMI_ACCESS_TOKEN PULUMI_CONFIG_PASSPHRASE SSH_AUTH_SOCK".split(" "),
    ..."HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy".split(" "),
    ..."NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_COMPILE_CACHE NODE_DEBUG".split(" "),
    ..."npm_config_registry npm_lifecycle_event npm_package_json LD_PRELOAD DYLD_INSERT_LIBRARIES".split(" "),
    ..."USER LOGNAME HOME USERPROFILE TMPDIR TEMP TMP PATH PWD SHELL LANG LC_ALL TZ EDITOR".split(" "),
    ..."XDG_CONFIG_HOME KUBECONFIG DOCKER_HOST".split(" "),
  ].map((name) => [name, `developer's ${name}`]),
);

const KNOWN_VARIABLES: readonly string[] = [
  ..."AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME".split(" "),
  ..."AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_LOG_GROUP_NAME".split(" "),
  ..."AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_LOG_FORMAT AWS_LAMBDA_LOG_LEVEL AWS_LAMBDA_RUNTIME_API".split(
    " ",
  ),
  ..."AWS_LAMBDA_INITIALIZATION_TYPE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN".split(" "),
  ..."AWS_ENDPOINT_URL AWS_XRAY_CONTEXT_MISSING _HANDLER _X_AMZN_TRACE_ID LAMBDA_TASK_ROOT".split(" "),
  ..."LAMBDA_RUNTIME_DIR TZ LANG PATH HOME TMPDIR TABLE NODE_OPTIONS".split(" "),
  // What Windows and macOS put into every process.
  ..."SystemRoot USERPROFILE TEMP TMP __CF_USER_TEXT_ENCODING".split(" "),
];

describe("a function's execution environment", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;

  before(async () => {
    clock = new SteppedClock(Date.UTC(2026, 0, 31, 12));
    cloud = await startLambdaCloud(clock);
  });
  after(() => cloud.close());

  it("starts cold, and is used again while it is warm", async () => {
    const events = record(cloud);
    await createFunction(
      cloud,
      "warm",
      "let n = 0; exports.handler = async () => ({ n: ++n, pid: process.pid });",
    );
    const first = await invoke(cloud, "warm");
    const second = await invoke(cloud, "warm");
    expect(first.payload).to.have.property("n", 1);
    expect(second.payload).to.deep.equal({ ...(first.payload as object), n: 2 });
    const starts = events.flatMap((event) => (event.type === "invocation-started" ? [event.coldStart] : []));
    expect(starts).to.deep.equal([true, false]);
    expect(first.log).to.match(/REPORT RequestId: \S+\tDuration: .*\tInit Duration: /);
    expect(second.log).not.to.include("Init Duration");
  });

  it("stops when it has been idle for ten minutes", async () => {
    const events = record(cloud);
    await createFunction(cloud, "idle", "exports.handler = async () => process.pid;");
    const { payload: pid } = await invoke(cloud, "idle");
    await clock.advance(10 * 60_000);
    const { payload: laterPid } = await invoke(cloud, "idle");
    expect(laterPid).not.to.equal(pid);
    const stops = events.flatMap((event) => (event.type === "environment-stopped" ? [event] : []));
    expect(stops.find((event) => event.functionName === "idle")).to.have.property("reason", "idle");
  });

  it("runs as many environments as there are invocations at one time", async () => {
    await createFunction(
      cloud,
      "parallel",
      "exports.handler = () => new Promise((resolve) => setTimeout(resolve, 300, process.pid));",
    );
    const answers = await Promise.all([invoke(cloud, "parallel"), invoke(cloud, "parallel")]);
    expect(new Set(answers.map(({ payload }) => payload)).size).to.equal(2);
  });

  it("has Lambda's variables, the function's own, and nothing of the person's who started the cloud", async () => {
    const before = process.env;
    process.env = { ...before, ...DEVELOPERS };
    const restore = () => (process.env = before);
    await createFunction(cloud, "env", "exports.handler = async () => process.env;", {
      Environment: { Variables: { TABLE: "orders", NODE_OPTIONS: "--enable-source-maps" } },
      MemorySize: 256,
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogFormat: "JSON", LogGroup: "/orders", ApplicationLogLevel: "WARN" },
    });
    const env = (await invoke(cloud, "env").finally(restore)).payload as Record<string, string>;
    expect(JSON.stringify(env)).not.to.include("developer");
    expect(env).to.include({
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_LAMBDA_FUNCTION_NAME: "env",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_LOG_GROUP_NAME: "/orders",
      AWS_LAMBDA_LOG_FORMAT: "JSON",
      AWS_LAMBDA_LOG_LEVEL: "WARN",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
      LANG: "en_US.UTF-8",
      _HANDLER: "index.handler",
      TZ: ":UTC",
      TABLE: "orders",
      NODE_OPTIONS: "--enable-source-maps",
    });
    expect(env._X_AMZN_TRACE_ID).to.match(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/);
    expect(Object.keys(env).filter((name) => !KNOWN_VARIABLES.includes(name))).to.deep.equal([]);
    expect(env.HOME).to.equal(env.TMPDIR).and.to.include(cloud.context.directory);
    expect(env.LAMBDA_TASK_ROOT).to.include(cloud.context.directory);
    expect(env.LAMBDA_RUNTIME_DIR).to.match(/runtime$/);
  });

  it("has a Runtime API of its own, at an address that nobody else can know", async () => {
    const source = "exports.handler = async () => process.env.AWS_LAMBDA_RUNTIME_API;";
    await createFunction(cloud, "address", source);
    const address = (await invoke(cloud, "address")).payload as string;
    const [, environment = "", secret = ""] =
      /^127\.0\.0\.1:\d+\/_lambda\/([0-9a-f-]{36})\/([0-9a-f]{64})$/.exec(address) ?? [];
    const reply = async (path: string) => {
      const url = `${cloud.endpoint}/_lambda/${path}/2018-06-01/runtime/invocation/x/response`;
      return (await fetch(url, { method: "POST", body: "{}" })).status;
    };
    expect(await reply(`${environment}/${secret}`)).to.equal(400);
    for (const guess of ["", "0".repeat(64), secret.slice(1), secret.toUpperCase()])
      expect(await reply(`${environment}/${guess}`)).to.equal(404);
    expect(await reply(environment)).to.equal(404);
    await createFunction(cloud, "address2", source);
    expect((await invoke(cloud, "address2")).payload).not.to.include(secret);
  });

  it("lives by the cloud's clock, and still sees its own time run out", async () => {
    const source = `exports.handler = async (event, context) => {
      const [before, left] = [Date.now(), context.getRemainingTimeInMillis()];
      await new Promise((resolve) => setTimeout(resolve, 30));
      return { before, after: new Date().getTime(), spent: left - context.getRemainingTimeInMillis(), text: Date(),
        isDate: new Date() instanceof Date, parsed: new Date(5).getTime() };
    };`;
    await createFunction(cloud, "time", source);
    const answer = (await invoke(cloud, "time")).payload as Record<string, unknown>;
    expect(answer).to.deep.include({ before: clock.now(), after: clock.now(), isDate: true, parsed: 5 });
    expect(answer.text).to.include("2026");
    expect(answer.spent).to.be.at.least(25);
  });

  it("acts with its role's permissions, and no others", async () => {
    const mine = await createQueue(cloud, "mine");
    const other = await createQueue(cloud, "other");
    const Role = await createRole(cloud, "sender", [{ Action: "sqs:SendMessage", Resource: mine.arn }]);
    const source = `${CALL_AWS} exports.handler = async (urls) => Promise.all(
      urls.map((QueueUrl) => call("sqs", "AmazonSQS.SendMessage", { QueueUrl, MessageBody: "x" })));`;
    await createFunction(cloud, "sends", source, { Role });
    const [allowed, refused] = (await invoke(cloud, "sends", [mine.url, other.url])).payload as {
      status: number;
      body: { message?: string };
    }[];
    expect(allowed).to.have.property("status", 200);
    expect(refused).to.have.property("status", 403);
    expect(refused?.body.message).to.include("sqs:SendMessage").and.include(other.arn);
  });

  it("ends a function whose time is up", async () => {
    await createFunction(
      cloud,
      "slow",
      "exports.handler = () => new Promise(() => setInterval(() => {}, 1000));",
      {
        Timeout: 1,
      },
    );
    const { payload, functionError, log } = await invoke(cloud, "slow");
    expect(functionError).to.equal("Unhandled");
    expect(payload).to.have.property("errorType", "Sandbox.Timedout");
    expect(payload)
      .to.have.property("errorMessage")
      .that.matches(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/);
    expect(log).to.include("Task timed out after 1.00 seconds").and.include("Status: timeout");
  });

  it("ends a function that never yields when its time is up", async () => {
    await createFunction(cloud, "busy", "exports.handler = async () => { for (;;); };", { Timeout: 1 });
    expect((await invoke(cloud, "busy")).payload).to.have.property("errorType", "Sandbox.Timedout");
  });

  it("tells of a process that exits, and starts another", async () => {
    const source = "exports.handler = async ({ code }) => code === undefined ? 'fine' : process.exit(code);";
    await createFunction(cloud, "exits", source);
    const { payload, log } = await invoke(cloud, "exits", { code: 1 });
    expect(payload).to.have.property("errorType", "Runtime.ExitError");
    expect(payload)
      .to.have.property("errorMessage")
      .that.includes("Runtime exited with error: exit status 1");
    expect(log).to.include("Status: error");
    expect((await invoke(cloud, "exits", { code: 0 })).payload)
      .to.have.property("errorMessage")
      .that.includes("Runtime exited without providing a reason");
    expect((await invoke(cloud, "exits")).payload).to.equal("fine");
  });

  it("ends a function that takes more memory than it has", async () => {
    const source =
      "exports.handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill({})); };";
    await createFunction(cloud, "greedy", source, { Timeout: 20 });
    const { payload, log } = await invoke(cloud, "greedy");
    expect(payload).to.have.property("errorMessage").that.includes("signal: aborted");
    expect(log).to.include("Status: error");
  });

  it("reports what the handler throws, with its trace", async () => {
    await createFunction(
      cloud,
      "throws",
      "exports.handler = async () => { throw new TypeError('bad order'); };",
    );
    const { payload, functionError, log } = await invoke(cloud, "throws");
    expect(functionError).to.equal("Unhandled");
    expect(payload).to.include({ errorType: "TypeError", errorMessage: "bad order" });
    expect(payload)
      .to.have.property("trace")
      .that.satisfies((trace: string[]) => trace[1]?.includes("index.js"));
    expect(log).to.include("ERROR\tInvoke Error");
  });

  const initErrors: [string, Record<string, string>, string, string][] = [
    [
      "a module that is missing",
      { "index.js": "require('chai');" },
      "Runtime.ImportModuleError",
      "Cannot find module 'chai'",
    ],
    ["a file that is missing", { "other.js": "" }, "Runtime.ImportModuleError", "Cannot find module 'index'"],
    [
      "a syntax error",
      { "index.js": "exports.handler = ;" },
      "Runtime.UserCodeSyntaxError",
      "Unexpected token",
    ],
    [
      "no such export",
      { "index.js": "" },
      "Runtime.HandlerNotFound",
      "index.handler is undefined or not exported",
    ],
    ["an error while loading", { "index.js": "throw new RangeError('no table');" }, "RangeError", "no table"],
    [
      "a callback, which Node 24 has no more",
      { "index.js": "exports.handler = (e, c, cb) => cb();" },
      "Runtime.CallbackHandlerDeprecated",
      "has removed support for callback-based function handlers",
    ],
  ];
  for (const [index, [what, files, errorType, message]] of initErrors.entries()) {
    it(`reports ${what}`, async () => {
      await createFunction(cloud, `init-${index}`, "", { files });
      const { payload, functionError } = await invoke(cloud, `init-${index}`);
      expect(functionError).to.equal("Unhandled");
      expect(payload).to.have.property("errorType", errorType);
      expect(payload).to.have.property("errorMessage").that.includes(message);
    });
  }

  it("loads ES modules, and handlers in folders", async () => {
    await createFunction(cloud, "esm", "", {
      files: { "src/app.mjs": "export const handler = async () => import.meta.url;" },
      Handler: "src/app.handler",
    });
    expect((await invoke(cloud, "esm")).payload).to.match(/src\/app\.mjs$/);
  });

  it("takes callbacks under Node 22, and waits for the event loop before it answers", async () => {
    const source = `let later; exports.handler = (event, context, callback) => {
      setTimeout(() => { console.log("later"); }, 20); callback(null, "now"); };`;
    await createFunction(cloud, "callback", source, { Runtime: "nodejs22.x" });
    const { payload, log } = await invoke(cloud, "callback");
    expect(payload).to.equal("now");
    expect(log).to.match(/later\nEND/);
  });

  it("writes its lines to its log group in order, a line of several lines as one", async () => {
    const events = record(cloud);
    const source = `exports.handler = async () => {
      console.log("first %d", 1); console.error("two\\nlines"); process.stdout.write("third"); };`;
    await createFunction(cloud, "logs", source);
    await invoke(cloud, "logs");
    const lines = events.flatMap((event) => (event.type === "log" ? [event] : []));
    expect(
      lines.map(({ message }) => message.replace(/.*\t(INFO|ERROR)\t/, "$1 ").split(" RequestId")[0]),
    ).to.deep.equal(["START", "INFO first 1", "ERROR two\nlines", "third", "END", "REPORT"]);
    expect(lines[0]).to.have.property("logGroupName", "/aws/lambda/logs");
    expect(lines[0])
      .to.have.property("logStreamName")
      .that.matches(/^2026\/01\/31\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  it("writes JSON, filtered by level, and leaves lines alone that are JSON already", async () => {
    const source = `exports.handler = async () => {
      console.info("hidden"); console.warn({ sku: "A" }); console.error("failed:", new Error("x"));
      process.stdout.write('{"own":1}\\n'); };`;
    await createFunction(cloud, "json-logs", source, {
      LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "WARN" },
    });
    const { log } = await invoke(cloud, "json-logs");
    const records = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map((entry) => entry.level ?? entry.type ?? "own")).to.deep.equal([
      "platform.start",
      "WARN",
      "ERROR",
      "own",
      "platform.report",
    ]);
    expect(records[1]).to.have.property("requestId");
    expect(records[1]).to.have.deep.property("message", { sku: "A" });
    expect(records[2]).to.include({ errorType: "Error", errorMessage: "x" });
    expect(records[3]).to.deep.equal({ own: 1 });
  });

  it("loses its logs when its role may not write them, and works on", async () => {
    const events = record(cloud);
    const Role = await createRole(cloud, "mute");
    await cloud.call("iam", "DeleteRolePolicy", { RoleName: "mute", PolicyName: "permissions" });
    await createFunction(cloud, "mute", "exports.handler = async () => 'fine';", { Role });
    expect((await invoke(cloud, "mute")).payload).to.equal("fine");
    const requests = events.flatMap((event) =>
      event.type === "request" && event.service === "logs" ? [event] : [],
    );
    expect(requests[0]).to.include({ operation: "CreateLogStream", errorCode: "AccessDeniedException" });
    expect(events.some(({ type }) => type === "log")).to.be.false;
  });

  it("refuses a response above 6 MB", async () => {
    await createFunction(cloud, "large", "exports.handler = async () => 'x'.repeat(7e6);");
    expect((await invoke(cloud, "large")).payload).to.have.property(
      "errorType",
      "Function.ResponseSizeTooLarge",
    );
  });

  it("answers an SDK client as Lambda does", async () => {
    await createFunction(cloud, "sdk", "exports.handler = async (event) => ({ got: event });");
    const client = new LambdaClient(cloud.client);
    const input = { FunctionName: "sdk", Payload: Buffer.from('{"a":1}') };
    const answer = await client.send(new InvokeCommand({ ...input, LogType: "Tail" }));
    expect(answer.Payload?.transformToString()).to.equal('{"got":{"a":1}}');
    expect(answer).to.include({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(answer.FunctionError).to.equal(undefined);
    expect(Buffer.from(answer.LogResult ?? "", "base64").toString()).to.match(/^START RequestId: /);
    expect(await client.send(new InvokeCommand({ ...input, InvocationType: "DryRun" }))).to.include({
      StatusCode: 204,
    });
    client.destroy();
  });

  it("takes changed settings with the next invocation", async () => {
    await createFunction(cloud, "changed", "exports.handler = async () => process.env.COLOUR ?? null;");
    expect((await invoke(cloud, "changed")).payload).to.equal(null);
    await cloud.call("lambda", "UpdateFunctionConfiguration", {
      FunctionName: "changed",
      Environment: { Variables: { COLOUR: "green" } },
    });
    expect((await invoke(cloud, "changed")).payload).to.equal("green");
  });
});
