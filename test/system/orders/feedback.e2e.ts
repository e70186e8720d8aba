import path from "node:path";
import { expect } from "chai";
import { deploy } from "embedded-pulumi";
import { EventLog, startTestCloud } from "embedded-aws/testing";

describe("what becomes of a confirmation", function () {
  this.timeout(60_000);

  it("is noted on its order: a bounce, and a complaint", async () => {
    const cloud = await startTestCloud();
    try {
      await cloud.call("ses", "CreateConfigurationSet", { ConfigurationSetName: "mail" });
      const log = new EventLog(cloud.context.events);
      const deployment = await deploy(cloud, {
        directory: ".",
        stack: "dev",
        config: { "event-driven-aws:confirmationConfigurationSet": "mail" },
        cacheDirectory: path.resolve(".local/cache"),
      });
      await deployment.programEnded;
      const { outputs } = deployment;
      const place = async (orderId: string, customerEmail: string) => {
        const order = { orderId, customerName: "Ann", totalAmount: 1, customerEmail };
        await cloud.call("sqs", "SendMessage", {
          QueueUrl: String(outputs.orderQueueUrl),
          MessageBody: JSON.stringify(order),
        });
      };
      const noted = async (orderId: string, mark: string) => {
        const { newImage } = await log.first(
          "item-modified",
          ({ keys, newImage: image }) =>
            (keys.orderId as { S?: string } | undefined)?.S === orderId && image?.[mark] !== undefined,
        );
        return newImage as Record<string, { S?: string } | undefined>;
      };
      await place("bounced", "bounce@simulator.amazonses.com");
      await place("complained", "complaint@simulator.amazonses.com");
      await place("well", "success@simulator.amazonses.com");
      const bounced = await noted("bounced", "confirmationBouncedAt");
      expect(bounced.confirmationFailure?.S).to.equal("Bounce Permanent General");
      expect(bounced.status?.S).to.equal("Processed");
      const complained = await noted("complained", "confirmationComplainedAt");
      expect(complained.confirmationFailure?.S).to.equal("Complaint abuse");
      const well = await noted("well", "confirmationSentAt");
      expect(well).not.to.have.any.keys("confirmationBouncedAt", "confirmationFailure");
    } finally {
      await cloud.close();
    }
  });
});
