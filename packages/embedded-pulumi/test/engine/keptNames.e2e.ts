import { expect } from "chai";
import { keptCloud, queue } from "./keptNames";

/** What a program deploys into one cloud after another finds again what it has had. */
describe("automatic names over the starts of a program", function () {
  this.timeout(60_000);
  const start = keptCloud();

  it("stay with an alias", async () => {
    const [first] = await start(1, queue("letters"));
    const [second] = await start(1, queue("post", '{ aliases: [{ name: "letters" }] }'));
    expect(second).to.deep.equal({ name: first?.name, messages: 1 });
    expect(await start(1, queue("post"))).to.deep.equal([{ name: first?.name, messages: 2 }]);
  });

  it("are the last ones of what was replaced", async () => {
    const replacing = "{ replaceOnChanges: ['visibilityTimeoutSeconds'] }";
    const [, replaced] = await start(
      1,
      queue("letters", replacing, "{ visibilityTimeoutSeconds: 30 }"),
      queue("letters", replacing, "{ visibilityTimeoutSeconds: 40 }"),
    );
    const [again] = await start(1, queue("letters", replacing, "{ visibilityTimeoutSeconds: 40 }"));
    expect(again).to.deep.equal({ name: replaced?.name, messages: 1 });
  });

  it("wait for a resource that the program leaves out for a time", async () => {
    const [first] = await start(1, queue("letters"));
    await start(1, queue("other"));
    const [third] = await start(1, queue("letters"));
    expect(third).to.deep.equal({ name: first?.name, messages: 1 });
  });
});
