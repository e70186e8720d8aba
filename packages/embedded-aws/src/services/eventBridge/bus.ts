import { matchesEventPattern } from "../../core/eventPattern";
import type { CloudContext } from "../../core/service";
import type { Deliveries } from "./delivery";
import { encryptionRefusal } from "./busEncryption";
import { type Rule, Rules } from "./rules";
import type { BusEvent } from "./targetInput";

/** What a publisher says of an event; the bus adds the rest. */
export interface EventInput {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources: readonly string[];
  /** Epoch milliseconds. */
  readonly time: number;
}

/** An event bus: takes an event, finds its rules that match it, starts the deliveries. */
export class Bus {
  readonly rules: Rules;
  description: string | undefined;
  /** The KMS key that its events are encrypted with; an id, an alias or an ARN. By default one that AWS owns. */
  keyId: string | undefined;
  /** The ARN of the queue that takes events whose key fails EventBridge. */
  deadLetterArn: string | undefined;
  /** Who may send to it, beside those whose own policies allow it; JSON. */
  policy: string | undefined;
  /** Epoch milliseconds, as `modifiedAt`. */
  readonly createdAt: number;
  modifiedAt: number;

  constructor(
    private readonly context: CloudContext,
    readonly name: string,
    readonly arn: string,
    private readonly deliveries: Deliveries,
  ) {
    this.rules = new Rules(context, name);
    this.createdAt = this.modifiedAt = context.clock.now();
  }

  /** Returns the event's id. Whether EventBridge can encrypt it shows later, at the bus's dead-letter queue. */
  publish(input: EventInput): string {
    const event = this.#eventOf(input);
    const refusal = encryptionRefusal(this.context, this);
    if (refusal !== undefined) {
      this.deliveries.refuse(this, event, refusal);
      return event.id;
    }
    for (const rule of this.rules.list()) {
      if (rule.enabled && rule.pattern !== undefined && matchesEventPattern(rule.pattern, event)) {
        this.#deliver(rule, event);
      }
    }
    return event.id;
  }

  /** Runs a scheduled rule at its time. */
  runSchedule(ruleName: string): void {
    const rule = this.rules.get(ruleName);
    const time = this.context.clock.now();
    this.#deliver(
      rule,
      this.#eventOf({
        source: "aws.events",
        detailType: "Scheduled Event",
        detail: {},
        resources: [rule.arn],
        time,
      }),
    );
  }

  #deliver(rule: Rule, event: BusEvent): void {
    for (const target of rule.targets.values()) this.deliveries.start(rule, target, event);
  }

  #eventOf({ source, detailType, detail, resources, time }: EventInput): BusEvent {
    return {
      version: "0",
      id: this.context.random.uuid(),
      "detail-type": detailType,
      source,
      account: this.context.accountId,
      time: `${new Date(time).toISOString().slice(0, 19)}Z`,
      region: this.context.region,
      resources,
      detail,
    };
  }
}
