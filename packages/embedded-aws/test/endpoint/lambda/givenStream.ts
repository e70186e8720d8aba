import { SteppedClock } from "../../../src/core/clock";
import { createFunction, createQueue, createRole, record, seenBy, startLambdaCloud } from "./support";

const SEES_IDS = `const idOf = (r) => r.dynamodb.Keys.id.S;
const see = (e) => console.log("SEEN " + JSON.stringify(e.Records.map(idOf)));`;

/** Stepped all the same; it can say that it runs. */
class TestClock extends SteppedClock {
  runs = false;
  override rate(): number {
    return this.runs ? 1 : 0;
  }
}

export type GivenStream = Awaited<ReturnType<typeof givenStream>>;

/** A table with a stream, in a cloud whose clock stands still, and what a mapping of it to a function takes. */
export async function givenStream() {
  const clock = new TestClock();
  const cloud = await startLambdaCloud(clock);
  const events = record(cloud);
  const failed = await createQueue(cloud, "failed");
  const Role = await createRole(cloud, "consumer", [
    {
      Action: [
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:DescribeStream",
        "dynamodb:ListStreams",
      ],
      Resource: "*",
    },
    { Action: "sqs:SendMessage", Resource: failed.arn },
  ]);
  const { TableDescription } = await cloud.call("dynamodb", "CreateTable", {
    TableName: "orders",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
  });
  const EventSourceArn = TableDescription?.LatestStreamArn ?? "";
  return {
    clock,
    cloud,
    events,
    failed,
    Role,
    EventSourceArn,
    /** Writes items of these ids; those whose id begins with "mail" have an address. */
    put: async (...ids: string[]) => {
      for (const id of ids) {
        const Item = { id: { S: id }, ...(id.startsWith("mail") && { email: { S: `${id}@example.com` } }) };
        await cloud.call("dynamodb", "PutItem", { TableName: "orders", Item });
      }
    },
    /** Maps the stream to the function `consumer`, from its oldest record on. */
    map: (settings: object = {}) =>
      cloud.call("lambda", "CreateEventSourceMapping", {
        EventSourceArn,
        FunctionName: "consumer",
        StartingPosition: "TRIM_HORIZON",
        ...settings,
      }),
    /** The function, of which `see(event)` shows the ids that it is given. */
    consumer: (source: string) => createFunction(cloud, "consumer", `${SEES_IDS} ${source}`, { Role }),
    /** What the function has shown so far. */
    seen: () => seenBy(events, "consumer"),
  };
}
