import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { startTestCloud } from "embedded-aws/testing";
import { peekQueue } from "../../../../tools/demonstration/observe";

describe("reading a queue without taking from it", () => {
  for (const [seed, count] of [
    [1, 0],
    [2, 1],
    [3, 10],
    [4, 137],
    [5, 250],
  ] as const)
    it(`finds each of ${count} messages once, twice over, whatever the order of an answer (seed ${seed})`, async () => {
      const cloud = await startTestCloud({ seed });
      const sqs = new SQSClient(cloud.client);
      try {
        const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "letters" }));
        const bodies = Array.from({ length: count }, (_, index) => `letter ${index}`);
        for (let from = 0; from < count; from += 10)
          await sqs.send(
            new SendMessageBatchCommand({
              QueueUrl,
              Entries: bodies
                .slice(from, from + 10)
                .map((MessageBody, index) => ({ Id: `${index}`, MessageBody })),
            }),
          );
        for (const _ of ["once", "and again"]) {
          const found = (await peekQueue(sqs, QueueUrl)).map(({ Body }) => Body);
          expect(found).to.have.members(bodies);
        }
      } finally {
        sqs.destroy();
        await cloud.close();
      }
    });
});
