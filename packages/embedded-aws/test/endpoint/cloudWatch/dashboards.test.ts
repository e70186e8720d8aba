import { expect } from "chai";
import { CloudWatchWorld } from "./support";

describe("CloudWatch's dashboards", () => {
  let world: CloudWatchWorld;
  beforeEach(async () => {
    world = await CloudWatchWorld.start();
  });
  afterEach(() => world.cloud.close());

  it("keeps dashboards, and refuses one whose body is none", async () => {
    const { cloud } = world;
    const DashboardBody = JSON.stringify({ widgets: [{ type: "text", properties: { markdown: "hi" } }] });
    await cloud.call("monitoring", "PutDashboard", { DashboardName: "shop", DashboardBody });
    expect(await cloud.call("monitoring", "GetDashboard", { DashboardName: "shop" })).to.include({
      DashboardBody,
    });
    const error = await cloud
      .call("monitoring", "PutDashboard", {
        DashboardName: "shop",
        DashboardBody: '{"widgets":[{"type":"chart"}]}',
      })
      .catch((cause: unknown) => cause as Error);
    expect(error).to.include({ name: "DashboardInvalidInputError" });
    expect((error as Error).message).to.contain("/widgets/0/type");
  });
});
