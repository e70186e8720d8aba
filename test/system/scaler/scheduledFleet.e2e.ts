import path from "node:path";
import { expect } from "chai";
import { SteppedClock, type Load } from "embedded-aws";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { deploy, displayMap } from "embedded-pulumi";
import { readScalerSettings } from "../../../tools/demonstration/scalerSettings";

const MINUTE = 60_000;

/** Berlin is an hour ahead of UTC in winter; the entry of the day before holds as the test begins. */
const SCHEDULE = [
  { cron: "30 8 * * 1-5", timezone: "Europe/Berlin", min: 2, max: 4 },
  { cron: "30 9 * * *", timezone: "Europe/Berlin", min: 1, max: 1 },
  { cron: "0 10 * * *", timezone: "Europe/Berlin", min: 0, max: 0 },
];
/** A Thursday. */
const START = Date.UTC(2026, 0, 1, 6, 45);

for (const capacity of ["instances", "autoScalingGroup"] as const) {
  describe(`the deployed scaler with limits by time of day, by ${capacity}`, function () {
    this.timeout(120_000);
    let clock: SteppedClock;
    let cloud: TestCloud;
    let load: Load;

    before(async () => {
      clock = new SteppedClock(START);
      cloud = await startTestCloud({ clock, conditions: { runInstancesRate: false, instanceLagMs: 0 } });
      const deployment = await deploy(cloud, {
        directory: ".",
        stack: "dev",
        config: {
          "event-driven-aws:scalerCapacity": capacity,
          "event-driven-aws:scalerSchedule": JSON.stringify(SCHEDULE),
        },
        cacheDirectory: path.resolve(".local/cache"),
        assetDirectory: ".",
      });
      const { scaleFleetFunctionName } = displayMap((await deployment.programEnded).outputs);
      const { tag } = await readScalerSettings(cloud.context, scaleFleetFunctionName as string);
      load = cloud.createLoad({ fleetTags: { [tag.key]: tag.value } });
    });
    after(async () => {
      load.close();
      await cloud.close();
    });

    /** The sizes that the fleet had, minute by minute, up to a time of this day. */
    const sizesUntil = async (hour: number, minute: number) => {
      const end = Date.UTC(2026, 0, 1, hour, minute);
      const sizes: number[] = [];
      while (clock.now() < end) {
        await clock.advance(Math.min(MINUTE, end - clock.now()));
        sizes.push(load.live().length);
      }
      return sizes;
    };

    it("has none before the first entry of its day, whatever is to be done", async () => {
      load.setDemand(10);
      expect(new Set(await sizesUntil(7, 29))).to.deep.equal(new Set([0]));
    });

    it("has the minimum from the entry's minute on, and follows the load to its maximum", async () => {
      load.setDemand(0);
      await sizesUntil(7, 32);
      expect(load.live()).to.have.length(2);
      load.setDemand(10);
      const sizes = await sizesUntil(8, 5);
      expect(Math.max(...sizes)).to.equal(4);
      expect(sizes.at(-1)).to.equal(4);
    });

    it("keeps the entry's minimum while there is nothing to do", async () => {
      load.setDemand(0);
      const sizes = await sizesUntil(8, 29);
      expect(sizes.at(-1)).to.equal(2);
    });

    it("goes down to the next entry's maximum, whatever is to be done, and then to none", async () => {
      load.setDemand(10);
      await sizesUntil(8, 40);
      const sizes = await sizesUntil(8, 59);
      expect(new Set(sizes)).to.deep.equal(new Set([1]));
      await sizesUntil(9, 3);
      expect(new Set(await sizesUntil(9, 20))).to.deep.equal(new Set([0]));
    });
  });
}
