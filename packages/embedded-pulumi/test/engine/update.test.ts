import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import { Checkpoint } from "../../src/engine/checkpoint";
import { Deployment } from "../../src/engine/deployment";
import type { ProgressEvent } from "../../src/engine/progress";
import { type Lifecycle, NO_LIFECYCLE, type Registration } from "../../src/engine/registration";
import type { RegisteredResource } from "../../src/engine/state";
import type { PropertyMap } from "../../src/engine/values";
import { fakeProvider } from "./endToEnd/fakeProvider";

const QUEUE = "aws:sqs/queue:Queue";
const COMPONENT = "shop:index:Data";

interface Given extends Partial<Omit<Registration, "lifecycle">> {
  readonly lifecycle?: Partial<Lifecycle>;
}

/** A stack whose program is run again and again, each time with other resources. */
function stack() {
  const provider = fakeProvider();
  const checkpoint = new Checkpoint();
  /** Runs a program; gives what was done to the cloud. */
  const run = async (
    program: (
      register: (name: string, inputs?: PropertyMap, given?: Given) => Promise<RegisteredResource>,
    ) => Promise<unknown>,
  ) => {
    const events: ProgressEvent[] = [];
    provider.done.length = 0;
    const deployment = new Deployment({
      stackOutputs: () => ({}),
      project: "shop",
      stack: "dev",
      mode: "update",
      provider,
      checkpoint,
      config: {},
      random: seededRandom(1),
      parallel: 16,
      onEvent: (event) => events.push(event),
    });
    const register = (name: string, inputs: PropertyMap = {}, given: Given = {}) =>
      deployment.register({
        type: QUEUE,
        name,
        custom: true,
        inputs,
        dependencies: [],
        propertyDependencies: {},
        additionalSecretOutputs: [],
        ...given,
        lifecycle: { ...NO_LIFECYCLE, ...given.lifecycle },
      });
    let failure: unknown;
    try {
      await register("shop-dev", {}, { type: "pulumi:pulumi:Stack", custom: false });
      await program(register);
      await deployment.finish();
    } catch (error) {
      failure = error;
    }
    const told = events.flatMap((event) =>
      event.type === "resource" ? [`${event.name} ${event.status}`] : [],
    );
    return { done: [...provider.done], told, failure: (failure as Error | undefined)?.message };
  };
  const standing = () => checkpoint.all().map(({ resource }) => resource.name);
  return { run, checkpoint, standing };
}

