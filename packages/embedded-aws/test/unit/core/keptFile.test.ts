import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import fc from "fast-check";
import * as v from "valibot";
import { type Keep, keptKind, numberKey, type Shelf } from "../../../src/core/keep";
import { KeptStateError } from "../../../src/core/keptDatabase";
import { KeptFile } from "../../../src/core/keptFile";

const numbers = keptKind("number", v.number());
const OF = { stack: "dev" };

/** A thing whose values are kept. */
class Numbers {
  readonly values = new Map<string, number>();
  readonly shelf: Shelf<number>;

  constructor(keep: Keep, name: string) {
    this.shelf = keep.open(numbers, name, (key) => this.values.get(key));
    for (const [key, value] of this.shelf.entries()) this.values.set(key, value);
  }

  set(key: string, value: number | undefined): void {
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, value);
    this.shelf.changed(key);
  }
}

describe("a file in which state is kept", () => {
  let directory: string;
  let file: string;
  let open: KeptFile[];

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "kept-"));
    file = path.join(directory, "below", "dev.sqlite");
    open = [];
  });
  afterEach(() => {
    for (const kept of open) kept.end();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Nothing is written by itself. */
  const opened = (options: Partial<ConstructorParameters<typeof KeptFile>[0]> = {}) => {
    const kept = new KeptFile({ file, of: OF, schedule: () => undefined, ...options });
    open.push(kept);
    return kept;
  };
  const problem = (work: () => unknown): KeptStateError => {
    try {
      work();
    } catch (error) {
      if (error instanceof KeptStateError) return error;
      throw error;
    }
    throw new Error("no KeptStateError");
  };

  it("gives back what was written, of each thing by itself, and counts its openings", () => {
    const first = opened();
    const [a, b] = [new Numbers(first, "a"), new Numbers(first, "b")];
    a.set("x", 1);
    a.set("y", 2);
    b.set("x", 3);
    a.set("y", undefined);
    first.clock = { now: () => 1234.5 };
    first.end();
    const second = opened();
    expect([first.starts, second.starts, second.time]).to.deep.equal([0, 1, 1234.5]);
    expect([...new Numbers(second, "a").values]).to.deep.equal([["x", 1]]);
    expect([...new Numbers(second, "b").values]).to.deep.equal([["x", 3]]);
    expect([...new Numbers(second, "c").values]).to.deep.equal([]);
    expect([...second.counts()]).to.deep.equal([["number", 2]]);
  });

  it("keeps the time of its end, when nothing has changed for long", () => {
    const first = opened();
    let now = 1;
    first.clock = { now: () => now };
    new Numbers(first, "a").set("x", 1);
    first.write();
    now = 2;
    first.end();
    expect(opened().time).to.equal(2);
  });

  it("keeps what nobody has asked for, and drops what is said to be gone", () => {
    const first = opened();
    new Numbers(first, "a").set("x", 1);
    const gone = new Numbers(first, "b");
    gone.set("x", 1);
    first.write();
    gone.set("y", 2);
    gone.shelf.drop();
    // Its successor's, not its own.
    const next = new Numbers(first, "b");
    gone.set("x", 7);
    next.set("z", 3);
    first.end();
    opened().end();
    const third = opened();
    expect([...new Numbers(third, "a").values]).to.deep.equal([["x", 1]]);
    expect([...new Numbers(third, "b").values]).to.deep.equal([["z", 3]]);
  });

  it("writes a moment after the first change, once, and what stands then", () => {
    const scheduled: (() => void)[] = [];
    const first = opened({ schedule: (write) => scheduled.push(write) });
    const a = new Numbers(first, "a");
    a.set("x", 1);
    a.set("x", 2);
    expect(scheduled).to.have.length(1);
    a.values.set("x", 5);
    scheduled[0]?.();
    a.set("x", 6);
    expect(scheduled).to.have.length(2);
    const copy = path.join(directory, "copy.sqlite");
    for (const suffix of ["", "-wal"]) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    expect([...new Numbers(opened({ file: copy }), "a").values]).to.deep.equal([["x", 5]]);
  });

  it("is its owner's alone, and one process's at a time", () => {
    const first = opened();
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).to.equal(0o700);
    for (const work of [() => opened(), () => KeptFile.drop(file)]) {
      const { inUse, message } = problem(work);
      expect([inUse, message]).to.deep.equal([
        true,
        `${file} is in use: another start keeps its state there; end that one first`,
      ]);
    }
    first.end();
    expect(KeptFile.drop(file)).to.equal(true);
    expect(existsSync(file)).to.equal(false);
    expect(KeptFile.drop(file)).to.equal(false);
  });

  it("is refused when it is of something else, of another version, or none of its kind; and can be dropped", () => {
    opened().end();
    expect(problem(() => opened({ of: { stack: "prod" } })).message).to.equal(
      `${file} cannot be used: it was kept of stack "dev" and not "prod"`,
    );
    const change = (sql: string) => {
      const database = new DatabaseSync(file);
      database.exec(sql);
      database.close();
    };
    change("PRAGMA user_version = 9");
    expect(problem(() => opened()).message).to.equal(`${file} cannot be read: it has version 9; expected 1`);
    change("PRAGMA application_id = 1");
    expect(problem(() => opened()).message).to.equal(
      `${file} cannot be read: it is a database of something else`,
    );
    writeFileSync(file, "orders, for the most part");
    expect(problem(() => opened()).message).to.match(/dev\.sqlite cannot be read: file is not a database$/);
    expect(KeptFile.drop(file)).to.equal(true);
    expect(opened().starts).to.equal(0);
  });

  it("names the value that is not of its kind", () => {
    const first = opened();
    new Numbers(first, "a").set("x", 1);
    first.end();
    const database = new DatabaseSync(file);
    for (const [value, reason] of [
      ['"one"', /dev\.sqlite cannot be read: number a x: .*Expected number but received "one"$/],
      ["{", /dev\.sqlite cannot be read: number a x: .*JSON/],
    ] as const) {
      database.prepare("UPDATE kept SET value = ?").run(value);
      database.exec("PRAGMA journal_mode = DELETE");
      const kept = opened();
      expect(problem(() => kept.check([numbers])).message).to.match(reason);
      kept.end();
    }
    database.close();
  });

  it("tells once that nothing can be written, and writes it when that has passed", () => {
    const told: string[] = [];
    const kept = opened({ onTrouble: (message) => told.push(message) });
    const a = new Numbers(kept, "a");
    const values = { broken: true };
    const shelf = kept.open(numbers, "b", () => {
      if (values.broken) throw new Error("the disk is full");
      return 2;
    });
    a.set("x", 1);
    shelf.changed("y");
    kept.write();
    kept.write();
    expect(told).to.deep.equal(["Nothing can be kept just now: the disk is full"]);
    values.broken = false;
    kept.end();
    const next = opened();
    expect([...new Numbers(next, "a").values]).to.deep.equal([["x", 1]]);
    expect([...new Numbers(next, "b").values]).to.deep.equal([["y", 2]]);
  });

  /** Ends like a process that is killed: the log is cut off wherever its writing had come to. */
  it("holds what stood there at one moment, wherever a write was cut off", () => {
    const first = opened();
    const [a, b] = [new Numbers(first, "a"), new Numbers(first, "b")];
    const moments: (readonly [readonly number[], readonly number[]])[] = [[[], []]];
    for (let round = 1; round <= 40; round++) {
      // What goes from one to the other is in one of them at each moment.
      a.set(numberKey(round), round);
      if (round > 3) {
        b.set(numberKey(round - 3), round - 3);
        a.set(numberKey(round - 3), undefined);
      }
      first.write();
      moments.push([[...a.values.values()], [...b.values.values()]]);
    }
    const known = new Set(moments.map((moment) => JSON.stringify(moment)));
    const log = readFileSync(`${file}-wal`);
    const copy = path.join(directory, "copy.sqlite");
    fc.assert(
      fc.property(fc.nat(log.length), fc.boolean(), (length, garbled) => {
        copyFileSync(file, copy);
        const cut = Buffer.from(log.subarray(0, length));
        if (garbled && length > 100) cut.fill(0xa5, length - 60);
        writeFileSync(`${copy}-wal`, cut);
        let kept: KeptFile;
        try {
          kept = new KeptFile({ file: copy, of: OF, schedule: () => undefined });
        } finally {
          rmSync(`${copy}-shm`, { force: true });
        }
        try {
          kept.check([numbers]);
          const found = [new Numbers(kept, "a"), new Numbers(kept, "b")].map(({ values }) => [
            ...values.values(),
          ]);
          expect(known).to.include(JSON.stringify(found));
        } finally {
          kept.end();
          rmSync(copy, { force: true });
        }
      }),
    );
  });
});
