import { limitsAt } from "../../../handlers/scaling/schedule";
import { backWithin, HOLD, type CommonSettings, type Policy } from "../policy";

/**
 * The naive scaler: each time the alarm goes off, its event launches one instance. The alarm stays in ALARM
 * while the CPU of the image's instances is high, and tells of it once; nothing is ever taken away.
 */
export function oneLaunchPerAlarm(settings: CommonSettings, alarmCpuPercent: number): Policy {
  let alarming = false;
  return {
    name: "one launch per alarm",
    parameters: { alarmCpuPercent, datapointsToAlarm: 1 },
    everySeconds: 60,
    reconcile(view) {
      const { now, instances, minutes } = view;
      const last = minutes.at(-1);
      const breaching = last !== undefined && last.shared.cpuPercent > alarmCpuPercent;
      const transition = breaching && !alarming;
      alarming = breaching;
      const back = backWithin(view, settings);
      if (back !== undefined) return back;
      return transition && instances.length < limitsAt(now, settings).maxInstances
        ? { action: "launch", count: 1 }
        : HOLD;
    },
  };
}
