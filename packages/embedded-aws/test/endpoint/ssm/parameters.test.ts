import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
  type ParameterStringFilter,
  type PutParameterCommandInput,
} from "@aws-sdk/client-ssm";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { createKms } from "../../../src/services/kms/kms";
import { createSsm } from "../../../src/services/ssm/ssm";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createRole } from "../lambda/support";

describe("SSM parameters, by SDK v3", () => {
  let cloud: TestCloud;
  let ssm: SSMClient;

  beforeEach(async () => {
    cloud = await startTestCloud({
      clock: new SteppedClock(),
      services: [createKms, createSsm],
      // What a role may do counts at once.
      conditions: { iamPropagationMs: 0 },
    });
    ssm = new SSMClient({ ...cloud.client, maxAttempts: 1 });
  });
  afterEach(async () => {
    ssm.destroy();
    await cloud.close();
  });

  const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: "String", ...more }));
  const valueOf = async (Name: string, WithDecryption = false) =>
    (await ssm.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter?.Value;
  const nameOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "success",
      (error: unknown) => (error as Error).name,
    );

  it("are given several at a time, with the names of those that are not there", async () => {
    await put("a", "1");
    await put("b", "2");
    const { Parameters = [], InvalidParameters } = await ssm.send(
      new GetParametersCommand({ Names: ["b", "none", "a:1", "a:7", "b", "none"] }),
    );
    expect(Parameters.map(({ Name, Value }) => [Name, Value])).to.deep.equal([
      ["b", "2"],
      ["a", "1"],
    ]);
    expect(InvalidParameters).to.deep.equal(["none", "a:7"]);
    const many = Array.from({ length: 11 }, (_, n) => `n${n}`);
    expect(await nameOf(ssm.send(new GetParametersCommand({ Names: many })))).to.equal("ValidationException");
  });

  it("are given by path, page by page, with what lies deeper only where that is asked for", async () => {
    for (const name of ["/shop/a", "/shop/b", "/shop/deep/c", "/shopping/d", "e"]) await put(name, name);
    const all = async (Path: string, Recursive: boolean) => {
      const values: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page: {
          Parameters?: { Value?: string | undefined }[] | undefined;
          NextToken?: string | undefined;
        } = await ssm.send(
          new GetParametersByPathCommand({
            Path,
            Recursive,
            MaxResults: 2,
            ...(NextToken && { NextToken }),
          }),
        );
        values.push(...(page.Parameters ?? []).map(({ Value }) => Value));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return values;
    };
    expect(await all("/shop", false)).to.deep.equal(["/shop/a", "/shop/b"]);
    expect(await all("/shop/", true)).to.deep.equal(["/shop/a", "/shop/b", "/shop/deep/c"]);
    expect(await all("/", true)).to.have.length(4);
    expect(await nameOf(all("shop", false))).to.equal("ValidationException");
  });

  it("keep their versions, which can be named", async () => {
    for (const value of ["one", "two", "three"]) await put("/v", value, { Overwrite: true });
    expect(await valueOf("/v")).to.equal("three");
    expect(await valueOf("/v:1")).to.equal("one");
    expect(await nameOf(valueOf("/v:9"))).to.equal("ParameterVersionNotFound");
    const { Parameters = [] } = await ssm.send(new GetParameterHistoryCommand({ Name: "/v" }));
    expect(Parameters.map(({ Version, Value }) => [Version, Value])).to.deep.equal([
      [1, "one"],
      [2, "two"],
      [3, "three"],
    ]);
  });

  it("are encrypted where they shall be, and decrypted for those who ask and may use the key", async () => {
    await put("/secret", "hush", { Type: "SecureString" });
    expect(await valueOf("/secret"))
      .to.be.a("string")
      .that.does.not.contain("hush");
    expect(await valueOf("/secret", true)).to.equal("hush");
    const { KeyMetadata } = await cloud.call("kms", "CreateKey", {});
    const KeyId = KeyMetadata?.Arn ?? "";
    await put("/own", "hush", { Type: "SecureString", KeyId });
    const reads = { Action: "ssm:GetParameter", Resource: "*" };
    await createRole(cloud, "without", [reads]);
    await createRole(cloud, "with", [reads, { Action: "kms:Decrypt", Resource: KeyId }]);
    const as = async (role: string) => {
      const client = new SSMClient({
        ...cloud.clientAs(cloud.context.issueCredentials(role, "s")),
        maxAttempts: 1,
      });
      const get = new GetParameterCommand({ Name: "/own", WithDecryption: true });
      return await client.send(get).then(
        ({ Parameter }) => Parameter?.Value,
        (error: unknown) => (error as Error).name,
      );
    };
    expect(await as("with")).to.equal("hush");
    expect(await as("without")).to.equal("AccessDeniedException");
    expect(await nameOf(put("/x", "v", { Type: "SecureString", KeyId: "alias/none" }))).to.equal(
      "InvalidKeyId",
    );
  });

  it("hold 4 KB, or 8 of the advanced tier", async () => {
    expect(await nameOf(put("a", "x".repeat(4097)))).to.equal("ValidationException");
    expect(await put("a", "x".repeat(4096))).to.include({ Tier: "Standard" });
    expect(await put("b", "x".repeat(8192), { Tier: "Advanced" })).to.include({ Tier: "Advanced" });
    expect(await nameOf(put("c", "x".repeat(8193), { Tier: "Advanced" }))).to.equal("ValidationException");
  });

  const refusals: readonly [string, string, string, Partial<PutParameterCommandInput>, string][] = [
    ["no slash before a hierarchy", "shop/a", "v", {}, "ValidationException"],
    ["a name of AWS's", "/ssm/a", "v", {}, "ValidationException"],
    ["more than 15 levels", "/a".repeat(16), "v", {}, "HierarchyLevelLimitExceededException"],
    [
      "a value that its pattern refuses",
      "a",
      "v1",
      { AllowedPattern: "\\d+" },
      "ParameterPatternMismatchException",
    ],
    ["a pattern that is none", "a", "v", { AllowedPattern: "(" }, "InvalidAllowedPatternException"],
    ["a key without encryption", "a", "v", { KeyId: "alias/k" }, "ValidationException"],
    [
      "tags and Overwrite at once",
      "a",
      "v",
      { Overwrite: true, Tags: [{ Key: "k", Value: "v" }] },
      "ValidationException",
    ],
  ];
  for (const [what, name, value, more, code] of refusals) {
    it(`are refused with ${what}`, async () => {
      expect(await nameOf(put(name, value, more))).to.equal(code);
    });
  }

  it("are described ten at a time, unless more are asked for", async () => {
    for (let n = 0; n < 12; n++) await put(`p${n}`, "1");
    const { Parameters, NextToken } = await ssm.send(new DescribeParametersCommand({}));
    expect(Parameters).to.have.lengthOf(10);
    const rest = await ssm.send(new DescribeParametersCommand({ NextToken }));
    expect([rest.Parameters?.length, rest.NextToken]).to.deep.equal([2, undefined]);
    expect((await ssm.send(new DescribeParametersCommand({ MaxResults: 50 }))).Parameters).to.have.lengthOf(
      12,
    );
  });

  it("are described by their tags", async () => {
    await put("a", "1", { Tags: [{ Key: "Stack", Value: "dev" }] });
    await put("b", "2", { Tags: [{ Key: "Stack", Value: "prod" }] });
    await put("c", "3");
    const describe = async (filter: object) =>
      (
        await ssm.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: "tag:Stack", ...filter }] }))
      ).Parameters?.map(({ Name }) => Name);
    expect(await describe({ Values: ["dev"] })).to.deep.equal(["a"]);
    expect(await describe({})).to.deep.equal(["a", "b"]);
  });

  const refusedFilters: [code: string, ...filters: ParameterStringFilter[]][] = [
    ["InvalidFilterKey", { Key: "Label", Values: ["l"] }],
    ["ValidationException", { Key: "Owner", Values: ["o"] }],
    ["InvalidFilterOption", { Key: "Path", Option: "Equals", Values: ["/a"] }],
    ["InvalidFilterOption", { Key: "Type", Option: "Recursive", Values: ["String"] }],
    ["InvalidFilterValue", { Key: "Name" }],
    ["InvalidFilterValue", { Key: "Type", Values: ["Text"] }],
    ["InvalidFilterValue", { Key: "Tier", Values: ["Free"] }],
    ["ValidationException", { Key: "Path", Values: ["a"] }],
    ["ValidationException", { Key: "Path", Values: ["//"] }],
    ["ValidationException", { Key: "Name", Values: ["a"] }, { Key: "Name", Values: ["b"] }],
  ];
  for (const [code, ...ParameterFilters] of refusedFilters) {
    it(`are not described by ${JSON.stringify(ParameterFilters)}`, async () => {
      const described = ssm.send(new DescribeParametersCommand({ ParameterFilters }));
      expect(await nameOf(described)).to.equal(code);
    });
  }

  it("are described by filters, tagged, and deleted one or several at a time", async () => {
    await put("/shop/a", "1", { Description: "first", Tags: [{ Key: "Stack", Value: "dev" }] });
    await put("/shop/b", "2", { Type: "StringList" });
    await put("other", "3");
    const describe = async (Key: string, Option: string, ...Values: string[]) =>
      (
        await ssm.send(new DescribeParametersCommand({ ParameterFilters: [{ Key, Option, Values }] }))
      ).Parameters?.map(({ Name }) => Name);
    expect(await describe("Name", "BeginsWith", "/shop")).to.deep.equal(["/shop/a", "/shop/b"]);
    expect(await describe("Type", "Equals", "StringList")).to.deep.equal(["/shop/b"]);
    expect(await describe("Path", "OneLevel", "/shop")).to.deep.equal(["/shop/a", "/shop/b"]);
    const resource = { ResourceType: "Parameter", ResourceId: "/shop/a" } as const;
    await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: "Team", Value: "x" }] }));
    await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ["Stack"] }));
    const { TagList } = await ssm.send(new ListTagsForResourceCommand(resource));
    expect(TagList).to.deep.equal([{ Key: "Team", Value: "x" }]);
    await ssm.send(new DeleteParameterCommand({ Name: "other" }));
    expect(await nameOf(ssm.send(new DeleteParameterCommand({ Name: "other" })))).to.equal(
      "ParameterNotFound",
    );
    const { DeletedParameters, InvalidParameters } = await ssm.send(
      new DeleteParametersCommand({ Names: ["/shop/a", "/shop/b", "none"] }),
    );
    expect(DeletedParameters).to.deep.equal(["/shop/a", "/shop/b"]);
    expect(InvalidParameters).to.deep.equal(["none"]);
  });
});
