import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import type { StoredOrder } from "../../../tools/demonstration/audit";
import { displayMap } from "embedded-pulumi";
import { deployProgram } from "./deployProgram";
import { EventLog, startTestCloud, type TestCloud } from "embedded-aws/testing";

/** The project's own program, stack dev, deployed into an embedded cloud as `npm start` deploys it. */
export interface DeployedProgram {
  readonly cloud: TestCloud;
  readonly log: EventLog;
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBDocumentClient;
  /** A stack output, by its name in `index.ts`. */
  output(name: string): string;
  /** Sends a message to the order queue; resolves with its id. */
  send(body: string): Promise<string>;
  /** Sends a message and resolves once the queue has given it up: it was handled. */
  process(body: string): Promise<void>;
  /** An order as it stands in the table. */
  order(orderId: string): Promise<StoredOrder | undefined>;
}

/**
 * Deploys the program before the tests of the suite that calls this, and takes it down after them. Each suite has
 * its own: suites run in several processes at once.
 */
export function deployedProgram(): () => DeployedProgram {
  let program: DeployedProgram | undefined;
  before(async function () {
    this.timeout(60_000);
    program = await deploy();
  });
  after(async () => {
    // A deployment that failed has told so in its own hook.
    program?.sqs.destroy();
    program?.dynamodb.destroy();
    await program?.cloud.close();
  });
  return () => {
    if (program === undefined)
      throw new Error("the program is deployed by the suite's own hook; call this in a test");
    return program;
  };
}

async function deploy(): Promise<DeployedProgram> {
  const cloud = await startTestCloud();
  const log = new EventLog(cloud.context.events);
  const result = await deployProgram(cloud);
  const outputs = displayMap(result.outputs);
  const sqs = new SQSClient(cloud.client);
  const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.client));
  const output = (name: string) => {
    const value = outputs[name];
    if (typeof value !== "string") throw new Error(`the program has no output ${name}`);
    return value;
  };
  const send = async (body: string) => {
    const message = new SendMessageCommand({ QueueUrl: output("orderQueueUrl"), MessageBody: body });
    const { MessageId } = await sqs.send(message);
    if (MessageId === undefined) throw new Error("SQS gave no message id");
    return MessageId;
  };
  return {
    cloud,
    log,
    sqs,
    dynamodb,
    output,
    send,
    async process(body) {
      const id = await send(body);
      await log.first("message-deleted", ({ messageId }) => messageId === id);
    },
    async order(orderId) {
      const { Item } = await dynamodb.send(
        new GetCommand({ TableName: output("ordersTableName"), Key: { orderId }, ConsistentRead: true }),
      );
      return Item as StoredOrder | undefined;
    },
  };
}
