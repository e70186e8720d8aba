import fc from "fast-check";

/** Random values of attributes. */

export const N = (value: number | string) => ({ N: String(value) });
export const S = (value: string) => ({ S: value });

/** Numbers from a small range, so that conditions hold about as often as they fail; some written in another way. */
export const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 6 }).map(N) },
  { weight: 1, arbitrary: fc.constantFrom("1.50", "2.0", "1e1", "-0", "0.1").map(N) },
);
/** Some texts make an item cross the size of a write unit. */
export const text = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("", "a", "abc", "é", "😀b").map(S) },
  { weight: 1, arbitrary: fc.constantFrom("x".repeat(900), "ü".repeat(700)).map(S) },
);
const members = { minLength: 1, maxLength: 3 };
export const tags = fc
  .uniqueArray(fc.constantFrom("red", "green", "blue", "a"), members)
  .map((SS) => ({ SS }));
export const numbers = fc.uniqueArray(fc.constantFrom("1", "2", "3", "10"), members).map((NS) => ({ NS }));
export const binary = fc.constantFrom("", "YQ==", "YWJj").map((B) => ({ B }));
const truth = fc.boolean().map((BOOL) => ({ BOOL }));
const nothing = fc.constant({ NULL: true });

const scalar = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 4, arbitrary: text },
  truth,
  nothing,
  binary,
);

/** Documents, some within others; maps are never empty: DynamoDB Local loses their type in stream records. */
export const value: fc.Arbitrary<object> = fc.letrec<{ value: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, depthIdentifier: "value" },
    { weight: 6, arbitrary: scalar },
    { weight: 1, arbitrary: tags },
    { weight: 1, arbitrary: numbers },
    { weight: 1, arbitrary: fc.array(tie("value"), { minLength: 1, maxLength: 3 }).map((L) => ({ L })) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie("value"), tie("value")).map(([a, x]) => ({ M: { a, x } })),
    },
  ),
})).value;

export const list = fc
  .array(fc.oneof({ weight: 3, arbitrary: number }, value), { minLength: 1, maxLength: 5 })
  .map((L) => ({ L }));
export const map = fc
  .record({ x: number, y: nothing, a: value, l: list }, { requiredKeys: ["x", "y"] })
  .map((M) => ({ M }));
