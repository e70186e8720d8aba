/**
 * DynamoDB's numbers: exact decimals of 38 significant digits, from 1E-130 to just below 1E+126 ("Data types",
 * developer guide). As text they are written in one way only, without exponent and without needless zeros, so
 * that equal numbers are equal texts.
 */
interface Decimal {
  /** Without zeros at its end, but for 0 itself. */
  readonly coefficient: bigint;
  /** The value is coefficient × 10^exponent. */
  readonly exponent: number;
}

const MAX_DIGITS = 38;
const MAX_MAGNITUDE = 125;
const MIN_MAGNITUDE = -130;

const NUMBER = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?$/;
/** What is written as it is kept, and is small enough for JavaScript's own numbers to be exact. */
const PLAIN = /^(?:0|-?[1-9][0-9]{0,14})$/;

/** Longer texts would be mostly zeros; reading them would cost more than they are worth. */
const MAX_TEXT = 1_000;

export type ParsedNumber =
  | { readonly outcome: "number"; readonly text: string }
  | { readonly outcome: "refused"; readonly reason: string };

/** A number as a request writes it, in the one way that it is kept in. */
export function parseNumber(text: string): ParsedNumber {
  if (PLAIN.test(text)) return { outcome: "number", text };
  if (text === "") return refused("The parameter cannot be converted to a numeric value");
  const decimal = decimalOf(text);
  if (decimal === undefined) {
    return refused(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  const reason = whyOutOfRange(decimal);
  return reason === undefined ? { outcome: "number", text: textOf(decimal) } : refused(reason);
}

/** The sum or difference of two kept numbers, or why it cannot be kept. */
export function addNumbers(a: string, sign: 1 | -1, b: string): ParsedNumber {
  if (PLAIN.test(a) && PLAIN.test(b)) {
    return { outcome: "number", text: String(Number(a) + sign * Number(b)) };
  }
  const [left, right] = [kept(a), kept(b)];
  const exponent = Math.min(left.exponent, right.exponent);
  const coefficient = scaled(left, exponent) + BigInt(sign) * scaled(right, exponent);
  const result = normal(coefficient, exponent);
  const reason = whyOutOfRange(result);
  return reason === undefined ? { outcome: "number", text: textOf(result) } : refused(reason);
}

/** Below, at or above 0 as the first of two kept numbers is less, equal or greater. */
export function compareNumbers(a: string, b: string): number {
  if (a === b) return 0;
  if (PLAIN.test(a) && PLAIN.test(b)) return Number(a) - Number(b);
  const [left, right] = [kept(a), kept(b)];
  const exponent = Math.min(left.exponent, right.exponent);
  return scaled(left, exponent) < scaled(right, exponent) ? -1 : 1;
}

/** A text whose order among its like is the order of the numbers; ASCII digits and letters. */
export function sortableNumber(text: string): string {
  const { coefficient, exponent } = kept(text);
  if (coefficient === 0n) return "1";
  const negative = coefficient < 0n;
  const digits = (negative ? -coefficient : coefficient).toString();
  const magnitude = exponent + digits.length - 1;
  const rank = negative ? MAX_MAGNITUDE - magnitude : magnitude - MIN_MAGNITUDE;
  const head = (negative ? "0" : "1") + rank.toString(16).padStart(2, "0");
  // Of negative numbers, the longer digits come first: their complements, and an end that is above all digits.
  return negative ? `${head}${digits.replace(/./g, (digit) => String(9 - Number(digit)))}a` : head + digits;
}

function refused(reason: string): ParsedNumber {
  return { outcome: "refused", reason };
}

function decimalOf(text: string): Decimal | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const coefficient = BigInt(whole + fraction);
  return normal(sign === "-" ? -coefficient : coefficient, Number(exponent) - fraction.length);
}

function kept(text: string): Decimal {
  const decimal = decimalOf(text);
  if (decimal === undefined) throw new Error(`not a number: ${text}`);
  return decimal;
}

function normal(coefficient: bigint, exponent: number): Decimal {
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  const zeros = /0*$/.exec(coefficient.toString())?.[0].length ?? 0;
  return { coefficient: coefficient / 10n ** BigInt(zeros), exponent: exponent + zeros };
}

function scaled({ coefficient, exponent }: Decimal, to: number): bigint {
  return coefficient * 10n ** BigInt(exponent - to);
}

function whyOutOfRange({ coefficient, exponent }: Decimal): string | undefined {
  if (coefficient === 0n) return undefined;
  const digits = coefficient.toString().replace("-", "").length;
  const magnitude = exponent + digits - 1;
  if (magnitude > MAX_MAGNITUDE) {
    return "Number overflow. Attempting to store a number with magnitude larger than supported range";
  }
  if (magnitude < MIN_MAGNITUDE) {
    return "Number underflow. Attempting to store a number with magnitude smaller than supported range";
  }
  return digits > MAX_DIGITS ? "Attempting to store more than 38 significant digits in a Number" : undefined;
}

function textOf({ coefficient, exponent }: Decimal): string {
  const sign = coefficient < 0n ? "-" : "";
  const digits = coefficient.toString().replace("-", "");
  if (exponent >= 0) return sign + digits + "0".repeat(exponent);
  const point = digits.length + exponent;
  return point > 0
    ? `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
    : `${sign}0.${"0".repeat(-point)}${digits}`;
}
