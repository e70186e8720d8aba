import { useState } from "preact/hooks";
import type { ConditionState } from "../../src/console/protocol";
import type { ConditionsAsJson } from "../../src/core/conditions/describeConditions";
import { Card, Switch, useOrder, useWanted } from "../parts/parts";
import { ask, conditions } from "../state/store";

type Name = keyof ConditionsAsJson;

/** One number of a condition, as it is shown. */
interface Figure {
  /** The member of a condition that has several. */
  readonly of?: string;
  readonly unit: string;
  /** How many of the condition's own unit are one of these; default 1. */
  readonly worth?: number;
  readonly most?: number;
}

interface Words {
  readonly title: string;
  readonly figures?: readonly Figure[];
  /** What it is switched on with, where an ordinary account has it off. */
  readonly on?: ConditionsAsJson[Name];
}

const SECOND = { unit: "seconds at most", worth: 1000 };

/** Each condition in words. The types say that none is left out. */
const WORDS: Readonly<Record<Name, Words>> = {
  lambdaConcurrency: {
    title: "Lambda's concurrency is limited",
    figures: [{ unit: "invocations at one time" }],
  },
  sesSandbox: { title: "SES is in its sandbox", on: true },
  ec2Vcpus: { title: "EC2's vCPUs are limited", figures: [{ unit: "vCPUs" }] },
  runInstancesRate: { title: "RunInstances is throttled" },
  dynamodbThroughput: { title: "DynamoDB throttles hot keys and tables" },
  timeToLiveLagMs: {
    title: "Expired items stay for a while",
    figures: [{ unit: "hours at most", worth: 3_600_000 }],
  },
  sqsInFlight: { title: "Messages in flight are limited", figures: [{ unit: "of one queue" }] },
  payloadLimits: { title: "Payloads are limited" },
  shuffledAnswers: { title: "Lists come in another order each time" },
  iamPropagationMs: { title: "Changes of IAM count later", figures: [SECOND] },
  instanceLagMs: { title: "Changes of instances are seen later", figures: [SECOND] },
  queueDepthLagMs: { title: "Depths of queues are seen later", figures: [SECOND] },
  lateQueueMetrics: { title: "Metrics of queues come late, and pause" },
  looseAlarmEvents: { title: "Events of alarms come late, and twice" },
  bootCpu: {
    title: "Booting takes CPU",
    figures: [
      { of: "seconds", unit: "seconds" },
      { of: "percent", unit: "% CPU", most: 100 },
    ],
  },
  staggeredMetrics: { title: "Instances report at different seconds" },
  cpuCredits: { title: "CPU credits run out" },
  otherInstances: {
    title: "Other instances of the same type run",
    figures: [
      { of: "count", unit: "instances", most: 1000 },
      { of: "cpuPercent", unit: "% CPU", most: 100 },
    ],
    on: { count: 3, cpuPercent: 50 },
  },
};

export function ConditionsCard() {
  const all = conditions.value;
  const order = useOrder();
  const set = (change: Partial<ConditionsAsJson>, said: string) =>
    order.run(async () => {
      await ask("conditions", { change });
      return said;
    });
  return (
    <Card title="Conditions" wide>
      <p class="quiet">
        How unkind this cloud is, as AWS is to an ordinary account. What is set here counts from now on;{" "}
        <code>--kind</code> and <code>--new-account</code> set it for a start.
      </p>
      <div class="buttons" role="group" aria-label="All conditions">
        <button
          type="button"
          disabled={order.busy}
          onClick={() => set(every("aws"), "The cloud is as unkind as AWS.")}
        >
          As AWS
        </button>
        <button
          type="button"
          disabled={order.busy}
          onClick={() => set(every("off"), "All conditions are off.")}
        >
          All off
        </button>
      </div>
      <ul class="plain conditions">
        {all.map(({ name, value, off, aws }) => {
          const { title, figures = [], on } = WORDS[name];
          const isOn = !isSame(value, off);
          return (
            <li key={name} class="condition">
              <Switch
                on={isOn}
                order={order}
                hint={name}
                set={async (wanted) => {
                  await ask("conditions", { change: { [name]: wanted ? (on ?? aws) : off } });
                  return `${wanted ? "On" : "Off"} from now on: ${title}.`;
                }}
              >
                {title}
              </Switch>
              {isOn &&
                figures.map((figure) => (
                  <FigureField
                    key={figure.unit}
                    title={title}
                    figure={figure}
                    present={valueOf(value, figure)}
                    order={order}
                    set={(given) => ask("conditions", { change: changed(name, value, figure, given) })}
                  />
                ))}
            </li>
          );
        })}
      </ul>
      {order.view}
    </Card>
  );
}

/** A number of a condition; what is being typed stays, whatever the cloud says meanwhile. */
function FigureField({
  title,
  figure: { unit, most },
  present,
  order,
  set,
}: {
  title: string;
  figure: Figure;
  present: number;
  order: ReturnType<typeof useOrder>;
  set: (given: number) => Promise<unknown>;
}) {
  const [typed, setTyped] = useState<string>();
  const { shown, want } = useWanted(present);
  return (
    <label class="figure">
      <span class="unseen">{title}: </span>
      <input
        type="number"
        min={0}
        max={most}
        step="any"
        required
        value={typed ?? shown}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={(event) => {
          const { valueAsNumber: given, validity, validationMessage } = event.currentTarget;
          setTyped(undefined);
          order.run(async () => {
            if (!validity.valid) throw new Error(`${title}: ${validationMessage}`);
            await want(given, () => set(given));
            return `Set: ${title}, ${given} ${unit}.`;
          });
        }}
      />{" "}
      {unit}
    </label>
  );
}

/** All of them as they are when they are off, or in an ordinary account. */
function every(which: "off" | "aws"): Partial<ConditionsAsJson> {
  return Object.fromEntries(conditions.value.map((one: ConditionState) => [one.name, one[which]]));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function valueOf(value: unknown, { of, worth = 1 }: Figure): number {
  const found = of === undefined ? value : (value as Readonly<Record<string, unknown>>)[of];
  return Number(found) / worth;
}

function changed(
  name: Name,
  value: ConditionsAsJson[Name],
  { of, worth = 1 }: Figure,
  given: number,
): Partial<ConditionsAsJson> {
  return { [name]: of === undefined ? given * worth : { ...(value as object), [of]: given } };
}
