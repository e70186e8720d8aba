import { SteppedClock, type CloudEvent } from "embedded-aws";
import { displayMap } from "embedded-pulumi";
import { deployProgram } from "../support/deployProgram";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";

export type RequestEvent = CloudEvent & { readonly type: "request" };

export interface Deployment {
  readonly cloud: TestCloud;
  readonly clock: SteppedClock;
  /** A stack output, by its name in the program. */
  readonly output: (name: string) => string;
  /** The first event from now on that `isWanted`; rejects with the signal's reason when it aborts first. */
  readonly next: (isWanted: (event: CloudEvent) => boolean, signal: AbortSignal) => Promise<CloudEvent>;
}

/** The program with every permission, in a cloud whose clock stands still and whose rules fire no more. */
export async function deployEveryPermission(): Promise<Deployment> {
  const clock = new SteppedClock();
  // Permissions are taken and given back while the clock stands still: what follows must follow at once.
  const conditions = {
    iamPropagationMs: 0,
    instanceLagMs: 0,
    runInstancesRate: false,
    looseAlarmEvents: false,
  };
  const cloud = await startTestCloud({ clock, conditions });
  const { events } = cloud.context;
  try {
    const result = await deployProgram(cloud, "test/system/leastPrivilege/program");
    await disableRules(cloud);
    const outputs = displayMap(result.outputs);
    return {
      cloud,
      clock,
      output(name) {
        const value = outputs[name];
        if (typeof value !== "string") throw new Error(`the program has no output ${name}`);
        return value;
      },
      next: (isWanted, signal) =>
        new Promise((resolve, reject) => {
          const giveUp = () => {
            stop();
            reject(signal.reason as Error);
          };
          const stop = events.subscribe((event) => {
            if (!isWanted(event)) return;
            stop();
            signal.removeEventListener("abort", giveUp);
            resolve(event);
          });
          signal.addEventListener("abort", giveUp, { once: true });
          if (signal.aborted) giveUp();
        }),
    };
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

/** Scenarios wake the scalers themselves. */
async function disableRules(cloud: TestCloud): Promise<void> {
  const { Rules = [] } = await cloud.call("events", "ListRules", {});
  for (const { Name } of Rules) await cloud.call("events", "DisableRule", { Name });
}
