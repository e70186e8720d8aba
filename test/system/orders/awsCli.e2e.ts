import { expect } from "chai";
import { awsCli, hasAwsCli } from "../../../packages/embedded-aws/test/support/awsCli";
import { deployedProgram, type DeployedProgram } from "../support/deployedProgram";

/** The whole path by a client that was not written here. */
describe("the deployed order pipeline, by the AWS CLI", function () {
  this.timeout(60_000);
  const deployed = deployedProgram();
  let program: DeployedProgram;

  before(async function () {
    if (!(await hasAwsCli())) this.skip();
    program = deployed();
  });

  it("an order that is sent is an item that can be read", async () => {
    const body = JSON.stringify({ orderId: "cli-1", customerName: "Ann", totalAmount: 19.9 });
    const queueUrl = program.output("orderQueueUrl");
    const { MessageId } = (await awsCli(
      program.cloud.client,
      ...["sqs", "send-message", "--queue-url", queueUrl, "--message-body", body],
    )) as { MessageId: string };
    await program.log.first("message-deleted", ({ messageId }) => messageId === MessageId);
    const table = program.output("ordersTableName");
    const { Item } = (await awsCli(
      program.cloud.client,
      ...["dynamodb", "get-item", "--table-name", table, "--key", '{"orderId":{"S":"cli-1"}}'],
    )) as { Item: Record<string, object> };
    const { createdAt, ...rest } = Item;
    expect(createdAt).to.have.property("S");
    expect(rest).to.deep.equal({
      orderId: { S: "cli-1" },
      customerName: { S: "Ann" },
      totalAmount: { N: "19.9" },
      status: { S: "Processed" },
    });
  });
});
