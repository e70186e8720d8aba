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

/**
 * Takes away what differs without meaning anything: the order of sets and of reports, namespaces, spelling, and
 * which of an update's faults is told when it has several.
 *
 * @param actions how many parts of the command's update may be faulty at once
 */
export function comparable(input: object, answer: Answer, actions = 0): unknown {
  const { __type, ConsumedCapacity, Responses, ...members } = answer;
  const { message, Message = message } = answer;
  if (actions > 1 && typeof Message === "string" && UPDATE_FAULTS.test(Message)) {
    return { __type: "ValidationException", message: "one of the update's faults" };
  }
  if (typeof __type === "string" && __type.endsWith("#IdempotentParameterMismatchException")) {
    // DynamoDB Local says nothing more.
    return { __type: "IdempotentParameterMismatchException" };
  }
  return {
    // It gives the error another name than AWS's model does.
    ...(typeof __type === "string" && {
      __type: __type.replace(/^.*#/, "").replace(/^DuplicateItem$/, "DuplicateItemException"),
    }),
    ...(normal(members) as object),
    ...(Responses !== undefined && {
      Responses: actions > 1 ? withoutUpdateFaults(normal(Responses)) : normal(Responses),
    }),
    // It reports a deletion of nothing also to those who did not ask.
    ...("ReturnConsumedCapacity" in input && {
      ConsumedCapacity: normal(ConsumedCapacity, "ConsumedCapacity"),
    }),
  };
}

/**
 * DynamoDB Local looks at the actions of an update in the order of a hash table, so that of several faults it tells
 * any. AWS promises no order either.
 */
const UPDATE_FAULTS =
  /^((Invalid UpdateExpression: )?(Two document paths|Incorrect operand type|Operator or function requires)|The second argument to SET_|The document path provided in the update|The provided expression refers to|An operand in the update|Type mismatch for attribute)/;

/** The same of the statements of a batch. */
function withoutUpdateFaults(responses: unknown): unknown {
  return (responses as readonly { readonly Error?: { readonly message?: string } }[]).map((response) =>
    UPDATE_FAULTS.test(response.Error?.message ?? "")
      ? { ...response, Error: "one of the update's faults" }
      : response,
  );
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
  // Within documents it keeps numbers as they were written; AWS writes each in one way.
  if (key === "N") return [[key, plainNumber(member)]];
  if (key === "NS" && Array.isArray(member)) return [[key, normal(member.map(plainNumber), key)]];
  // Where it lists types, it lists some of its own, and in another order.
  // and it shows binaries as Java does.
  if (key === "Message" || key === "message") {
    const text = String(member)
      .replace(/\.$/, "")
      .replace(/\{[A-Z,]+\}$/, "{types}")
      .replaceAll(/\{B:[^}]*\}/g, "{B}")
      .replaceAll(/\{N:([^}]*)\}/g, (_, decimal) => `{N:${plainNumber(decimal)}}`)
      // Of a projection's paths that overlap or conflict it names any two, even such as do not.
      .replace(/(?<=^(Invalid ProjectionExpression: )?Two document paths) .*/, " clash")
      // It tells of some faults of a statement where they are.
      .replace(/ at [0-9]+:[0-9]+:[0-9]+$/, "")
      // AWS tells what is wrong with a statement, DynamoDB Local repeats it.
      .replace(/(?<=^Statement wasn't well formed, can't be processed:) .*/, "");
    return [["message", text]];
  }
  return [[key, normal(member, key)]];
}

function plainNumber(decimal: unknown): string {
  return String(Number(decimal) + 0);
}
