import type { CloudEvent } from "../core/eventStream";
import { principalArn } from "../core/iam/principal";
import { functionErrorIn } from "../core/trouble";
import { keyOfArn, type NodeKey } from "./graph";
import type { KeptEvent } from "./history";
import type { Line } from "./protocol";

/** Longer texts are cut in a list; where they lead to shows the whole. */
const LONGEST = 240;

/** An event in words; undefined for what would only repeat another one. */
export function lineOf({ n, event }: KeptEvent): Line | undefined {
  const said = wordsOf(event);
  if (said === undefined) return undefined;
  const { text, where, bad, id } = said;
  return {
    n,
    at: event.at,
    type: event.type,
    text: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
    ...(where !== undefined && { where }),
    ...(bad === true && { bad }),
    ...(id !== undefined && { id }),
  };
}

interface Words {
  readonly text: string;
  readonly where?: NodeKey | undefined;
  readonly bad?: boolean;
  readonly id?: string | undefined;
}

function wordsOf(event: CloudEvent): Words | undefined {
  switch (event.type) {
    case "message-sent":
      return {
        where: `queue:${event.queueName}`,
        text: `message sent: ${oneLine(event.body ?? "")}`,
        id: event.messageId,
      };
    case "message-received":
      return event.receiveCount < 2
        ? undefined
        : {
            where: `queue:${event.queueName}`,
            text: `message received for the ${ordinal(event.receiveCount)} time`,
            id: event.messageId,
          };
    case "message-deleted":
      return undefined;
    case "message-dead-lettered":
      return {
        where: `queue:${event.queueName}`,
        text: `message given up after ${event.receiveCount} receives`,
        bad: true,
        id: event.messageId,
      };
    case "item-inserted":
    case "item-modified":
    case "item-removed":
      return {
        where: `table:${event.tableName}`,
        text: `item ${event.type.slice("item-".length)}: ${keysText(event.keys)}`,
        id: event.cause,
      };
    case "environment-started":
      return {
        where: `function:${event.functionName}`,
        text: `environment started in ${Math.round(event.initMs)} ms`,
      };
    case "environment-stopped":
      return { where: `function:${event.functionName}`, text: `environment stopped: ${event.reason}` };
    case "invocation-ended":
      return {
        where: `function:${event.functionName}`,
        text:
          event.outcome === "succeeded"
            ? `invocation succeeded in ${Math.round(event.durationMs)} ms`
            : `invocation ${event.outcome}: ${functionErrorIn(event)}`,
        bad: event.outcome !== "succeeded",
        id: event.requestId,
      };
    case "invocation-started":
    case "invocation-running":
    case "stream-batch-sent":
      return undefined;
    case "log":
      return /"level":"(ERROR|CRITICAL)"|^ERROR|\tERROR\t/.test(event.message)
        ? {
            text: `${event.logGroupName}: ${oneLine(event.message)}`,
            bad: true,
            id: requestIdIn(event.message),
          }
        : undefined;
    case "alarm-state-changed":
      return {
        where: `alarm:${event.alarmName}`,
        text: `${event.alarmName} went from ${event.previousState} to ${event.state}: ${oneLine(event.reason)}`,
        bad: event.state === "ALARM",
      };
    case "event-delivered":
      return {
        where: `rule:${event.ruleName}`,
        text: `${event.detailType} handed to ${event.targetArn.split(":").at(-1) ?? ""}`,
      };
    case "event-delivery-failed":
      return {
        where: `rule:${event.ruleName}`,
        text: `${event.detailType} given up after ${event.attempts} attempts: ${event.errorMessage ?? event.errorCode ?? ""}`,
        bad: true,
      };
    case "instance-state-changed":
      return { text: `instance ${event.instanceId} is ${event.state}`, id: event.cause };
    case "email-sent":
      return { text: `e-mail to ${event.to.join(", ")}: ${event.subject}`, id: event.cause };
    case "notification-published":
      return {
        where: keyOfArn(event.topicArn),
        text: `published: ${event.subject ?? oneLine(event.message)}`,
        id: event.cause,
      };
    case "event-not-encrypted":
      return {
        text: `${event.detailType} lost to ${event.busName}, whose key could not be used: ${event.errorCode}`,
        bad: true,
      };
    case "api-requested":
      return {
        text: `HTTP API ${event.apiId}: ${event.routeKey ?? "no route"} answered ${event.status}`,
        bad: event.status >= 500,
      };
    case "request":
      return requestWords(event);
  }
}

/** Calls are many: those are told that a person makes, or that went wrong. */
function requestWords(event: Extract<CloudEvent, { type: "request" }>): Words | undefined {
  const { service, operation, caller, errorCode, errorMessage, requestId } = event;
  if (errorCode === undefined || errorCode === "ConditionalCheckFailedException") return undefined;
  const who =
    caller.kind === "role" ? caller.sessionName : caller.kind === "service" ? caller.service : "you";
  return {
    where: nodeOfCaller(caller),
    text: `${who}: ${service} ${operation} failed with ${errorCode}: ${oneLine(errorMessage ?? "")}`,
    bad: true,
    id: requestId,
  };
}

/** A function by its role's session, a service by what it acts for. */
export function nodeOfCaller(
  caller: Extract<CloudEvent, { type: "request" }>["caller"],
): NodeKey | undefined {
  if (caller.kind === "role") return `function:${caller.sessionName}`;
  return caller.kind === "service" ? keyOfArn(caller.sourceArn) : undefined;
}

export function callerText(caller: Extract<CloudEvent, { type: "request" }>["caller"]): string {
  return caller.kind === "role"
    ? caller.sessionName
    : caller.kind === "service"
      ? caller.service
      : principalArn(caller);
}

/** The keys of an item, of DynamoDB's attribute values, as "orderId 17". */
export function keysText(keys: Readonly<Record<string, unknown>>): string {
  return Object.entries(keys)
    .map(([name, value]) => `${name} ${plain(value)}`)
    .join(", ");
}

function plain(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const [inner] = Object.values(value as Readonly<Record<string, unknown>>);
  return typeof inner === "string" ? inner : JSON.stringify(inner);
}

/** Lambda's and Powertools' lines name their invocation. */
export function requestIdIn(message: string): string | undefined {
  return /(?:RequestId: |"(?:requestId|function_request_id)":")([0-9a-f-]{36})/.exec(message)?.[1];
}

export function oneLine(text: string): string {
  return text.slice(0, 4 * LONGEST).replace(/\s+/g, " ");
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${ending}`;
}
