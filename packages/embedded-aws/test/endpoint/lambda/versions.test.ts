import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { strToU8, zipSync } from "fflate";
import { SteppedClock } from "../../../src/core/clock";
import type { TestCloud } from "../../../src/testing/testCloud";
import {
  createFunction,
  createQueue,
  createRole,
  CONSUME,
  record,
  seenBy,
  sendMessages,
  startLambdaCloud,
} from "./support";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:fn";
const answering = (what: string) =>
  `exports.handler = async (e, c) => ({ what: "${what}", of: process.env.OF, version: c.functionVersion, arn: c.invokedFunctionArn });`;
const zipOf = (source: string) => zipSync({ "index.js": strToU8(source) });

describe("versions and aliases of a function, by SDK v3", () => {
  let cloud: TestCloud;
  let clock: SteppedClock;
  let client: LambdaClient;
  const FunctionName = "fn";

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startLambdaCloud(clock);
    client = new LambdaClient({ ...cloud.client, maxAttempts: 1 });
    const Environment = { Variables: { OF: "first" } };
    await createFunction(cloud, FunctionName, answering("one"), { Environment });
  });
  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  const publish = async (Description?: string) =>
    (await client.send(new PublishVersionCommand({ FunctionName, ...(Description && { Description }) })))
      .Version ?? "";
  const changeCode = (what: string) =>
    client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(answering(what)) }));
  const answerOf = async (Qualifier?: string) => {
    const { Payload, ExecutedVersion } = await client.send(
      new InvokeCommand({ FunctionName, ...(Qualifier && { Qualifier }) }),
    );
    return { ...(JSON.parse(Buffer.from(Payload!).toString()) as object), ExecutedVersion };
  };
  const errorOf = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("expected an error"),
      (reason: unknown) => reason as Error,
    );

  it("keep code and settings as they were when they were published", async () => {
    const published = await client.send(
      new PublishVersionCommand({ FunctionName, Description: "the first" }),
    );
    expect(published).to.include({ Version: "1", FunctionArn: `${ARN}:1`, Description: "the first" });
    await changeCode("two");
    await client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { OF: "second" } } }),
    );
    expect(await publish()).to.equal("2");
    await changeCode("three");
    expect(await answerOf("1")).to.deep.equal({
      what: "one",
      of: "first",
      version: "1",
      arn: `${ARN}:1`,
      ExecutedVersion: "1",
    });
    expect(await answerOf("2")).to.include({ what: "two", of: "second", version: "2" });
    expect(await answerOf()).to.deep.equal({
      what: "three",
      of: "second",
      version: "$LATEST",
      arn: ARN,
      ExecutedVersion: "$LATEST",
    });
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: `${ARN}:1` }));
    expect(Configuration).to.include({ Version: "1", FunctionArn: `${ARN}:1` });
    const { Versions = [] } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
    expect(Versions.map(({ Version }) => Version)).to.deep.equal(["$LATEST", "1", "2"]);
    const { Functions = [] } = await client.send(new ListFunctionsCommand({ FunctionVersion: "ALL" }));
    expect(Functions.map((fn) => fn.FunctionArn)).to.have.members([`${ARN}:$LATEST`, `${ARN}:1`, `${ARN}:2`]);
  });

  it("are published once for the same code and settings, and their numbers are not used again", async () => {
    expect([await publish(), await publish()]).to.deep.equal(["1", "1"]);
    await changeCode("two");
    expect(await publish()).to.equal("2");
    await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "2" }));
    expect(await errorOf(answerOf("2"))).to.include({
      name: "ResourceNotFoundException",
      message: `Function not found: ${ARN}:2`,
    });
    expect(await publish()).to.equal("3");
    const updated = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf(answering("four")), Publish: true }),
    );
    expect(updated).to.include({ Version: "4", FunctionArn: `${ARN}:4` });
  });

  it("are published only of the code and revision that the caller means", async () => {
    const wrong = await errorOf(client.send(new PublishVersionCommand({ FunctionName, CodeSha256: "abc" })));
    expect(wrong).to.have.property("name", "InvalidParameterValueException");
    const stale = await errorOf(client.send(new PublishVersionCommand({ FunctionName, RevisionId: "abc" })));
    expect(stale).to.have.property("name", "PreconditionFailedException");
  });

  it("are listed by pages", async () => {
    for (const what of ["a", "b", "c"]) {
      await changeCode(what);
      await publish();
    }
    const versions: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await client.send(
        new ListVersionsByFunctionCommand({ FunctionName, MaxItems: 3, ...(Marker && { Marker }) }),
      );
      versions.push(...(page.Versions ?? []).map(({ Version }) => Version));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(versions).to.deep.equal(["$LATEST", "1", "2", "3"]);
  });

  it("have aliases, which are made, read, changed, listed and deleted", async () => {
    await publish();
    await changeCode("two");
    await publish();
    const alias = await client.send(
      new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1", Description: "what runs" }),
    );
    expect(alias).to.include({ AliasArn: `${ARN}:live`, FunctionVersion: "1", Description: "what runs" });
    expect(await answerOf("live")).to.deep.include({ what: "one", arn: `${ARN}:live`, ExecutedVersion: "1" });
    const updated = await client.send(
      new UpdateAliasCommand({
        FunctionName,
        Name: "live",
        FunctionVersion: "2",
        RevisionId: alias.RevisionId,
      }),
    );
    expect(updated).to.include({ FunctionVersion: "2", Description: "what runs" });
    expect(await answerOf("live")).to.include({ what: "two" });
    expect(
      await errorOf(
        client.send(new UpdateAliasCommand({ FunctionName, Name: "live", RevisionId: alias.RevisionId })),
      ),
    ).to.have.property("name", "PreconditionFailedException");
    await client.send(new CreateAliasCommand({ FunctionName, Name: "beta", FunctionVersion: "$LATEST" }));
    const { Aliases = [] } = await client.send(new ListAliasesCommand({ FunctionName }));
    expect(Aliases.map(({ Name }) => Name)).to.deep.equal(["beta", "live"]);
    const ofTwo = await client.send(new ListAliasesCommand({ FunctionName, FunctionVersion: "2" }));
    expect(ofTwo.Aliases?.map(({ Name }) => Name)).to.deep.equal(["live"]);
    await client.send(new DeleteAliasCommand({ FunctionName, Name: "beta" }));
    expect(await errorOf(client.send(new GetAliasCommand({ FunctionName, Name: "beta" })))).to.include({
      name: "ResourceNotFoundException",
      message: `Cannot find alias arn: ${ARN}:beta`,
    });
  });

  it("share an alias's invocations by its weights", async () => {
    await publish();
    await changeCode("two");
    await publish();
    const AdditionalVersionWeights = { 2: 0.25 };
    await client.send(
      new CreateAliasCommand({
        FunctionName,
        Name: "live",
        FunctionVersion: "1",
        RoutingConfig: { AdditionalVersionWeights },
      }),
    );
    const executed: (string | undefined)[] = [];
    for (let n = 0; n < 80; n++) executed.push((await answerOf("live")).ExecutedVersion);
    const second = executed.filter((version) => version === "2").length;
    expect(second).to.be.within(8, 36);
    await client.send(
      new UpdateAliasCommand({ FunctionName, Name: "live", RoutingConfig: { AdditionalVersionWeights: {} } }),
    );
    const { RoutingConfig } = await client.send(new GetAliasCommand({ FunctionName, Name: "live" }));
    expect(RoutingConfig?.AdditionalVersionWeights).to.equal(undefined);
  });

  const refusals: readonly [string, object, string][] = [
    ["of a number's name", { Name: "7", FunctionVersion: "1" }, "InvalidParameterValueException"],
    ["of a version that is not there", { FunctionVersion: "9" }, "ResourceNotFoundException"],
    [
      "of $LATEST and another version",
      { FunctionVersion: "$LATEST", RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } },
      "InvalidParameterValueException",
    ],
    [
      "of the same version twice",
      { FunctionVersion: "1", RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } },
      "InvalidParameterValueException",
    ],
    [
      "of a share above 1",
      { FunctionVersion: "1", RoutingConfig: { AdditionalVersionWeights: { 2: 1.5 } } },
      "InvalidParameterValueException",
    ],
    [
      "of three versions",
      { FunctionVersion: "1", RoutingConfig: { AdditionalVersionWeights: { 2: 0.1, 3: 0.1 } } },
      "InvalidParameterValueException",
    ],
    [
      "of a second version that is not there",
      { FunctionVersion: "1", RoutingConfig: { AdditionalVersionWeights: { 9: 0.1 } } },
      "ResourceNotFoundException",
    ],
    ["of a name that is taken", { Name: "taken", FunctionVersion: "1" }, "ResourceConflictException"],
  ];
  for (const [what, input, name] of refusals) {
    it(`have no alias ${what}`, async () => {
      for (const code of ["a", "b", "c"]) {
        await changeCode(code);
        await publish();
      }
      await client.send(new CreateAliasCommand({ FunctionName, Name: "taken", FunctionVersion: "1" }));
      const create = new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1", ...input });
      expect(await errorOf(client.send(create))).to.have.property("name", name);
    });
  }

  it("are not deleted while an alias points to them, and go with their function", async () => {
    await publish();
    await client.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
    const remove = (Qualifier?: string) =>
      client.send(new DeleteFunctionCommand({ FunctionName, ...(Qualifier && { Qualifier }) }));
    expect(await errorOf(remove("1"))).to.have.property("name", "ResourceConflictException");
    expect(await errorOf(remove("$LATEST"))).to.have.property("name", "InvalidParameterValueException");
    await remove();
    expect(await errorOf(answerOf("1"))).to.have.property("name", "ResourceNotFoundException");
  });

  it("have resource policies of their own, and permissions on their own ARNs", async () => {
    await publish();
    await client.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
    const Action = "lambda:InvokeFunction";
    const { Statement = "" } = await client.send(
      new AddPermissionCommand({
        FunctionName,
        Qualifier: "live",
        StatementId: "rule",
        Action,
        Principal: "events.amazonaws.com",
      }),
    );
    expect(JSON.parse(Statement)).to.have.property("Resource", `${ARN}:live`);
    expect(await errorOf(client.send(new GetPolicyCommand({ FunctionName })))).to.have.property(
      "name",
      "ResourceNotFoundException",
    );
    await createRole(cloud, "caller", [{ Action, Resource: `${ARN}:live` }]);
    const caller = new LambdaClient({
      ...cloud.clientAs(cloud.context.issueCredentials("caller", "s")),
      maxAttempts: 1,
    });
    const call = (Qualifier?: string) =>
      caller.send(new InvokeCommand({ FunctionName, ...(Qualifier && { Qualifier }) }));
    expect(await call("live")).to.have.property("ExecutedVersion", "1");
    expect(await errorOf(call())).to.have.property("name", "AccessDeniedException");
    expect(await errorOf(call("1"))).to.have.property("name", "AccessDeniedException");
    caller.destroy();
  });

  it("are fed by event source mappings, which follow their alias", async () => {
    const events = record(cloud);
    const Role = await createRole(cloud, "consumer", [CONSUME]);
    const source = (what: string) =>
      `exports.handler = async () => console.log("SEEN " + JSON.stringify("${what}"));`;
    await createFunction(cloud, "eater", source("one"), { Role });
    const queue = await createQueue(cloud, "queue");
    await cloud.call("lambda", "PublishVersion", { FunctionName: "eater" });
    const alias = { FunctionName: "eater", Name: "live" };
    await cloud.call("lambda", "CreateAlias", { ...alias, FunctionVersion: "1" });
    await cloud.call("lambda", "UpdateFunctionCode", {
      FunctionName: "eater",
      ZipFile: zipOf(source("two")),
    });
    const { FunctionArn } = await cloud.call("lambda", "CreateEventSourceMapping", {
      FunctionName: "eater:live",
      EventSourceArn: queue.arn,
    });
    expect(FunctionArn).to.match(/:eater:live$/);
    await sendMessages(cloud, queue, ["a"]);
    await clock.settle();
    await cloud.call("lambda", "PublishVersion", { FunctionName: "eater" });
    await cloud.call("lambda", "UpdateAlias", { ...alias, FunctionVersion: "2" });
    await sendMessages(cloud, queue, ["b"]);
    await clock.settle();
    expect(seenBy(events, "eater")).to.deep.equal(["one", "two"]);
  });
});
