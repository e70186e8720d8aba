import { expect } from "chai";
import { AwsError } from "embedded-aws";
import { ResourceFailure } from "../../../src/engine/provider";
import type { PropertyMap } from "../../../src/engine/values";
import { replaces } from "../../../src/provider/replacements";
import { resourceTypes } from "../../../src/provider/table";
import { lifecycles } from "./lifecycles";
import { archive, functionOf, type Lifecycle } from "./lifecycles/parts";
import { requestOf } from "./providerOf";
import { inputsOf, withoutUndefined, type Workshop, workshop } from "./workshop";

/** Types whose life is not tried: none may be added without a reason. */
const UNTRIED: readonly string[] = [
  // A call of a function, of which nothing is left to be read: tried on its own below.
  "aws:lambda/invocation:Invocation",
  // What its VPC begins with is taken over, and stays as it is: tried on its own below.
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
];
/** Types that cannot be deleted, and thus neither replaced nor left out by a program that runs on. */
const WITHOUT_DELETE: readonly string[] = [];
/** Types that are replaced whole, whatever changes, though the real provider changes some of it in place. */
const WITHOUT_UPDATE: readonly string[] = [];

/** Types that AWS gives another id when they change. */
const RENAMED: readonly string[] = ["aws:ec2/routeTableAssociation:RouteTableAssociation"];

