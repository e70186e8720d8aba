import { itemSize, type Item } from "./attributeValue";

export const STREAM_VIEW_TYPES = ["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"] as const;

export type StreamViewType = (typeof STREAM_VIEW_TYPES)[number];

/** A record as `GetRecords` gives it, and as a stream's Lambda function receives it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly eventVersion: "1.1";
  readonly eventSource: "aws:dynamodb";
  readonly awsRegion: string;
  /** Whose doing it was, where it was a service's own: what expires by its time to live. */
  readonly userIdentity?: { readonly type: "Service"; readonly principalId: string } | undefined;
  readonly dynamodb: {
    /** Seconds since the epoch, without fraction. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamViewType;
  };
}

/** Sequence numbers have one length, so that they also sort as text. */
export function sequenceNumber(sequence: number): string {
  return `1${String(sequence).padStart(23, "0")}`;
}

/** The position of a sequence number, or nothing when it is not one of this cloud's. */
export function parseSequenceNumber(text: string): number | undefined {
  return /^1\d{23}$/.test(text) ? Number(text.slice(1)) : undefined;
}

/** The keys and images of a record that its stream's view type asks for, and the size of them all. */
export function recordContents(
  viewType: StreamViewType,
  keys: Item,
  oldItem: Item | undefined,
  newItem: Item | undefined,
): Pick<StreamRecord["dynamodb"], "Keys" | "NewImage" | "OldImage" | "SizeBytes"> {
  const newImage = viewType === "NEW_IMAGE" || viewType === "NEW_AND_OLD_IMAGES" ? newItem : undefined;
  const oldImage = viewType === "OLD_IMAGE" || viewType === "NEW_AND_OLD_IMAGES" ? oldItem : undefined;
  const size = (item: Item | undefined) => (item === undefined ? 0 : itemSize(item));
  return {
    Keys: keys,
    ...(newImage !== undefined && { NewImage: newImage }),
    ...(oldImage !== undefined && { OldImage: oldImage }),
    SizeBytes: size(keys) + size(newImage) + size(oldImage),
  };
}
