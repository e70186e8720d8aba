import { expect } from "chai";
import * as v from "valibot";
import type { CreatedResource, ReadResource } from "../../../src/engine/provider";
import { Archive, plainMap, type PropertyMap } from "../../../src/engine/values";
import { packageArchive } from "../../../src/provider/package";
import { readers } from "../../../src/provider/readers";
import { isSame } from "../../../src/provider/asRead";
import { resourceTypes } from "../../../src/provider/table";
import { lifecycles } from "./lifecycles";
import { archive, functionOf, type Lifecycle, queueOf, roleOf, statement, tags } from "./lifecycles/parts";
import { requestOf } from "./providerOf";
import { withoutUndefined, type Workshop, workshop } from "./workshop";

/** Inputs that are read only where the program gives them: resources of their own, or AWS, set them as well. */
const READ_WHERE_GIVEN: Readonly<Record<string, readonly string[]>> = {
  "aws:sqs/queue:Queue": ["policy", "redrivePolicy", "redriveAllowPolicy"],
  "aws:sns/topic:Topic": ["policy"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["policy"],
  // Of its subnets it is told.
  "aws:autoscaling/group:Group": ["availabilityZones"],
};

/** Changes that mean another resource, or none: another item; what AWS has it anyway; the same policy by a name. */
const NO_CHANGE: readonly string[] = ["TableItem item", "Integration integrationMethod", "Key policy"];

/** Every type, changed behind its program's back, read back and put right; and not a word where nothing was changed. */
describe("the drift of a resource", () => {
  it("is read of every type", () => {
    expect([...readers.keys()].sort()).to.deep.equal([...resourceTypes.keys()].sort());
  });

  for (const lifecycle of lifecycles) describe(`of ${lifecycle.type}`, () => tryDrift(lifecycle));
});

function tryDrift({ type, base: makeBase, changes }: Lifecycle): void {
  let shop: Workshop;
  let base: PropertyMap;
  beforeEach(async () => {
    shop = await workshop();
    base = await makeBase(shop.make, shop.cloud.call);
  });
  afterEach(() => shop.close());

  const standing = (inputs: PropertyMap, { id, outputs }: CreatedResource) => ({
    ...{ type, id, outputs, config: {} },
    inputs: plainMap(inputs),
  });
  const read = (inputs: PropertyMap, made: CreatedResource) => shop.provider.read(standing(inputs, made));
  /** Asserts that a resource is found as its program has it. */
  const expectNothing = async (inputs: PropertyMap, made: CreatedResource, when: string) => {
    const found = await read(inputs, made);
    const differing = found?.changed.map((name) => [name, inputs[name], found.inputs[name]]);
    expect(differing, when).to.deep.equal([]);
    expect(found?.inputs).to.deep.equal(plainMap(inputs));
    expect(found?.outputs).to.deep.equal(made.outputs);
  };
  /** Changes from `from` to `to` whatever is to change by the provider's own comparison. */
  const change = async (from: PropertyMap, to: PropertyMap, made: CreatedResource, given?: Set<string>) => {
    const compared = async (inputs: PropertyMap) => await shop.provider.comparable(requestOf(type, inputs));
    const differing = shop.provider.changes(type, await compared(from), await compared(to));
    const changed = given ?? new Set(differing.map(({ path: [name = ""] }) => name));
    return await shop.provider.update(requestOf(type, to), standing(from, made), changed);
  };

  it("is none just after its creation, and gone when it is deleted", async () => {
    const made = await shop.make(type, base);
    await expectNothing(base, made, "created");
    await shop.provider.delete(standing(base, made), true);
    // What AWS has a word of its own for, such as a topic's policy, is not gone: it is another.
    const found: ReadResource | undefined = await read(base, made);
    if (found !== undefined) expect(found.changed).not.to.deep.equal([]);
  });

  for (const name of READ_WHERE_GIVEN[type]?.filter((property) => property in changes) ?? []) {
    const given = changes[name];
    it(`is ${name}, once that is taken away behind the program's back`, async () => {
      const differing = typeof given === "function" ? await given(shop.cloud.call) : given;
      const wanted = withoutUndefined({ ...base, ...differing });
      const made = await shop.make(type, wanted);
      await change(wanted, base, made);
      const drifted = await read(wanted, made);
      expect(drifted?.changed).to.include(name);
      const as = { ...made, outputs: drifted?.outputs ?? {} };
      await expectNothing(wanted, await change(drifted?.inputs ?? {}, wanted, as), "put right");
    });
  }

  for (const [name, given] of Object.entries(changes)) {
    if (NO_CHANGE.includes(`${type.split(":").at(-1) ?? ""} ${name}`)) continue;
    it(`is ${name}, once that is changed behind the program's back`, async () => {
      const differing = typeof given === "function" ? await given(shop.cloud.call) : given;
      const other = withoutUndefined({ ...base, ...differing });
      const fresh = await shop.make(type, other);
      await expectNothing(other, fresh, "created with the other value");
      await shop.provider.delete(standing(other, fresh), true);

      const made = await shop.make(type, base);
      const { id } = await change(base, other, made);
      const drifted = await read(base, { ...made, id });
      const { [type]: whereGiven = [] } = READ_WHERE_GIVEN;
      const expected = [...new Set([...Object.keys(base), ...Object.keys(other)])].filter(
        (property) =>
          JSON.stringify(base[property]) !== JSON.stringify(other[property]) &&
          (base[property] !== undefined || !whereGiven.includes(property)),
      );
      expect(drifted?.changed).to.have.members(expected);
      const [now, asked, once] = [drifted?.inputs ?? {}, other, base].map((inputs) => parsed(type, inputs));
      for (const property of expected) {
        // What the program no longer gives has AWS's value; of code nothing is known but that it is other code.
        if (property === "code" || other[property] === undefined)
          expect(isSame(now?.[property], once?.[property]), property).to.equal(false);
        else expect(covers(now?.[property], asked?.[property]), property).to.equal(true);
      }

      const inputs = drifted?.inputs ?? {};
      const right = await change(inputs, base, { id, outputs: drifted?.outputs ?? {} });
      await expectNothing(base, right, "put right");
    });
  }
}

/** Every change by an operation of AWS's, as somebody with the AWS CLI makes it. */
describe("what somebody else has changed", () => {
  const QUEUE = "aws:sqs/queue:Queue";
  const arn = (rest: string) => `arn:aws:${rest.replace("::", ":us-east-1:000000000000:")}`;

  let shop: Workshop;
  beforeEach(async () => {
    shop = await workshop();
  });
  afterEach(() => shop.close());

  interface Foreign {
    readonly type: string;
    readonly inputs: (make: Workshop["make"]) => Promise<PropertyMap> | PropertyMap;
    readonly act: (call: Workshop["cloud"]["call"], id: string) => Promise<unknown>;
    /** What is found of the inputs that differ; undefined for one that is gone. */
    readonly found: Readonly<Record<string, unknown>>;
  }
  const table: PropertyMap = {
    name: "items",
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
    billingMode: "PAY_PER_REQUEST",
    ttl: { enabled: true, attributeName: "expires" },
  };
  const cases: Readonly<Record<string, Foreign>> = {
    "an attribute of a queue": {
      type: QUEUE,
      inputs: () => ({ name: "q", visibilityTimeoutSeconds: 90, tags }),
      act: (call, QueueUrl) =>
        call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { VisibilityTimeout: "7" } }),
      found: { visibilityTimeoutSeconds: 7 },
    },
    "one tag of several": {
      type: QUEUE,
      inputs: () => ({ name: "q", tags }),
      act: (call, QueueUrl) => call("sqs", "TagQueue", { QueueUrl, Tags: { Team: "others" } }),
      found: { tags: { ...tags, Team: "others" } },
    },
    "a queue's policy, by a statement more": {
      type: "aws:sqs/queuePolicy:QueuePolicy",
      inputs: async (make) => ({ queueUrl: (await queueOf(make)).id, policy: open(arn("sqs::q")) }),
      act: (call, QueueUrl) =>
        call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy: open(arn("sqs::q"), 2) } }),
      found: { policy: open(arn("sqs::q"), 2) },
    },
    "a table's time to live": {
      type: "aws:dynamodb/table:Table",
      inputs: () => table,
      act: (call, TableName) =>
        call("dynamodb", "UpdateTimeToLive", {
          TableName,
          TimeToLiveSpecification: { AttributeName: "expires", Enabled: false },
        }),
      found: { ttl: { enabled: false } },
    },
    "an item": {
      type: "aws:dynamodb/tableItem:TableItem",
      inputs: async (make) => {
        await make("aws:dynamodb/table:Table", table);
        return { tableName: "items", hashKey: "id", item: '{"n":{"N":"1"},"b":{"B":"AQI="},"id":{"S":"a"}}' };
      },
      act: (call) =>
        call("dynamodb", "PutItem", {
          TableName: "items",
          Item: { id: { S: "a" }, b: { B: Buffer.from("hi") } },
        }),
      found: { item: '{"id":{"S":"a"},"b":{"B":"aGk="}}' },
    },
    "a function's memory and its variables": {
      type: "aws:lambda/function:Function",
      inputs: async (make) => ({
        name: "f",
        role: await roleOf(make),
        code: archive("exports.handler = async () => 1;"),
        handler: "index.handler",
        runtime: "nodejs24.x",
        environment: { variables: { LEVEL: "info", EMPTY: "" } },
      }),
      act: (call, FunctionName) =>
        call("lambda", "UpdateFunctionConfiguration", {
          FunctionName,
          MemorySize: 512,
          Environment: { Variables: { LEVEL: "debug" } },
        }),
      found: { memorySize: 512, environment: { variables: { LEVEL: "debug" } } },
    },
    "a role's own policy": {
      type: "aws:iam/rolePolicy:RolePolicy",
      inputs: async (make) => {
        await roleOf(make);
        return { name: "p", role: "role", policy: statement("sqs:SendMessage") };
      },
      act: (call) =>
        call("iam", "PutRolePolicy", { RoleName: "role", PolicyName: "p", PolicyDocument: statement("*") }),
      found: { policy: statement("*") },
    },
    "a permission, by another of its name": {
      type: "aws:lambda/permission:Permission",
      inputs: async (make) => {
        await functionOf(make);
        const source = { action: "lambda:InvokeFunction", sourceArn: arn("events::rule/r") };
        return { function: "fn", statementId: "s", principal: "events.amazonaws.com", ...source };
      },
      act: async (call) => {
        const named = { FunctionName: "fn", StatementId: "s" };
        await call("lambda", "RemovePermission", named);
        const Action = "lambda:InvokeFunction";
        await call("lambda", "AddPermission", { ...named, Action, Principal: "111111111111" });
      },
      found: { principal: "arn:aws:iam::111111111111:root", sourceArn: undefined },
    },
    "a rule of a security group that lets everybody in": {
      type: "aws:ec2/securityGroup:SecurityGroup",
      inputs: () => ({ name: "g" }),
      act: (call, GroupId) =>
        call("ec2", "AuthorizeSecurityGroupIngress", {
          GroupId,
          IpPermissions: [
            { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
          ],
        }),
      found: {
        ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, self: false, cidrBlocks: ["0.0.0.0/0"] }],
      },
    },
    "a launch template, by another version of it": {
      type: "aws:ec2/launchTemplate:LaunchTemplate",
      inputs: () => ({
        name: "web",
        imageId: "ami-0a12023000000864a",
        instanceType: "t3.micro",
        networkInterfaces: [{ deviceIndex: 0, deleteOnTermination: "true" }],
      }),
      act: (call, LaunchTemplateId) =>
        call("ec2", "CreateLaunchTemplateVersion", {
          LaunchTemplateId,
          SourceVersion: "1",
          LaunchTemplateData: { InstanceType: "t3.large" },
        }),
      found: { instanceType: "t3.large" },
    },
  };

  for (const [what, { type, inputs: given, act, found }] of Object.entries(cases))
    it(`is seen: ${what}`, async () => {
      const { cloud, provider, make } = shop;
      const inputs = await given(make);
      const { id, outputs } = await make(type, inputs);
      const standing = { type, id, inputs: plainMap(inputs), outputs, config: {} };
      expect((await provider.read(standing))?.changed).to.deep.equal([]);
      await act(cloud.call, id);
      const read = await provider.read(standing);
      const seen = (read?.changed ?? []).map((name) => [name, read?.inputs[name]]);
      expect(Object.fromEntries(seen)).to.deep.equal(found);
      for (const name of Object.keys(inputs))
        if (!(name in found)) expect(read?.inputs[name], name).to.equal(standing.inputs[name]);
    });

  it("is seen of code, by its hash", async () => {
    const { cloud, provider, make } = shop;
    const type = "aws:lambda/function:Function";
    const { id, outputs } = await functionOf(make);
    const code = archive("exports.handler = async (event) => event;");
    const role = arn("iam::role").replace("us-east-1", "").replace(":role", ":role/fn-role");
    const inputs = { name: "fn", role, code, handler: "index.handler", runtime: "nodejs24.x" };
    const standing = { type, id, inputs, outputs, config: {} };
    expect((await provider.read(standing))?.changed).to.deep.equal([]);
    const ZipFile = await packageArchive(archive("exports.handler = async () => 0;"), ".");
    await cloud.call("lambda", "UpdateFunctionCode", { FunctionName: id, ZipFile });
    const read = await provider.read(standing);
    expect(read?.changed).to.deep.equal(["code"]);
    expect(read?.inputs.code).to.be.instanceOf(Archive);
    const again = await provider.read({
      ...standing,
      inputs: read?.inputs ?? {},
      outputs: read?.outputs ?? {},
    });
    expect(again?.changed).to.deep.equal([]);
  });

  it("is seen of the tags that the provider gives to everything", async () => {
    const { cloud, provider } = shop;
    const config = { defaultTags: JSON.stringify({ tags: { Shop: "s", Kept: "k" } }) };
    const request = { ...requestOf(QUEUE, { name: "q", tags: { Own: "o" } }), config };
    const { id, outputs } = await provider.create(request);
    const standing = { type: QUEUE, id, inputs: request.inputs, outputs, config };
    expect((await provider.read(standing))?.changed).to.deep.equal([]);
    await cloud.call("sqs", "UntagQueue", { QueueUrl: id, TagKeys: ["Shop"] });
    await cloud.call("sqs", "TagQueue", { QueueUrl: id, Tags: { More: "m" } });
    const read = await provider.read(standing);
    expect(read?.changed).to.deep.equal(["tags"]);
    expect(read?.inputs.tags).to.deep.equal({ Own: "o", More: "m" });
    expect(read?.outputs.tagsAll).to.deep.equal({ Own: "o", More: "m", Kept: "k" });
  });

  function open(Resource: string, statements = 1): string {
    const Statement = [
      { Sid: "own", Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sqs:*", Resource },
    ];
    const other = { ...Statement[0], Sid: "other", Principal: "*" };
    return JSON.stringify({
      Version: "2012-10-17",
      Statement: statements > 1 ? [...Statement, other] : Statement,
    });
  }
});

/** Inputs with the defaults of their schema. */
function parsed(type: string, inputs: PropertyMap): Readonly<Record<string, unknown>> {
  const schema = resourceTypes.get(type)?.inputs;
  return schema === undefined ? {} : (v.parse(schema, inputs) as Readonly<Record<string, unknown>>);
}

/** Whether all that was asked for is to be seen; AWS may fill in the rest. */
function covers(seen: unknown, asked: unknown): boolean {
  if (typeof asked !== "object" || asked === null || Array.isArray(asked)) return isSame(seen, asked);
  const members = (seen ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(asked).every(([name, member]) => covers(members[name], member));
}
