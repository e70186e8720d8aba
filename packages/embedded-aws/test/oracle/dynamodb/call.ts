/** An answer or a refusal, in the form that both sides are compared in. */
export type Answer = Readonly<Record<string, unknown>>;

/**
 * Calls an operation over the wire, without an SDK: what is compared is what DynamoDB says, not what a client
 * makes of it.
 */
export async function call(endpoint: string, operation: string, input: object): Promise<Answer> {
  const service = /Stream|ShardIterator|GetRecords/.test(operation)
    ? "DynamoDBStreams_20120810"
    : "DynamoDB_20120810";
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `${service}.${operation}`,
      "x-amz-date": "20260101T000000Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=oracle/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: JSON.stringify(input),
  });
  return JSON.parse(await response.text()) as Answer;
}

/** Takes away what differs without meaning anything: the order of sets and of reports, namespaces, spelling. */
export function comparable(input: object, answer: Answer): unknown {
  const { __type, ConsumedCapacity, ...members } = answer;
  if (typeof __type === "string" && __type.endsWith("#IdempotentParameterMismatchException")) {
    // DynamoDB Local says nothing more.
    return { __type: "IdempotentParameterMismatchException" };
  }
  return {
    ...(typeof __type === "string" && { __type: __type.replace(/^.*#/, "") }),
    ...(normal(members) as object),
    // It reports a deletion of nothing also to those who did not ask.
    ...("ReturnConsumedCapacity" in input && {
      ConsumedCapacity: normal(ConsumedCapacity, "ConsumedCapacity"),
    }),
  };
}

/** A value with its members and whatever has no order in one order. */
export function normal(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) {
    const elements = value.map((element) => normal(element));
    const unordered = ["SS", "NS", "BS", "Items", "ConsumedCapacity"].includes(name);
    return unordered
      ? elements.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : elements;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).flatMap(([key, member]) => normalMember(key, member));
    return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
  return value;
}

function normalMember(key: string, member: unknown): readonly (readonly [string, unknown])[] {
  // DynamoDB Local counts a transaction's units without saying of which kind they are.
  if (key === "ReadCapacityUnits" || key === "WriteCapacityUnits") return [];
  // It writes one of its messages with a full stop in a transaction's `ConditionCheck`, and without elsewhere.
  if (key === "Message" || key === "message") return [["message", String(member).replace(/\.$/, "")]];
  return [[key, normal(member, key)]];
}
