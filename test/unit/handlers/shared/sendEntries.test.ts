import { expect } from "chai";
import fc from "fast-check";
import { BOUNDS } from "../../../../handlers/shared/eventBus";
import { PassingFailure } from "../../../../handlers/shared/failure";
import { inRequests, sendEntries } from "../../../../handlers/shared/sendEntries";
import { awsError, steppedTiming } from "../../support/handlerFakes";

describe("sendEntries", () => {
  const bounds = { mostEntries: 3, mostBytes: 100, bytesOf: (entry: string) => entry.length };

  /** Sends letters; each request is answered by `answer`. */
  function setUp(answer: (entries: readonly string[], request: number) => readonly (Error | undefined)[]) {
    const timing = steppedTiming();
    const requests: string[] = [];
    const send = (entries: readonly string[]) => {
      requests.push(entries.join(""));
      return Promise.resolve().then(() => answer(entries, requests.length));
    };
    const sendAll = async (letters: string) =>
      (await sendEntries(Array.from(letters), { ...bounds, send }, timing, timing.now() + 1_000)).map(
        (problem) => problem?.name,
      );
    return { requests, sendAll };
  }

  it("makes as few requests as the entries fit into, one after the other", async () => {
    const { requests, sendAll } = setUp((entries) => entries.map(() => undefined));
    expect(await sendAll("abcdefg")).to.deep.equal(Array(7).fill(undefined));
    expect(requests).to.deep.equal(["abc", "def", "g"]);
    expect(await sendAll("")).to.deep.equal([]);
    expect(requests).to.have.length(3);
  });

  it("sends again only what passes, and tells of each in its place", async () => {
    const { requests, sendAll } = setUp((entries, request) =>
      entries.map((entry) => {
        if (entry === "b") return awsError("Refused");
        return entry === "c" && request < 3 ? new PassingFailure("Busy", "busy") : undefined;
      }),
    );
    expect(await sendAll("abc")).to.deep.equal([undefined, "Refused", undefined]);
    expect(requests).to.deep.equal(["abc", "c", "c"]);
  });

  it("tells what stood in the way of what did not pass in time, and of the others that they are there", async () => {
    const { sendAll } = setUp((entries) =>
      entries.map((entry) => (entry === "a" ? undefined : new PassingFailure("Busy", "busy"))),
    );
    expect(await sendAll("abc")).to.deep.equal([undefined, "Busy", "Busy"]);
  });

  it("tells of each what stood in its own way, though the last request failed otherwise", async () => {
    const { requests, sendAll } = setUp((entries, request) => {
      if (request === 2) throw awsError("AccessDenied");
      return entries.map((entry) => new PassingFailure(entry, "busy"));
    });
    expect(await sendAll("abc")).to.deep.equal(["a", "b", "c"]);
    expect(requests).to.deep.equal(["abc", "abc"]);
  });

  it("tells of every entry of a request that fails as a whole, and sends the next all the same", async () => {
    const { requests, sendAll } = setUp((entries, request) => {
      if (request === 1) throw awsError("AccessDenied");
      return entries.map(() => undefined);
    });
    expect(await sendAll("abcd")).to.deep.equal(["AccessDenied", "AccessDenied", "AccessDenied", undefined]);
    expect(requests).to.deep.equal(["abc", "d"]);
  });
});

describe("inRequests", () => {
  it("loses nothing, keeps the order, and passes neither ten entries nor 256 KB", () => {
    const entries = fc.array(
      fc.integer({ min: 0, max: 300_000 }).map((size) => ({ Detail: "x".repeat(size) })),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(entries, (given) => {
        const requests = inRequests(given, BOUNDS);
        expect(requests.flat()).to.deep.equal(given);
        for (const request of requests) {
          expect(request.length).to.be.within(1, 10);
          const bytes = request.reduce((sum, { Detail }) => sum + 14 + Detail.length, 0);
          if (request.length > 1) expect(bytes).to.be.at.most(256 * 1024);
        }
      }),
    );
  });

  it("takes 256 KB to the byte", () => {
    const half = 128 * 1024 - 14;
    const [first, exact, more] = [half, half, half + 1].map((size) => ({ Detail: "x".repeat(size) }));
    expect(inRequests([first!, exact!], BOUNDS)).to.have.length(1);
    expect(inRequests([first!, more!], BOUNDS)).to.have.length(2);
  });

  it("counts bytes, not characters", () => {
    const tea = "\u{1F375}".repeat(40_000);
    expect(inRequests([{ Detail: tea }, { Detail: tea }], BOUNDS)).to.have.length(2);
  });
});
