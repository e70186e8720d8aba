import fc from "fast-check";
import type { Member, Shape, Structure } from "../../../src/wire/shape";
import { anyCharacter } from "../../support/anyCharacter";

/** What XML cannot carry: XML 1.0, "Char". A parser turns carriage returns into line feeds unless they are escaped. */
const notXml = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const text = fc
  .oneof(
    fc.string({ unit: anyCharacter, maxLength: 12 }),
    fc.constantFrom("", " a ", "<a href='x'>&amp;\"</a>", "a\r\nb", "true", "1", "NaN", "__proto__", "ü😀"),
  )
  // The SDK reads what is only space with a line feed in it, as between elements, as nothing.
  .map((value) => (/^\s*\n\s*$/.test(value) ? "x" : value.replace(notXml, "x")));
/** What may stand in a header or a path as it is. */
const token = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/).filter((value) => !/^\.+$/.test(value));
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
);
const instant = fc.integer({ min: 0, max: 4_102_444_800_000 }).map((ms) => new Date(ms));

/** Values of a shape, as an operation would give or a client would send them. */
export function valueOf(shape: Shape, depth = 0): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "string":
      return text;
    case "bigDecimal":
      return number.map(String);
    case "boolean":
      return fc.boolean();
    case "number":
      return number;
    case "bigInteger":
      return fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n });
    case "blob":
      return fc.uint8Array({ maxLength: 20 });
    case "timestamp":
      return shape.format === "http-date"
        ? instant.map((at) => new Date(at.getTime() - (at.getTime() % 1000)))
        : instant;
    case "document":
      return fc.constantFrom("text", 1, true, { a: ["b"] });
    case "unit":
      return fc.constant({});
    case "list":
      return depth > 3 ? fc.constant([]) : fc.array(valueOf(shape.item.shape, depth + 1), { maxLength: 3 });
    case "map":
      return depth > 3
        ? fc.constant({})
        : fc
            .dictionary(
              text.filter((key) => key !== "" && key !== "__proto__"),
              valueOf(shape.value.shape, depth + 1),
              { maxKeys: 3 },
            )
            .map((map) => ({ ...map }));
    case "structure":
      return structureOf(shape, depth);
  }
}

function structureOf(shape: Structure, depth: number): fc.Arbitrary<unknown> {
  // It would turn the client to another host, and to another way of signing.
  const members = shape.members.filter(({ name }) => name !== "EndpointId");
  if (shape.union) {
    const leaves = members.filter(({ shape: inner }) => !["list", "map", "structure"].includes(inner.kind));
    const choices = depth > 2 && leaves.length > 0 ? leaves : members;
    return fc
      .constantFrom(...choices)
      .chain((member) => memberOf(member, depth).map((value) => ({ [member.name]: value })));
  }
  const needed = members.filter(isNeeded);
  // Forms cannot write a structure without members, which may be required all the same.
  const filled = depth > 0 && needed.length === 0 ? members.slice(0, 1) : needed;
  const wanted = depth < 3 ? members : filled;
  const arbitraries = Object.fromEntries(wanted.map((member) => [member.name, memberOf(member, depth)]));
  const requiredKeys = filled.map((member) => member.name);
  return fc.record(arbitraries, { requiredKeys, noNullPrototype: true });
}

/** A client fills in tokens that are left out, and takes no body for an empty payload. */
function isNeeded({ required, traits }: Member): boolean {
  return (
    required ||
    traits.idempotencyToken !== undefined ||
    traits.httpResponseCode !== undefined ||
    traits.httpPayload !== undefined
  );
}

function memberOf({ shape, traits }: Member, depth: number): fc.Arbitrary<unknown> {
  if (traits.httpResponseCode !== undefined) return fc.integer({ min: 200, max: 203 });
  if (traits.httpPayload !== undefined && shape.kind === "blob")
    return fc.uint8Array({ minLength: 1, maxLength: 20 });
  const bound = traits.httpHeader ?? traits.httpLabel ?? traits.httpQuery ?? traits.httpPrefixHeaders;
  if (bound === undefined) return valueOf(shape, depth + 1);
  if (shape.kind === "string") return token;
  return shape.kind === "list" && shape.item.shape.kind === "string"
    ? fc.array(token, { minLength: 1, maxLength: 3 })
    : valueOf(shape, depth + 1);
}
