import { wrongType } from "./problem";
import type { TimestampFormat } from "./shape";

/** As the text of an element, a header or a parameter. Seconds keep their thousandths. */
export function timestampText(value: Date, format: TimestampFormat): string {
  switch (format) {
    case "date-time":
      return value.toISOString().replace(".000Z", "Z");
    case "http-date":
      return value.toUTCString();
    case "epoch-seconds":
      return String(value.getTime() / 1000);
  }
}

/** AWS reads any of its formats wherever a time is asked for. */
export function parseTimestamp(value: unknown): Date {
  const seconds = typeof value === "number" ? value : numberIn(value);
  const date =
    seconds === undefined
      ? new Date(typeof value === "string" ? value : NaN)
      : new Date(Math.round(seconds * 1000));
  if (Number.isNaN(date.getTime())) throw wrongType("a timestamp", value);
  return date;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "string" && /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(value)
    ? Number(value)
    : undefined;
}
