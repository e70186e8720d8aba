import { expect } from "chai";
import { createSsm } from "../../../src/services/ssm/ssm";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

describe("SSM parameters", () => {
  let cloud: TestCloud;

  beforeEach(async () => {
    cloud = await startTestCloud({ services: [createSsm] });
  });

  afterEach(() => cloud.close());

  const get = async (Name: string) => (await cloud.call("ssm", "GetParameter", { Name })).Parameter ?? {};
  const put = (input: object) => untyped(cloud.call)("ssm", "PutParameter", input);
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );

  it("are read by name and by ARN, in their newest version", async () => {
    await put({ Name: "/shop/image", Value: "ami-1", Type: "String" });
    expect(await refusalOf(put({ Name: "/shop/image", Value: "ami-2" }))).to.match(/^ParameterAlreadyExists/);
    await put({ Name: "/shop/image", Value: "ami-2", Overwrite: true });
    const parameter = await get("/shop/image");
    expect(parameter).to.deep.include({
      Value: "ami-2",
      Version: 2,
      Type: "String",
      ARN: "arn:aws:ssm:us-east-1:000000000000:parameter/shop/image",
    });
    expect(await get(String(parameter.ARN))).to.deep.equal(parameter);
  });

  it("include AWS's newest images", async () => {
    const image = await get("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64");
    expect(image.Value).to.match(/^ami-[0-9a-f]{17}$/);
  });

  it("are refused when missing or AWS's", async () => {
    expect(await refusalOf(get("nothing"))).to.match(/^ParameterNotFound: .*nothing/);
    expect(await refusalOf(put({ Name: "/aws/x", Value: "b", Type: "String" }))).to.include("are AWS's");
  });
});
