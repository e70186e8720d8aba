import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import { DeployedFleet } from "./deployedFleet";

const ROUNDS = 40;

describe("the deployed scaler's maximum, with all of the cloud's conditions", function () {
  this.timeout(180_000);

  for (const seed of [1, 2]) {
    it(`is never passed by duplicated, late and concurrent events, seed ${seed}`, async () => {
      const random = seededRandom(seed);
      const pick = (count: number) => Math.floor(random.next() * count);
      // What Describe shows lags further behind than AWS's does.
      const fleet = await DeployedFleet.deploy({ instanceLagMs: 20_000 }, seed);
      const { cloud, clock, settings } = fleet;
      const { key, value } = settings.tag;
      const load = cloud.createLoad({ fleetTags: { [key]: value } });
      try {
        const zones = ["a", "b", "c"].map((letter) => `us-east-1${letter}`);
        let most = 0;
        let late: object = fleet.tick();
        for (let round = 0; round < ROUNDS; round++) {
          load.setDemand(random.next() < 0.3 ? 0.2 : 6 * random.next());
          for (const zone of zones) cloud.ec2.capacity.limitZone(zone, random.next() < 0.3 ? 0 : Infinity);
          const events = [fleet.tick(), fleet.alarm(), late];
          late = events[pick(events.length)] ?? late;
          const wakes = Array.from({ length: 1 + pick(3) }, () => fleet.wake(events[pick(3)] ?? late));
          // One at a time runs; whoever comes meanwhile is throttled, as in Lambda.
          await Promise.allSettled(wakes);
          most = Math.max(most, load.live().length);
          expect(load.live().length, `round ${round}`).to.be.at.most(settings.maxInstances);
          await clock.advance(5_000 + pick(60_000));
          expect(load.live().length, `round ${round}, later`).to.be.at.most(settings.maxInstances);
        }
        // It was tried: the fleet stood at its maximum.
        expect(most).to.equal(settings.maxInstances);
      } finally {
        load.close();
        await fleet.close();
      }
    });
  }
});
