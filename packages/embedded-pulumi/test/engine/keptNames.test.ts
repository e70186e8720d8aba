import { expect } from "chai";
import { keptCloud, queue } from "./keptNames";

/** What a program deploys into one cloud after another finds again what it has had. */
describe("automatic names over the starts of a program", function () {
  this.timeout(60_000);
  const start = keptCloud();

  it("stay with another seed, so that the queue has its messages", async () => {
    const [first] = await start(1, queue("letters"));
    const [second] = await start(2, queue("letters"));
    expect(first?.messages).to.equal(0);
    expect(second).to.deep.equal({ name: first?.name, messages: 1 });
  });
});
