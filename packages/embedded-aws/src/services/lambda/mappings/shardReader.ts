import type { ShardIteratorType } from "@aws-sdk/client-dynamodb-streams";
import { AwsError } from "../../../core/errors";
import type { CloudContext } from "../../../core/service";
import type { Principal } from "../../../core/iam/principal";
import { sequenceNumberOf, streamRecord, type StreamRecord } from "./streamRecord";

const MAX_RECORDS_PER_CALL = 1000;

/** Reads one shard from a starting position on, as the function's role, and keeps its place. */
export class ShardReader {
  #iterator: string | undefined;
  #lastSequenceNumber: string | undefined;
  #ended = false;

  constructor(
    private readonly context: CloudContext,
    private readonly role: Principal,
    private readonly streamArn: string,
    readonly shardId: string,
  ) {}

  /** Whether the shard is closed and read to its end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Goes to where the reading shall begin, or behind the record up to which everything has been read before. */
  async seek(position: "TRIM_HORIZON" | "LATEST", checkpoint: string | undefined): Promise<void> {
    this.#lastSequenceNumber = checkpoint;
    await this.#getIterator(
      checkpoint === undefined
        ? { ShardIteratorType: position }
        : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: checkpoint },
    );
  }

  /** The next records; none when there are none yet. */
  async read(): Promise<readonly StreamRecord[]> {
    if (this.#ended) return [];
    try {
      return await this.#getRecords();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { code } = error;
      if (code !== "ExpiredIteratorException" && code !== "TrimmedDataAccessException") throw error;
      // Time has jumped past the iterator's 15 minutes, or past what the stream keeps.
      await this.#getIterator(
        this.#lastSequenceNumber === undefined || code === "TrimmedDataAccessException"
          ? { ShardIteratorType: "TRIM_HORIZON" }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: this.#lastSequenceNumber },
      );
      return await this.#getRecords();
    }
  }

  async #getRecords(): Promise<readonly StreamRecord[]> {
    const { Records = [], NextShardIterator } = await this.context.call(
      "dynamodb",
      "GetRecords",
      { ShardIterator: this.#iterator, Limit: MAX_RECORDS_PER_CALL },
      this.role,
    );
    this.#iterator = NextShardIterator;
    this.#ended = NextShardIterator === undefined;
    const records = Records.map(streamRecord);
    const last = records.at(-1);
    if (last !== undefined) this.#lastSequenceNumber = sequenceNumberOf(last);
    return records;
  }

  async #getIterator(position: {
    ShardIteratorType: ShardIteratorType;
    SequenceNumber?: string;
  }): Promise<void> {
    const input = { StreamArn: this.streamArn, ShardId: this.shardId, ...position };
    const { ShardIterator } = await this.context.call("dynamodb", "GetShardIterator", input, this.role);
    this.#iterator = ShardIterator;
  }
}
