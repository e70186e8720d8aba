import { statSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { seededRandom } from "../../../src/core/random";
import type { Piece } from "../../../src/core/coldStore";
import { newColdFile } from "../../support/coldFile";

describe("a file of what is seldom read", () => {
  let file: ReturnType<typeof newColdFile>;

  beforeEach(() => {
    file = newColdFile();
  });
  afterEach(() => file.close());

  it("gives back what was put, whatever else was put and given back", () => {
    const bytes = fc.uint8Array({ maxLength: 2_000 });
    const steps = fc.array(fc.tuple(fc.boolean(), bytes, fc.nat()), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (all) => {
        const held: { readonly piece: Piece; readonly bytes: Uint8Array }[] = [];
        for (const [puts, bytes, index] of all) {
          if (puts || held.length === 0) held.push({ piece: file.store.put(bytes), bytes });
          else held.splice(index % held.length, 1)[0]?.piece.free();
        }
        for (const { piece, bytes } of held) {
          expect(piece.memory).to.equal(0);
          expect(piece.read().equals(bytes)).to.equal(true);
        }
        for (const { piece } of held) piece.free();
      }),
    );
  });

  it("does not grow while as much is given back as is put", () => {
    const random = seededRandom(1);
    const put = () => file.store.put(Buffer.alloc(Math.floor(2_000 + random.next() * 4_000), 1));
    const pieces = Array.from({ length: 50 }, put);
    const size = file.size();
    for (let round = 0; round < 2_000; round++) {
      const index = Math.floor(random.next() * pieces.length);
      pieces[index]?.free();
      pieces[index] = put();
    }
    expect(file.size()).to.be.lessThan(size * 2);
  });

  it("is its owner's alone, and not there before it is needed", function () {
    expect(file.size()).to.equal(0);
    file.store.put(Buffer.from("a"));
    if (process.platform === "win32") return;
    expect(statSync(file.path).mode & 0o777).to.equal(0o600);
  });

  it("leaves in memory what the disk does not take, and what comes when it is closed", () => {
    // Somebody else's file in the way stands for every refusal of the system's.
    writeFileSync(file.path, "not ours");
    const refused = file.store.put(Buffer.from("refused"));
    expect(refused.memory).to.equal(7);
    expect(refused.read().toString()).to.equal("refused");
    refused.free();
    file.store.close();
    expect(file.store.put(Buffer.from("late")).read().toString()).to.equal("late");
  });

  it("says so when it was cut off or closed", () => {
    const piece = file.store.put(Buffer.from("a".repeat(600)));
    writeFileSync(file.path, "short");
    expect(() => piece.read()).to.throw("cold was cut off at byte 5");
    file.store.close();
    expect(() => piece.read()).to.throw("cold is closed");
  });
});
