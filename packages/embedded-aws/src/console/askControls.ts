import { RunningClock } from "../core/clock";
import { conditionsAsJson, conditionsFromJson } from "../core/conditions/describeConditions";
import { inboxOf } from "../services/ses/inbox";
import { Refusal } from "./answers";
import type { Answers, ConsoleParts } from "./parts";
import { clockState } from "./snapshot";

const EMAILS_SHOWN = 100;

export function askControls(
  parts: ConsoleParts,
): Answers<"inbox" | "load" | "fault" | "heal" | "conditions" | "clock"> {
  const { context } = parts;
  const { faults, clock } = context;
  return {
    inbox: () => {
      const { emails, total } = inboxOf(context);
      const shown = emails.slice(-EMAILS_SHOWN).reverse();
      return {
        total,
        emails: shown.map(({ messageId, at, from, to, subject, html }) => ({
          id: messageId,
          at,
          from,
          to,
          subject,
          html: html !== undefined,
        })),
      };
    },
    load: ({ demand }) => {
      const load = parts.load();
      load.setDemand(demand);
      return { demand: load.demand() };
    },
    fault: ({ fault }) => ({ id: faults.add(fault) }),
    heal: ({ id }) => ({ removed: faults.remove(id) }),
    conditions: ({ change }) => {
      try {
        parts.setConditions(conditionsFromJson(change));
      } catch (error) {
        throw error instanceof RangeError ? new Refusal(400, error.message) : error;
      }
      return { conditions: conditionsAsJson(context.conditions) };
    },
    clock: async ({ speed, paused, stepMs }) => {
      if (!(clock instanceof RunningClock))
        throw new Refusal(409, "this cloud's clock is stepped by whoever started it, and by nobody else");
      if (speed !== undefined) clock.setSpeed(speed);
      if (paused !== undefined) clock.pause(paused);
      if (stepMs !== undefined) await clock.step(stepMs);
      return clockState(context);
    },
  };
}
