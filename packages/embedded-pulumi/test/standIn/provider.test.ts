import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { readProject } from "../../src/engine/projectFile";
import { serveStandIn, type StandIn } from "../../src/standIn/serve";

type Values = Record<string, unknown>;

const URN = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::orders";
const struct = (values: Values) =>
  Struct.fromJavaScript(values as Parameters<typeof Struct.fromJavaScript>[0]);
const values = (given: Struct | undefined): Values => given?.toJavaScript() ?? {};

/** The protocol as Pulumi's engine speaks it, over a real connection. */
describe("the stand-in for the aws provider", () => {
  let cloud: TestCloud;
  let standIn: StandIn;
  let client: ResourceProviderClient;

  before(async () => {
    cloud = await startTestCloud();
    const project = readProject(path.join(__dirname, "../fixtures/whole"), "dev");
    standIn = await serveStandIn({ project, endpoint: cloud.endpoint, region: "us-east-1" });
    const [, port = ""] = (standIn.environment.PULUMI_DEBUG_PROVIDERS ?? "").split(":");
    client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    await configure({ region: "us-east-1", defaultTags: JSON.stringify({ tags: { Team: "shop" } }) });
  });

  after(async () => {
    client.close();
    standIn.close();
    await cloud.close();
  });

  function ask<Request, Response>(
    method: (
      request: Request,
      reply: (error: grpc.ServiceError | null, response: Response) => void,
    ) => unknown,
    request: Request,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      method(request, (error, response) => {
        if (error === null) resolve(response);
        else reject(new Error(error.details));
      });
    });
  }

  const configure = (args: Values) =>
    ask<messages.ConfigureRequest, messages.ConfigureResponse>(
      (sent, reply) => client.configure(sent, reply),
      new messages.ConfigureRequest().setArgs(struct(args)),
    );
  const check = async (news: Values, olds: Values = {}, seed = "seed") => {
    const request = new messages.CheckRequest().setUrn(URN).setNews(struct(news)).setOlds(struct(olds));
    request.setRandomseed(Buffer.from(seed));
    const response = await ask<messages.CheckRequest, messages.CheckResponse>(
      (sent, reply) => client.check(sent, reply),
      request,
    );
    return {
      inputs: values(response.getInputs()),
      failures: response.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]),
    };
  };
  const create = async (inputs: Values, preview = false) => {
    const request = new messages.CreateRequest()
      .setUrn(URN)
      .setProperties(struct(inputs))
      .setPreview(preview);
    const response = await ask<messages.CreateRequest, messages.CreateResponse>(
      (sent, reply) => client.create(sent, reply),
      request,
    );
    return { id: response.getId(), state: values(response.getProperties()) };
  };
  const diff = async (old: Values, state: Values, news: Values) => {
    const request = new messages.DiffRequest().setUrn(URN).setOldInputs(struct(old)).setOlds(struct(state));
    request.setNews(struct(news));
    const response = await ask<messages.DiffRequest, messages.DiffResponse>(
      (sent, reply) => client.diff(sent, reply),
      request,
    );
    return {
      changes: response.getChanges(),
      diffs: response.getDiffsList(),
      replaces: response.getReplacesList(),
      first: response.getDeletebeforereplace(),
      keys: [...response.getDetaileddiffMap().keys()],
      kinds: [...response.getDetaileddiffMap().values()].map((each) => each.getKind()),
    };
  };
  const update = async (id: string, old: Values, state: Values, news: Values, preview = false) => {
    const request = new messages.UpdateRequest().setUrn(URN).setId(id).setOldInputs(struct(old));
    request.setOlds(struct(state)).setNews(struct(news)).setPreview(preview);
    return values(
      (
        await ask<messages.UpdateRequest, messages.UpdateResponse>(
          (sent, reply) => client.update(sent, reply),
          request,
        )
      ).getProperties(),
    );
  };
  const read = async (id: string, inputs: Values, state: Values) => {
    const request = new messages.ReadRequest().setUrn(URN).setId(id).setInputs(struct(inputs));
    request.setProperties(struct(state));
    const response = await ask<messages.ReadRequest, messages.ReadResponse>(
      (sent, reply) => client.read(sent, reply),
      request,
    );
    const found = { inputs: values(response.getInputs()), state: values(response.getProperties()) };
    return { id: response.getId(), ...found };
  };
  const remove = (id: string, inputs: Values, state: Values) => {
    const request = new messages.DeleteRequest().setUrn(URN).setId(id).setOldInputs(struct(inputs));
    return ask<messages.DeleteRequest, unknown>(
      (sent, reply) => client.delete(sent, reply),
      request.setProperties(struct(state)),
    );
  };

  it("gives a name, keeps it, and gives another for another seed", async () => {
    const { inputs } = await check({ delaySeconds: 5 });
    expect(inputs.name).to.match(/^orders-[0-9a-f]{7}$/);
    expect((await check({ delaySeconds: 6 }, inputs, "other")).inputs.name).to.equal(inputs.name);
    expect((await check({ delaySeconds: 6 }, {}, "other")).inputs.name).not.to.equal(inputs.name);
    // A name that the program gave is not kept for it.
    expect((await check({}, { name: "given" })).inputs.name).to.match(/^orders-/);
  });

  it("calls a text that says less a changed one", async () => {
    const statement = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: "*" };
    const policy = (...sids: string[]) => ({
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: sids.map((Sid) => ({ Sid, ...statement })),
      }),
    });
    const { keys, kinds } = await diff(policy("One", "Two"), policy("One", "Two"), policy("One"));
    expect(keys).to.deep.equal(["policy"]);
    expect(kinds).to.deep.equal([messages.PropertyDiff.Kind.UPDATE]);
    const gone = await diff(policy("One"), policy("One"), {});
    expect(gone.kinds).to.deep.equal([messages.PropertyDiff.Kind.DELETE]);
  });

  it("says which input it does not take, and why", async () => {
    const { failures } = await check({ delaySeconds: "soon" });
    expect(failures).to.have.length(1);
    expect(failures[0]?.[0]).to.equal("delaySeconds");
    expect(failures[0]?.[1]).to.match(/expected/);
  });

  it("creates, finds, changes in place, deletes, and no longer finds", async () => {
    const { inputs } = await check({ delaySeconds: 5, tags: { A: "1" } });
    const { id, state } = await create(inputs);
    expect(id).to.match(/^http/);
    expect(state).to.include({ delaySeconds: 5 }).and.not.to.have.property("__defaults");
    expect(state.tagsAll).to.deep.equal({ A: "1", Team: "shop" });
    expect(await read(id, inputs, state)).to.deep.equal({ id, inputs, state });

    const { inputs: news } = await check({ delaySeconds: 7, tags: { A: "1" } }, inputs);
    expect(await diff(inputs, state, news)).to.deep.include({
      diffs: ["delaySeconds"],
      replaces: [],
      first: false,
    });
    const previewed = await update(id, inputs, state, news, true);
    expect(previewed).to.include({ delaySeconds: 7, arn: state.arn });
    expect((await attributes(id)).DelaySeconds).to.equal("5");
    const updated = await update(id, inputs, state, news);
    expect(updated).to.include({ delaySeconds: 7, arn: state.arn });
    expect((await attributes(id)).DelaySeconds).to.equal("7");
    expect((await diff(news, updated, news)).changes).to.equal(messages.DiffResponse.DiffChanges.DIFF_NONE);

    await remove(id, news, updated);
    expect((await read(id, news, updated)).id).to.equal("");
    // What is gone is deleted.
    await remove(id, news, updated);
  });

  it("finds what was changed behind the program's back, and nothing else, until an update puts it right", async () => {
    const { inputs } = await check({ delaySeconds: 5, tags: { A: "1" } }, {}, "drift");
    const { id, state } = await create(inputs);
    await cloud.call("sqs", "SetQueueAttributes", { QueueUrl: id, Attributes: { DelaySeconds: "9" } });
    const found = await read(id, inputs, state);
    expect(found).to.deep.equal({
      id,
      inputs: { ...inputs, delaySeconds: 9 },
      state: { ...state, delaySeconds: 9 },
    });
    expect(await read(id, found.inputs, found.state)).to.deep.equal(found);
    expect((await diff(found.inputs, found.state, inputs)).keys).to.deep.equal(["delaySeconds"]);
    const updated = await update(id, found.inputs, found.state, inputs);
    expect((await attributes(id)).DelaySeconds).to.equal("5");
    expect(await read(id, inputs, updated)).to.deep.equal({ id, inputs, state: updated });
    await remove(id, inputs, updated);
  });

  it("finds tags taken away, those that the provider gives to everything too", async () => {
    const { inputs } = await check({}, {}, "tags");
    const { id, state } = await create(inputs);
    await cloud.call("sqs", "UntagQueue", { QueueUrl: id, TagKeys: ["Team"] });
    const found = await read(id, inputs, state);
    expect(found.inputs).to.deep.equal(inputs);
    expect(found.state).to.deep.equal({ ...state, tagsAll: {} });
    expect((await diff(found.inputs, found.state, inputs)).keys).to.deep.equal(["tags"]);
    const updated = await update(id, found.inputs, found.state, inputs);
    expect((await cloud.call("sqs", "ListQueueTags", { QueueUrl: id })).Tags).to.deep.equal({ Team: "shop" });
    expect((await read(id, inputs, updated)).state).to.deep.equal(updated);
    await remove(id, inputs, updated);
  });

  it("creates nothing in a preview", async () => {
    const before = (await cloud.call("sqs", "ListQueues", {})).QueueUrls;
    const { id, state } = await create((await check({})).inputs, true);
    expect(id).to.equal("");
    expect(state).not.to.have.property("arn");
    expect((await cloud.call("sqs", "ListQueues", {})).QueueUrls).to.deep.equal(before);
  });

  it("replaces for what AWS cannot change, the old one first where it has the name", async () => {
    const named = { name: "orders.fifo", fifoQueue: true };
    expect(await diff(named, {}, { name: "others.fifo", fifoQueue: true })).to.deep.include({
      replaces: ["name"],
      first: false,
    });
    const { inputs } = await check({ fifoQueue: false });
    const { inputs: news } = await check({ fifoQueue: true }, inputs);
    expect((await diff(inputs, {}, news)).replaces).to.include("fifoQueue");
  });

  it("tells a package by the hash that the engine sent, not by what lies at its path now", async () => {
    const archive = (hash: string) => ({
      "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
      hash,
      path: "./no/such/folder",
    });
    expect((await diff({ code: archive("1") }, {}, { code: archive("1") })).diffs).to.deep.equal([]);
    expect((await diff({ code: archive("1") }, {}, { code: archive("2") })).diffs).to.deep.equal(["code"]);
  });

  it("sees default tags that were others", async () => {
    const state = { tagsAll: { Team: "before" } };
    expect((await diff({ name: "a" }, state, { name: "a" })).keys).to.deep.equal(["tags"]);
  });

  it("reports AWS's own error", async () => {
    const failure = await create({ name: "x", delaySeconds: 5000 }).catch((error: unknown) => error);
    expect((failure as Error).message).to.match(/InvalidAttributeValue|InvalidParameterValue/);
  });

  it("refuses a setting of the provider that it cannot honour", async () => {
    const request = new messages.CheckRequest().setUrn("urn:pulumi:dev::shop::pulumi:providers:aws::other");
    request.setNews(struct({ region: "eu-west-1" }));
    const response = await ask<messages.CheckRequest, messages.CheckResponse>(
      (sent, reply) => client.checkConfig(sent, reply),
      request,
    );
    expect(response.getFailuresList()[0]?.getReason()).to.contain("one region");
  });

  async function attributes(QueueUrl: string) {
    return (
      (await cloud.call("sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] })).Attributes ?? {}
    );
  }
});
