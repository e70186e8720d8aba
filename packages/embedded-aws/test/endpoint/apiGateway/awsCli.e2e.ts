import { expect } from "chai";
import { createApiGateway } from "../../../src/services/apiGateway/apiGateway";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { awsCli, hasAwsCli } from "../../support/awsCli";

// Each command starts a Python program, which takes about a second.
describe("the AWS CLI with HTTP APIs", function () {
  this.timeout(60_000);
  let cloud: TestCloud | undefined;
  const aws = async (...command: readonly string[]) => {
    if (cloud === undefined) throw new Error("the cloud is not running");
    return (await awsCli(cloud.client, "apigatewayv2", ...command)) as Record<string, unknown>;
  };

  before(async function () {
    if (!(await hasAwsCli())) this.skip();
    cloud = await startTestCloud({ services: [createApiGateway] });
  });
  after(() => cloud?.close());

  it("sets one up, reads it, changes it, tags it and deletes it", async () => {
    const { ApiId, CreatedDate } = await aws("create-api", "--name", "orders", "--protocol-type", "HTTP");
    expect(CreatedDate).to.match(/^\d{4}-\d\d-\d\dT/);
    const api = ["--api-id", String(ApiId)];
    const parameters = JSON.stringify({ QueueUrl: "q", MessageBody: "$request.body" });
    const { IntegrationId } = await aws(
      ...["create-integration", ...api, "--integration-type", "AWS_PROXY", "--payload-format-version", "1.0"],
      ...["--integration-subtype", "SQS-SendMessage", "--request-parameters", parameters],
      ...["--credentials-arn", "arn:aws:iam::000000000000:role/r"],
      ...["--response-parameters", '{"200":{"overwrite:statuscode":"202"}}'],
    );
    const target = `integrations/${String(IntegrationId)}`;
    await aws("create-route", ...api, "--route-key", "POST /orders", "--target", target);
    await aws("create-stage", ...api, "--stage-name", "$default", "--auto-deploy");
    await aws("update-api", ...api, "--description", "of the shop");
    const arn = `arn:aws:apigateway:us-east-1::/apis/${String(ApiId)}`;
    await aws("tag-resource", "--resource-arn", arn, "--tags", "a=b");
    const [found, routes, stage] = await Promise.all([
      aws("get-api", ...api),
      aws("get-routes", ...api),
      aws("get-stage", ...api, "--stage-name", "$default"),
    ]);
    expect(found).to.deep.include({ Name: "orders", Description: "of the shop", Tags: { a: "b" } });
    expect(routes).to.have.nested.property("Items[0].Target", target);
    expect(stage).to.include({ StageName: "$default", AutoDeploy: true });
    await aws("delete-api", ...api);
    expect(await aws("get-apis")).to.deep.equal({ Items: [] });
  });
});
