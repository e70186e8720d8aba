import type { ShardIteratorType } from "@aws-sdk/client-dynamodb-streams";
import { AwsError } from "../../../core/errors";
import type { CloudContext } from "../../../core/service";
import type { Principal } from "../../../core/iam/principal";
import { sequenceNumberOf, streamRecord, type StreamRecord } from "./streamRecord";

const MAX_RECORDS_PER_CALL = 1000;
/** Lambda reads a shard four times a second (developer guide, "Polling and batching streams"). */
const READ_INTERVAL_MS = 250;
const TRIMMED = "TrimmedDataAccessException";

type Position = "TRIM_HORIZON" | "LATEST";

/** Reads one shard from a starting position on, as the function's role, and keeps its place. */
export class ShardReader {
  #iterator: string | undefined;
  #lastSequenceNumber: string | undefined;
  #ended = false;
  #nextReadAt = -Infinity;

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
  async seek(position: Position, checkpoint: string | undefined): Promise<void> {
    this.#lastSequenceNumber = checkpoint;
    await this.#goOn(position);
  }

  /** How long until it is to be read again, in milliseconds; 0 while the clock stands still, and would have it wait for ever. */
  get waitMs(): number {
    const { clock } = this.context;
    return clock.rate() === 0 ? 0 : Math.max(0, this.#nextReadAt - clock.now());
  }

  /** The next records; none when there are none yet. */
  async read(): Promise<readonly StreamRecord[]> {
    this.#nextReadAt = this.context.clock.now() + READ_INTERVAL_MS;
    if (this.#ended) return [];
    try {
      return await this.#getRecords();
    } catch (error) {
      // Time has jumped past the iterator's 15 minutes, or past what the stream keeps.
      if (!isOf(error, "ExpiredIteratorException") && !isOf(error, TRIMMED)) throw error;
      await this.#goOn("TRIM_HORIZON");
      return await this.#getRecords();
    }
  }

  /**
   * Goes behind the last record that was read, or to `position` when none was; to the oldest record that is left when the
   * stream has forgotten what lies behind it.
   */
  async #goOn(position: Position): Promise<void> {
    const last = this.#lastSequenceNumber;
    if (last === undefined) {
      await this.#getIterator({ ShardIteratorType: position });
      return;
    }
    try {
      await this.#getIterator({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: last });
    } catch (error) {
      if (!isOf(error, TRIMMED)) throw error;
      await this.#getIterator({ ShardIteratorType: "TRIM_HORIZON" });
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

function isOf(error: unknown, code: string): boolean {
  return error instanceof AwsError && error.code === code;
}
