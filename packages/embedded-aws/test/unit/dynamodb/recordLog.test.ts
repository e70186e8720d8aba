import { expect } from "chai";
import type { ColdStore } from "../../../src/core/coldStore";
import { RecordLog, type StoredRecord } from "../../../src/services/dynamodb/recordLog";
import { newColdFile } from "../../support/coldFile";

const record = (sequence: number, SizeBytes = 10): StoredRecord => ({
  at: sequence * 10,
  sequence,
  record: {
    eventID: `event-${sequence}`,
    eventName: "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "us-east-1",
    dynamodb: {
      ApproximateCreationDateTime: sequence,
      Keys: { id: { S: String(sequence) } },
      NewImage: { id: { S: String(sequence) }, text: { S: "ü".repeat(sequence % 5) } },
      SequenceNumber: String(sequence),
      SizeBytes,
      StreamViewType: "NEW_IMAGE",
    },
  },
});

const COUNT = 2_000;
/** With every second sequence number: streams share one line of them. */
const records = Array.from({ length: COUNT }, (_, index) => record(2 * index + 1));

function filled(store?: ColdStore): RecordLog {
  const log = new RecordLog(store);
  for (const one of records) log.append(one);
  return log;
}

describe("a stream's records", () => {
  const file = newColdFile();
  after(() => file.close());

  it("are read from any place on, packed or not", () => {
    const log = filled(file.store);
    expect(file.size()).to.be.greaterThan(0);
    expect([...log.from(0)]).to.deep.equal(records);
    for (const from of [1, 2, 511, 512, 513, 1_023, 1_024, 2_500, 3_998, 3_999, 4_000])
      expect([...log.from(from)], String(from)).to.deep.equal(
        records.filter(({ sequence }) => sequence >= from),
      );
  });

  it("go when they are trimmed, to the record", () => {
    const log = filled(file.store);
    expect(log.trim(0)).to.equal(undefined);
    for (const last of [1, 101, 511, 513, 1_501, 3_501, 3_999]) {
      const left = records.filter(({ sequence }) => sequence > last);
      expect(log.trim(last * 10), String(last)).to.equal(last);
      expect(log.trim(last * 10), "again").to.equal(undefined);
      expect(log.first()).to.deep.equal(left[0]);
      expect([...log.from(0)]).to.deep.equal(left);
    }
    log.append(record(5_001));
    expect(log.first()?.sequence).to.equal(5_001);
  });

  it("give their places in the file back when they are trimmed", () => {
    const own = newColdFile();
    const log = new RecordLog(own.store);
    const sizes = [0, 1, 2, 3].map((round) => {
      for (const one of records) log.append({ ...one, sequence: one.sequence + round * 2 * COUNT });
      log.trim(Infinity);
      return own.size();
    });
    expect(sizes[0]).to.be.greaterThan(0);
    expect(sizes[3]).to.be.lessThan(2 * (sizes[0] ?? 0));
    own.close();
  });

  it("are packed early when they are large", () => {
    const log = new RecordLog();
    const large = Array.from({ length: 40 }, (_, index) => record(index + 1, 400_000));
    for (const one of large) log.append(one);
    expect([...log.from(7)]).to.deep.equal(large.slice(6));
  });
});
