import { expect } from "chai";
import * as v from "valibot";
import {
  askedAgain,
  compared,
  EMPTY_JOURNAL,
  isOpen,
  mayBeAskedAgain,
  journal,
  replaced,
  unseenOf,
  withLaunch,
  type Journal,
  type JournalledLaunch,
} from "../../../../handlers/scaling/launchJournal";
import type { LaunchRequest } from "../../../../handlers/scaling/launchRequest";
import { member, NOW } from "./situation";

const MINUTE = 60_000;
const request: LaunchRequest = {
  launchTemplateId: "lt-1",
  launchTemplateVersion: "3",
  subnetId: "a",
  securityGroupIds: ["sg-1"],
  publicIp: false,
  tags: { Fleet: "web" },
  count: 2,
};
const { book, launch } = withLaunch(EMPTY_JOURNAL, request, ["b"], NOW);
const answered = (...instanceIds: string[]): JournalledLaunch => ({ ...launch, instanceIds });
const holding = (...launches: JournalledLaunch[]): Journal => ({ ...book, launches });
const shown = (id: string, changes: object = {}) =>
  member(id, 0, { clientToken: launch.clientToken, ...changes });

/** What is left of a launch, so many minutes after it. */
const leftOf = (each: JournalledLaunch, records: Parameters<typeof compared>[1], minutes: number) =>
  compared(holding(each), records, NOW + minutes * MINUTE).launches;

describe("withLaunch", () => {
  it("counts launches, and gives each a token of its own", () => {
    const second = withLaunch(book, request, [], NOW);
    expect(launch).to.deep.equal({ clientToken: launch.clientToken, request, elsewhere: ["b"], at: NOW });
    expect([book.sequence, second.book.sequence]).to.deep.equal([1, 2]);
    expect(launch.clientToken).to.match(/-1$/);
    expect(second.launch.clientToken).to.match(/-2$/);
    expect(second.book.launches).to.deep.equal([launch, second.launch]);
  });
});

describe("replaced", () => {
  it("puts another in the place of a launch, or nothing", () => {
    const second = withLaunch(book, request, [], NOW);
    const other = { ...launch, instanceIds: ["i-1"] };
    expect(replaced(second.book, launch, other).launches).to.deep.equal([other, second.launch]);
    expect(replaced(second.book, launch).launches).to.deep.equal([second.launch]);
  });
});

describe("compared", () => {
  it("keeps an open launch until EC2 shows all of it, for a quarter of an hour", () => {
    expect(leftOf(launch, [], 15)).to.deep.equal([launch]);
    expect(leftOf(launch, [], 15.001)).to.deep.equal([]);
    expect(leftOf(launch, [shown("i-1"), member("i-2")], 1)).to.deep.equal([launch]);
    expect(leftOf(launch, [shown("i-1"), shown("i-2")], 1)).to.deep.equal([answered("i-1", "i-2")]);
  });

  it("keeps what EC2 has shown for ten minutes, and what it has not for a quarter of an hour", () => {
    const records = [shown("i-1")];
    expect(leftOf(answered("i-1", "i-2"), records, 10)).to.deep.equal([answered("i-1", "i-2")]);
    expect(leftOf(answered("i-1", "i-2"), records, 10.001)).to.deep.equal([answered("i-2")]);
    expect(leftOf(answered("i-2"), records, 15)).to.deep.equal([answered("i-2")]);
    expect(leftOf(answered("i-2"), records, 15.001)).to.deep.equal([]);
    expect(leftOf(answered("i-1"), records, 10.001)).to.deep.equal([]);
  });

  it("keeps nothing of what has gone", () => {
    expect(leftOf(answered("i-1"), [shown("i-1", { state: "terminated" })], 1)).to.deep.equal([]);
    expect(leftOf(answered("i-1", "i-2"), [shown("i-1", { state: "shutting-down" })], 1)).to.deep.equal([
      answered("i-2"),
    ]);
  });
});

describe("unseenOf", () => {
  it("counts of an open launch what its token does not show, and never less than none", () => {
    expect(unseenOf(launch, [])).to.equal(2);
    expect(unseenOf(launch, [shown("i-1"), member("i-2")])).to.equal(1);
    expect(unseenOf(launch, [shown("i-1"), shown("i-2"), shown("i-3")])).to.equal(0);
  });

  it("counts of one that was answered what is not shown by its id", () => {
    expect(unseenOf(answered("i-1", "i-2", "i-3"), [member("i-2")])).to.equal(2);
    expect(unseenOf(answered("i-1"), [member("i-1"), member("i-2")])).to.equal(0);
  });

  it("knows which are open", () => {
    expect([launch, answered("i-1"), answered()].map(isOpen)).to.deep.equal([true, false, false]);
  });

  it("asks for one again for an hour after it was decided, and notes each time that it does", () => {
    const after = (each: JournalledLaunch, minutes: number) => mayBeAskedAgain(each, NOW + minutes * MINUTE);
    expect([after(launch, 0), after(launch, 60), after(launch, 60.001)]).to.deep.equal([true, true, false]);
    expect(after(answered("i-1"), 0)).to.equal(false);
    const second = askedAgain(launch, NOW + MINUTE);
    expect(second).to.deep.equal({ ...launch, at: NOW + MINUTE, decidedAt: NOW });
    const third = askedAgain(second, NOW + 2 * MINUTE);
    expect(third).to.deep.equal({ ...launch, at: NOW + 2 * MINUTE, decidedAt: NOW });
    expect([after(third, 60), after(third, 60.001)]).to.deep.equal([true, false]);
    // What was granted to the last who asked is shown before it is forgotten.
    expect(leftOf(third, [], 17)).to.deep.equal([third]);
    expect(leftOf(third, [], 17.001)).to.deep.equal([]);
  });
});

describe("a journal that is read", () => {
  it("is what was written", () => {
    for (const given of [EMPTY_JOURNAL, book, holding(answered("i-1")), holding(askedAgain(launch, NOW))])
      expect(v.parse(journal, JSON.parse(JSON.stringify(given)))).to.deep.equal(given);
  });

  it("is refused where a launch lacks what asking again needs", () => {
    for (const name of ["clientToken", "request", "elsewhere", "at"] as const)
      expect(v.is(journal, holding({ ...launch, [name]: undefined })), name).to.equal(false);
    for (const name of Object.keys(request))
      expect(
        v.is(journal, holding({ ...launch, request: { ...request, [name]: undefined } })),
        name,
      ).to.equal(false);
  });
});