describe("a program that is run again", () => {
  it("changes what differs, and nothing else", async () => {
    const { run } = stack();
    await run((register) => Promise.all([register("a", { size: 1 }), register("b", { size: 1 })]));
    const again = await run((register) =>
      Promise.all([register("a", { size: 2 }), register("b", { size: 1 }), register("c")]),
    );
    expect(again.done.sort()).to.deep.equal(["create c", "update a: size"]);
    expect(again.told).to.include.members(["a updated", "b unchanged", "c created", "shop-dev unchanged"]);
  });

  it("does nothing where nothing differs, and gives the outputs as before", async () => {
    const { run } = stack();
    const outputs: unknown[] = [];
    for (let times = 0; times < 3; times++) {
      const { done } = await run(async (register) =>
        outputs.push((await register("a", { size: 1 })).outputs),
      );
      expect(done).to.deep.equal(times === 0 ? ["create a"] : []);
    }
    expect(outputs[1]).to.deep.equal(outputs[0]);
    expect(outputs[2]).to.deep.equal(outputs[0]);
  });

  it("deletes what the program has no more, each before what it needs", async () => {
    const { run, standing } = stack();
    await run(async (register) => {
      const { urn } = await register("base");
      await register("user", { x: urn }, { dependencies: [urn], propertyDependencies: { x: [urn] } });
    });
    expect((await run(() => Promise.resolve())).done).to.deep.equal(["delete user", "delete base"]);
    expect(standing()).to.deep.equal(["shop-dev"]);
  });

  it("replaces: the new one first, where it can stand beside the old one", async () => {
    const { run } = stack();
    await run((register) => register("a", { queueUrl: "u" }));
    const { done, told } = await run((register) => register("a", { queueUrl: "v" }));
    expect(done).to.deep.equal(["create a", "delete a"]);
    expect(told).to.include.members(["a replacing", "a replaced"]);
  });

  it("replaces: the old one first, with deleteBeforeReplace, and all that is replaced with it", async () => {
    const { run } = stack();
    const program = (url: string) => async (register: Parameters<Parameters<typeof run>[0]>[0]) => {
      const { urn, inputs } = await register(
        "a",
        { queueUrl: url },
        { lifecycle: { deleteBeforeReplace: true } },
      );
      const needs = { dependencies: [urn] };
      await register(
        "named",
        { name: inputs.queueUrl! },
        { ...needs, propertyDependencies: { name: [urn] } },
      );
      await register(
        "sized",
        { size: inputs.queueUrl! },
        { ...needs, propertyDependencies: { size: [urn] } },
      );
    };
    await run(program("u"));
    const { done } = await run(program("v"));
    expect(done).to.deep.equal([
      "delete named",
      "delete a",
      "create a",
      "create named",
      "update sized: size",
    ]);
  });

  it("gives what is replaced another automatic name, and keeps the one of what stays", async () => {
    const { run, checkpoint } = stack();
    const nameOf = () => checkpoint.all().find(({ resource }) => resource.name === "a")?.resource.inputs.name;
    await run((register) => register("a", { size: 1 }));
    const first = nameOf();
    await run((register) => register("a", { size: 2 }));
    expect(nameOf()).to.equal(first);
    await run((register) => register("a", { size: 2, queueUrl: "v" }));
    expect(nameOf()).not.to.equal(first);
  });

  const options: readonly (readonly [what: string, given: Given, inputs: PropertyMap, done: string[]])[] = [
    ["ignoreChanges", { lifecycle: { ignoreChanges: [["size"]] } }, { size: 2 }, []],
    [
      "ignoreChanges of one member",
      { lifecycle: { ignoreChanges: [["tags", "a"]] } },
      { size: 1, tags: { a: "2", b: "2" } },
      ["update a: tags"],
    ],
    ["ignoreChanges of all", { lifecycle: { ignoreChanges: [["*"]] } }, { size: 2, more: 1 }, []],
    [
      "replaceOnChanges",
      { lifecycle: { replaceOnChanges: [["size"]] } },
      { size: 2 },
      ["delete a", "create a"],
    ],
    ["a trigger", { lifecycle: { replacementTrigger: '"2"' } }, { size: 1 }, ["delete a", "create a"]],
  ];
  for (const [what, given, inputs, expected] of options) {
    it(`honours ${what}`, async () => {
      const { run } = stack();
      await run((register) => register("a", { size: 1, tags: { a: "1" } }));
      const { done } = await run((register) => register("a", { tags: { a: "1" }, ...inputs }, given));
      expect(done).to.deep.equal(expected);
    });
  }

  it("honours replaceWith", async () => {
    const { run } = stack();
    const program = (url: string) => async (register: Parameters<Parameters<typeof run>[0]>[0]) => {
      const { urn } = await register("a", { queueUrl: url });
      await register("b", {}, { lifecycle: { replaceWith: [urn] } });
    };
    await run(program("u"));
    expect((await run(program("v"))).done).to.deep.equal(["create a", "delete b", "create b", "delete a"]);
  });

  it("keeps in the cloud what it was told to retain", async () => {
    const { run, standing } = stack();
    await run((register) => register("a", {}, { lifecycle: { retainOnDelete: true } }));
    const { done, told } = await run(() => Promise.resolve());
    expect(done).to.deep.equal([]);
    expect(told).to.include("a retained");
    expect(standing()).to.deep.equal(["shop-dev"]);
  });

  it("leaves to another resource's end what goes with it, and no longer", async () => {
    const { run } = stack();
    const both = async (register: Parameters<Parameters<typeof run>[0]>[0]) => {
      const { urn } = await register("whole");
      await register("part", {}, { lifecycle: { deletedWith: urn }, dependencies: [urn] });
    };
    await run(both);
    expect((await run(() => Promise.resolve())).done).to.deep.equal(["delete whole"]);
    await run(both);
    expect((await run((register) => register("whole"))).done).to.deep.equal(["delete part"]);
  });

  it("refuses to delete or to replace what is protected, before it deletes anything", async () => {
    const { run, standing } = stack();
    await run((register) =>
      Promise.all([register("a", { queueUrl: "u" }, { protect: true }), register("b")]),
    );
    const deleted = await run(() => Promise.resolve());
    expect(deleted.failure).to.match(/^aws:sqs\/queue:Queue "a" is protected, and would be deleted/);
    const replaced = await run((register) => register("a", { queueUrl: "v" }, { protect: true }));
    expect(replaced.failure).to.include('"a" is protected, and would be replaced');
    expect([...deleted.done, ...replaced.done]).to.deep.equal([]);
    expect(standing()).to.include.members(["a", "b"]);
    await run((register) => register("a", { queueUrl: "u" }, { protect: false }));
    expect((await run(() => Promise.resolve())).done).to.deep.equal(["delete a"]);
  });

  it("replaces in one run what the program protects no longer, or only from then on, as Pulumi does", async () => {
    const { run } = stack();
    await run((register) => register("a", { queueUrl: "u" }, { protect: true }));
    const unprotected = await run((register) => register("a", { queueUrl: "v" }));
    expect([unprotected.failure, unprotected.done]).to.deep.equal([undefined, ["create a", "delete a"]]);
    const sinceThen = await run((register) => register("a", { queueUrl: "w" }, { protect: true }));
    expect([sinceThen.failure, sinceThen.done]).to.deep.equal([undefined, ["create a", "delete a"]]);
    const both = await run((register) => register("a", { queueUrl: "x" }, { protect: true }));
    expect(both.failure).to.include('"a" is protected, and would be replaced');
  });

  it("knows a resource by its former name, and its children by the former name of their parent", async () => {
    const { run } = stack();
    const program =
      (name: string, given: Given) => async (register: Parameters<Parameters<typeof run>[0]>[0]) => {
        const component = await register(name, {}, { type: COMPONENT, custom: false, ...given });
        await register(`${name}-queue`, { size: 1 }, { parent: component.urn });
      };
    await run(program("old", {}));
    const again = await run(program("new", { lifecycle: { aliases: [{ name: "old" }] } }));
    expect(again.done).to.deep.equal([]);
    // Once renamed, it needs the alias no more; without one it would be another.
    expect((await run(program("new", {}))).done).to.deep.equal([]);
    expect((await run(program("other", {}))).done).to.deep.equal(["create other-queue", "delete old-queue"]);
  });

  it("goes on from where a failed run has ended", async () => {
    const { run } = stack();
    await run((register) => register("a", { size: 1 }));
    const failed = await run((register) =>
      register("first").then(() => register("a", { size: 2, fail: "not now" })),
    );
    expect(failed.failure).to.include("not now");
    expect(failed.done).to.deep.equal(["create first"]);
    const again = await run((register) => Promise.all([register("first"), register("a", { size: 2 })]));
    expect(again.done).to.deep.equal(["update a: size fail"]);
  });

  it("does an update again that failed, though its program wants the old state back", async () => {
    const { run } = stack();
    await run((register) => register("a", { size: 1 }));
    await run((register) => register("a", { size: 2, fail: "half way" }));
    expect((await run((register) => register("a", { size: 1 }))).done).to.deep.equal(["update a: size fail"]);
    expect((await run((register) => register("a", { size: 1 }))).done).to.deep.equal([]);
  });

  it("makes anew what was created in part", async () => {
    const { run } = stack();
    expect((await run((register) => register("a", { half: "no more" }))).failure).to.include("no more");
    expect((await run((register) => register("a"))).done).to.deep.equal(["delete a", "create a"]);
  });
});
