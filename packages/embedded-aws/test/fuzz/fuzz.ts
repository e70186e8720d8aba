import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { SteppedClock } from "../../src/core/clock";
import { type Random, seededRandom } from "../../src/core/random";
import { authorizationFor, type RawRequest, sendRaw } from "../support/rawRequest";
import { startTestCloud, type TestCloud } from "../../src/testing/testCloud";
import { anyRequest } from "./requests";

export interface FuzzResult {
  readonly requests: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** What should not be: a 5xx other than 501, no answer, a broken connection, an unhandled failure. */
  readonly faults: readonly string[];
  /** The slowest answers, slowest first, in milliseconds. */
  readonly slowest: readonly { readonly ms: number; readonly request: string }[];
  /** `heapUsed` after each round, whose cloud is gone, in bytes; collected garbage aside where `gc` is exposed. */
  readonly heaps: readonly number[];
}

/** Requests to one cloud, which is then closed: what requests have made goes with it. */
const REQUESTS_A_ROUND = 2_000;
/** Long polls and retries wait for the clock, which stands still until an answer takes this long. */
const PATIENCE_MS = 1_000;

/** Sends broken requests one after the other until `seconds` are over or `most` are sent. Repeatable by its seed. */
export async function fuzz(options: {
  readonly seed: number;
  readonly seconds: number;
  readonly most?: number;
  readonly onRound?: (result: FuzzResult) => void;
}): Promise<FuzzResult> {
  const random = seededRandom(options.seed);
  const statuses = new Map<number, number>();
  const faults: string[] = [];
  const heaps: number[] = [];
  let slowest: { ms: number; request: string }[] = [];
  let requests = 0;
  const result = (): FuzzResult => ({ requests, statuses, faults, slowest, heaps });
  const unhandled = (error: unknown) => faults.push(`unhandled: ${String(error)}`);
  process.on("unhandledRejection", unhandled);
  process.on("uncaughtException", unhandled);
  const until = performance.now() + options.seconds * 1000;
  const goesOn = () => performance.now() < until && requests < (options.most ?? Infinity);
  try {
    while (goesOn()) {
      const clock = new SteppedClock();
      // A throttle is an answer of its own, with a status that would look like a fault.
      const cloud = await startTestCloud({ clock, conditions: { runInstancesRate: false } });
      const services = [...cloud.services.values()];
      for (let n = 0; n < REQUESTS_A_ROUND && goesOn(); n++) {
        requests++;
        if (random.next() < 0.01) {
          await sendHalf(cloud, random);
          continue;
        }
        const request = anyRequest(random, services);
        await turn();
        const { ms, status, text } = await answered(cloud, clock, request);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 0 || (status >= 500 && status !== 501))
          faults.push(`${shown(request)} → ${status} ${text.slice(0, 600)}`);
        slowest = [...slowest, { ms, request: shown(request) }].sort((a, b) => b.ms - a.ms).slice(0, 5);
      }
      await cloud.close();
      (globalThis as { gc?: () => void }).gc?.();
      heaps.push(process.memoryUsage().heapUsed);
      options.onRound?.(result());
    }
  } finally {
    process.off("unhandledRejection", unhandled);
    process.off("uncaughtException", unhandled);
  }
  return result();
}

async function answered(
  cloud: TestCloud,
  clock: SteppedClock,
  request: RawRequest,
): Promise<{ readonly ms: number; readonly status: number; readonly text: string }> {
  const start = performance.now();
  const patience = { over: false };
  const timer = setTimeout(() => {
    patience.over = true;
    void clock.advance(30_000);
  }, PATIENCE_MS);
  try {
    const { status, text } = await sendRaw(cloud.endpoint, request);
    return { ms: patience.over ? 0 : performance.now() - start, status, text };
  } catch (error) {
    return { ms: 0, status: 0, text: String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** The head of a request and a part of its body; then the client is gone. */
function sendHalf(cloud: TestCloud, random: Random): Promise<void> {
  const { hostname, port } = new URL(cloud.endpoint);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: ${authorizationFor("sqs")}\r\n` +
          `X-Amz-Target: AmazonSQS.ListQueues\r\nContent-Length: 1000\r\n\r\n${"[".repeat(Math.floor(random.next() * 900))}`,
        () => {
          socket.destroy();
        },
      );
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve();
    });
  });
}

function shown({ service, method = "POST", path = "/", headers = {}, body = "" }: RawRequest): string {
  const bytes = Buffer.from(body);
  const target = headers["x-amz-target"] ?? path.slice(0, 100);
  const coding = headers["content-encoding"] ?? "";
  return `${service} ${method} ${target} ${coding} ${bytes.length} bytes: ${bytes.subarray(0, 400).toString()}`;
}
