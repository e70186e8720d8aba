import { parseJson } from "../core/parseJson";
import type { Random } from "../core/random";
import { bareRecord } from "../core/record";
import { unorderedLists } from "./unorderedLists";

/** Puts the lists of an answer that AWS promises no order for into another one; what is given stays as it is. */
export type Shuffle = <Answer extends object>(
  service: string,
  operation: string,
  input: unknown,
  answer: Answer,
) => Answer;

/** @param isOn whether lists are shuffled just now; by default always */
export function shuffler(random: Random, isOn: () => boolean = () => true): Shuffle {
  const paths = new Map<string, readonly (readonly string[])[]>();
  return (service, operation, input, answer) => {
    if (!isOn()) return answer;
    const key = `${service}:${operation}`;
    let found = paths.get(key);
    if (found === undefined) {
      found = unorderedLists(service, operation).map((path) => path.split(/[.]|(?=:)/));
      paths.set(key, found);
    }
    if (found.length === 0 || isOfFifoQueue(input)) return answer;
    return found.reduce<unknown>((changed, path) => atPath(changed, path, random), answer) as typeof answer;
  };
}

/** The messages of a FIFO queue have an order. */
function isOfFifoQueue(input: unknown): boolean {
  const { QueueUrl } = (input ?? {}) as { readonly QueueUrl?: unknown };
  return typeof QueueUrl === "string" && QueueUrl.endsWith(".fifo");
}

function atPath(value: unknown, path: readonly string[], random: Random): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return Array.isArray(value) ? shuffled(value, random) : value;
  if (step === ":Statement") return typeof value === "string" ? shuffledPolicy(value, random) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => atPath(item, path, random));
  if (typeof value !== "object" || value === null) return value;
  const wanted =
    step === "*" || step === "[]" ? Object.keys(value) : Object.hasOwn(value, step) ? [step] : [];
  if (wanted.length === 0) return value;
  const copy = bareRecord<unknown>();
  for (const [name, member] of Object.entries(value)) {
    copy[name] = wanted.includes(name) ? atPath(member, rest, random) : member;
  }
  return copy;
}

/** Fisher and Yates. */
function shuffled(list: readonly unknown[], random: Random): unknown[] {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}

function shuffledPolicy(text: string, random: Random): string {
  try {
    const policy = parseJson(text) as { readonly Statement?: unknown };
    if (!Array.isArray(policy.Statement)) return text;
    return JSON.stringify({ ...policy, Statement: shuffled(policy.Statement, random) });
  } catch {
    // Not a policy, or none that is kept as JSON.
    return text;
  }
}