/** Every type, created, changed and deleted by the services themselves. What a change brings about is held against a creation. */
describe("the life of a resource", () => {
  it("is tried of every type", () => {
    const tried = new Set([...lifecycles.map(({ type }) => type), ...UNTRIED]);
    expect([...resourceTypes.keys()].filter((type) => !tried.has(type))).to.deep.equal([]);
  });

  it("has an end for every type", () => {
    const endless = [...resourceTypes.values()].filter((type) => type.delete === undefined);
    expect(endless.map(({ type }) => type)).to.have.members(WITHOUT_DELETE);
  });

  it("has changes for every type with inputs that need not replace it", () => {
    const rigid = [...resourceTypes.values()].filter(
      (type) => type.update === undefined && inputsOf(type.type).some((name) => !replaces(type.type, name)),
    );
    expect(rigid.map(({ type }) => type)).to.have.members(WITHOUT_UPDATE);
  });

  for (const lifecycle of lifecycles) describe(`of ${lifecycle.type}`, () => tryLife(lifecycle));

  it("of an invocation is told to its function", async () => {
    const { provider, make, close } = await workshop();
    const code = `exports.handler = async (event) => [event.tf.action, event.tf.prev_input?.n ?? null, event.n];`;
    await functionOf(make, "fn", { code: archive(code) });
    const type = "aws:lambda/invocation:Invocation";
    const inputs = { functionName: "fn", input: '{"n":1}', lifecycleScope: "CRUD" };
    const created = await make(type, inputs);
    expect(created.outputs.result).to.equal('["create",null,1]');
    const old = { type, id: created.id, inputs, outputs: created.outputs, config: {} };
    const request = requestOf(type, { ...inputs, input: '{"n":2}' });
    const updated = await provider.update(request, old, new Set(["input"]));
    expect(updated.outputs.result).to.equal('["update",1,2]');
    await provider.delete({ ...old, inputs: request.inputs }, false);
    await close();
  });

  it("of a default security group leaves the rules and tags that its program says", async () => {
    const { cloud, provider, make, close } = await workshop();
    const type = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
    const open = { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/8"] };
    const [one, other] = [
      { ingress: [open], tags: { Team: "orders" } },
      { ingress: [{ ...open, self: true }], egress: [open], tags: { Cost: "7" } },
    ] as const satisfies PropertyMap[];
    const look = async (id: string) =>
      masked((await cloud.call("ec2", "DescribeSecurityGroups", { GroupIds: [id] })).SecurityGroups?.[0]);
    const ids: string[] = [];
    const seen: unknown[] = [];
    for (const [number, given] of [one, other].entries()) {
      const vpc = await make("aws:ec2/vpc:Vpc", { cidrBlock: `10.${number}.0.0/16` });
      const { id } = await make(type, { vpcId: vpc.id, ...given });
      ids.push(id);
      seen.push(await look(id));
    }
    expect(seen[0]).not.to.deep.equal(seen[1]);
    const [id = ""] = ids;
    const changed = new Set(["ingress", "egress", "tags"]);
    for (const [from, to, expected] of [
      [one, other, seen[1]],
      [other, one, seen[0]],
    ] as const) {
      const old = { type, id, inputs: from, outputs: {}, config: {} };
      await provider.update(requestOf(type, to), old, changed);
      expect(await look(id)).to.deep.equal(expected);
    }
    await provider.delete({ type, id, inputs: one, outputs: {}, config: {} }, false);
    expect(await look(id), "it goes with its VPC").to.deep.equal(seen[0]);
    await close();
  });
});

function tryLife(lifecycle: Lifecycle): void {
  const { type, changes, silent = [], refused = {}, describe: describeIt } = lifecycle;
  let shop: Workshop;
  let base: PropertyMap;
  beforeEach(async () => {
    shop = await workshop();
    base = await lifecycle.base(shop.make, shop.cloud.call);
  });
  afterEach(() => shop.close());

  const look = async (id: string, inputs: PropertyMap) => {
    try {
      return masked(await describeIt(shop.cloud.call, id, inputs));
    } catch (error) {
      if (error instanceof AwsError && /NotFound|NoSuch|NonExistent|DoesNotExist/.test(error.code))
        return undefined;
      throw error;
    }
  };
  /** What a creation with these inputs makes; it is gone afterwards. */
  const fresh = async (inputs: PropertyMap) => {
    const { id, outputs } = await shop.make(type, inputs);
    const seen = await look(id, inputs);
    await shop.provider.delete({ type, id, inputs, outputs, config: {} }, true);
    expect(await look(id, inputs), "after its deletion").to.equal(undefined);
    return seen;
  };
  const change = async (id: string, from: PropertyMap, to: PropertyMap, outputs: PropertyMap) => {
    const changed = new Set(
      [...Object.keys(from), ...Object.keys(to)].filter((name) => from[name] !== to[name]),
    );
    const old = { type, id, inputs: from, outputs, config: {} };
    return await shop.provider.update(requestOf(type, to), old, changed);
  };

  it("names each of its inputs", () => {
    const known = [
      ...Object.keys(changes),
      ...Object.values(changes).flatMap(Object.keys),
      ...silent,
      ...Object.keys(refused),
    ];
    expect(inputsOf(type).filter((name) => !replaces(type, name) && !known.includes(name))).to.deep.equal([]);
  });

  it("begins and ends", async () => {
    expect(await fresh(base)).not.to.equal(undefined);
  });

  for (const [name, given] of Object.entries(changes)) {
    it(`has another ${name}, and the old one again`, async () => {
      const differing = typeof given === "function" ? await given(shop.cloud.call) : given;
      const other = withoutUndefined({ ...base, ...differing });
      const [expectedBefore, expectedAfter] = [await fresh(base), await fresh(other)];
      expect(expectedAfter, "the change is to be seen").not.to.deep.equal(expectedBefore);
      const { id, outputs } = await shop.make(type, base);
      const after = await change(id, base, other, outputs);
      // Few have another id afterwards.
      if (!RENAMED.includes(type)) expect(after.id).to.equal(id);
      expect(await look(after.id, other)).to.deep.equal(expectedAfter);
      const again = await change(after.id, other, base, after.outputs);
      expect(await look(again.id, base)).to.deep.equal(expectedBefore);
      const last = { type, inputs: base, config: {}, ...again };
      await shop.provider.delete(last, false);
      expect(await look(again.id, base)).to.equal(undefined);
      // Somebody else may have deleted it.
      await shop.provider.delete(last, false);
    });
  }

  for (const [name, value] of Object.entries(refused)) {
    it(`refuses another ${name}, and names it`, async () => {
      const { id, outputs } = await shop.make(type, base);
      const outcome = await change(id, base, { ...base, [name]: value ?? null }, outputs).catch(
        (error: unknown) => error,
      );
      expect(outcome).to.be.instanceOf(ResourceFailure).with.property("property", name);
    });
  }
}

/** What differs from one resource to the next, as words that do not; lists of tags in one order. */
function masked(value: unknown): unknown {
  if (typeof value === "string")
    return value
      .replace(/^1\d{9}$/, "[made]")
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "[uuid]")
      .replace(/\b(?!ami)[a-z]+-[0-9a-f]{17}\b/g, "[id]")
      .replace(/\b(AROA|ANPA|AIPA)[A-Z0-9]{12,}\b/g, "[unique id]");
  if (value instanceof Date || value instanceof Uint8Array) return "[made]";
  if (Array.isArray(value)) {
    const members = value.map(masked);
    const text = (member: unknown) => JSON.stringify(member);
    return members.sort((a, b) => (text(a) < text(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries
      .map(([name, member]) => [name, masked(member)])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}
