import type { Cancel } from "../../core/clock";
import { asAwsError } from "../../core/dispatch";
import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Principal } from "../../core/iam/principal";
import { decideRetry, deliveryFailure, type DeliveryFailure } from "./deliveryFailure";
import { serviceOf, type Target } from "./target";
import { type BusEvent, type RuleIdentity, targetInput } from "./targetInput";

interface Delivery {
  readonly rule: RuleIdentity;
  readonly target: Target;
  readonly event: BusEvent;
  readonly input: string;
  readonly acceptedAt: number;
}

/** Hands events to targets: at least once, with retries, and to the dead-letter queue in the end. */
export class Deliveries {
  readonly #waiting = new Set<Cancel>();

  constructor(private readonly context: CloudContext) {}

  /** Starts a delivery; it goes on by itself. */
  start(rule: RuleIdentity, target: Target, event: BusEvent): void {
    const acceptedAt = this.context.clock.now();
    this.#attempt({ rule, target, event, input: targetInput(target, event, rule), acceptedAt }, 0);
  }

  /** Drops the deliveries that wait for their next attempt. */
  close(): void {
    for (const cancel of this.#waiting) cancel();
    this.#waiting.clear();
  }

  #attempt(delivery: Delivery, retries: number): void {
    // Only the attempt counts as work in flight: time must pass between attempts.
    void this.context.clock.busy(this.#try(delivery, retries));
  }

  async #try(delivery: Delivery, retries: number): Promise<void> {
    const { clock, random } = this.context;
    let failure: DeliveryFailure;
    try {
      await this.#hand(delivery);
      this.#publish("event-delivered", delivery, retries + 1);
      return;
    } catch (cause) {
      failure = deliveryFailure(asAwsError(cause));
    }
    const policy = delivery.target.RetryPolicy ?? {};
    const decision = decideRetry(policy, failure, retries, clock.now() - delivery.acceptedAt, random.next());
    if (decision.kind === "retry") {
      const cancel = clock.after(decision.delayMs, () => {
        this.#waiting.delete(cancel);
        this.#attempt(delivery, retries + 1);
      });
      this.#waiting.add(cancel);
      return;
    }
    this.#publish("event-delivery-failed", delivery, retries + 1, failure);
    await this.#bury(delivery, failure, retries, decision.exhausted);
  }

  async #hand({ rule, target, input }: Delivery): Promise<void> {
    const caller = principalOf(rule);
    switch (serviceOf(target.Arn)) {
      case "lambda": {
        await this.context.call(
          "lambda",
          "Invoke",
          { FunctionName: target.Arn, InvocationType: "Event", Payload: Buffer.from(input) },
          caller,
        );
        return;
      }
      case "sqs": {
        const message = { QueueUrl: this.#queueUrl(target.Arn), MessageBody: input };
        await this.context.call("sqs", "SendMessage", message, caller);
        return;
      }
      case "sns":
        await this.context.call("sns", "Publish", { TopicArn: target.Arn, Message: input }, caller);
        return;
    }
  }

  /** The original event goes to the target's dead-letter queue, with the reason in its attributes. */
  async #bury(
    { rule, target, event }: Delivery,
    failure: DeliveryFailure,
    retries: number,
    exhausted: string | undefined,
  ): Promise<void> {
    const queueArn = target.DeadLetterConfig?.Arn;
    if (queueArn === undefined) return;
    await this.#send(queueArn, event, principalOf(rule), {
      RULE_ARN: text(rule.arn),
      TARGET_ARN: text(target.Arn),
      ...reasonOf(failure),
      RETRY_ATTEMPTS: { DataType: "Number", StringValue: String(retries) },
      ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: text(exhausted) }),
    });
  }

  /** An event that a bus could not encrypt goes to the bus's dead-letter queue; without one it is lost. */
  refuse(
    {
      name,
      arn,
      deadLetterArn,
    }: { readonly name: string; readonly arn: string; readonly deadLetterArn: string | undefined },
    event: BusEvent,
    refusal: AwsError,
  ): void {
    const { code: errorCode, message: errorMessage } = refusal;
    this.context.events.publish({
      type: "event-not-encrypted",
      busName: name,
      eventId: event.id,
      detailType: event["detail-type"],
      errorCode,
      errorMessage,
    });
    if (deadLetterArn === undefined) return;
    const principal: Principal = { kind: "service", service: "events.amazonaws.com", sourceArn: arn };
    void this.context.clock.busy(this.#send(deadLetterArn, event, principal, reasonOf(refusal)));
  }

  async #send(
    queueArn: string,
    event: BusEvent,
    principal: Principal,
    MessageAttributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>,
  ): Promise<void> {
    const message = {
      QueueUrl: this.#queueUrl(queueArn),
      MessageBody: JSON.stringify(event),
      MessageAttributes,
    };
    try {
      await this.context.call("sqs", "SendMessage", message, principal);
    } catch (error) {
      // The event is lost, as in AWS; the refused call stands in the cloud's event stream.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  #queueUrl(arn: string): string {
    const [accountId = "", name = ""] = arn.split(":").slice(4);
    return `${this.context.endpoint()}/${accountId}/${name}`;
  }

  #publish(
    type: "event-delivered" | "event-delivery-failed",
    { rule, target, event }: Delivery,
    attempts: number,
    failure?: DeliveryFailure,
  ): void {
    this.context.events.publish({
      type,
      ruleName: rule.name,
      targetArn: target.Arn,
      eventId: event.id,
      detailType: event["detail-type"],
      attempts,
      ...(failure === undefined ? {} : { errorCode: failure.code, errorMessage: failure.message }),
    });
  }
}

function text(value: string) {
  return { DataType: "String", StringValue: value };
}

function reasonOf({ code, message }: { readonly code: string; readonly message: string }) {
  return { ERROR_CODE: text(code), ERROR_MESSAGE: text(message === "" ? code : message) };
}

function principalOf(rule: RuleIdentity): Principal {
  return { kind: "service", service: "events.amazonaws.com", sourceArn: rule.arn };
}
