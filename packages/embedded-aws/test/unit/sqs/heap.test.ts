import { expect } from "chai";
import fc from "fast-check";
import { Heap } from "../../../src/services/sqs/heap";

describe("Heap", () => {
  it("gives its items in order, whatever was added and removed in between", () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("add" as const), key: fc.integer({ min: 0, max: 50 }) }),
        fc.record({ kind: fc.constant("take" as const) }),
        fc.record({ kind: fc.constant("remove" as const), index: fc.nat(30) }),
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        interface Item {
          readonly key: number;
          readonly order: number;
        }
        const compare = (a: Item, b: Item) => a.key - b.key || a.order - b.order;
        const heap = new Heap(compare);
        const model: Item[] = [];
        all.forEach((step, order) => {
          if (step.kind === "add") {
            const item = { key: step.key, order };
            heap.add(item);
            model.push(item);
            model.sort(compare);
          } else if (step.kind === "take") {
            expect(heap.take()).to.equal(model.shift());
          } else {
            const item = model[step.index];
            if (item === undefined) return;
            expect(heap.remove(item)).to.equal(true);
            expect(heap.remove(item)).to.equal(false);
            model.splice(step.index, 1);
          }
          expect(heap.size).to.equal(model.length);
          expect(heap.peek()).to.equal(model[0]);
        });
        while (model.length > 0) expect(heap.take()).to.equal(model.shift());
        expect(heap.take()).to.equal(undefined);
      }),
    );
  });
});
