import { expect } from "chai";
import { terminationOrder } from "../../../../handlers/scaling/terminationOrder";
import { member, NOW } from "./situation";

describe("terminationOrder", () => {
  const order = (fleet: Parameters<typeof terminationOrder>[0], imageId?: string) =>
    terminationOrder(fleet, NOW, 120, imageId).map(({ id }) => id);

  it("takes what is not yet in service first, then other images, then the oldest", () => {
    const fleet = [
      member("i-young", 10),
      member("i-old", 50),
      member("i-other-image", 5, { imageId: "ami-old" }),
      member("i-warming", 1),
      member("i-pending", 70, { state: "pending" }),
    ];
    expect(order(fleet, "ami-new")).to.deep.equal([
      "i-pending",
      "i-warming",
      "i-other-image",
      "i-old",
      "i-young",
    ]);
  });

  it("tells equals apart by id", () => {
    expect(order([member("i-b", 9), member("i-a", 9)])).to.deep.equal(["i-a", "i-b"]);
  });

  it("goes by age alone where the image is known at launch only", () => {
    expect(order([member("i-1", 9), member("i-2", 10, { imageId: "ami-old" })])).to.deep.equal([
      "i-2",
      "i-1",
    ]);
  });
});
