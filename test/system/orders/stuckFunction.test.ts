import { expect } from "chai";
import type { CloudEvent } from "embedded-aws";
import { CannotGoOn, unlessStuck } from "../../../tools/demonstration/stuckFunction";
import {
  CONSUME,
  createFunction,
  createQueue,
  createRole,
  sendMessages,
  startLambdaCloud,
} from "../../../packages/embedded-aws/test/endpoint/lambda/support";
import type { TestCloud } from "embedded-aws/testing";

describe("a demonstration on a function that cannot work", () => {
  let cloud: TestCloud;

  beforeEach(async () => {
    cloud = await startLambdaCloud();
  });
  afterEach(() => cloud.close());

  const sources: readonly [string, string, string][] = [
    ["throws while it loads", "throw new RangeError('no table');", "RangeError: no table, at index.js:1"],
    ["throws each time", "\nexports.handler = async () => { throw {}; };", "object: {}"],
    ["never ends", "exports.handler = async () => { for (;;); };", "Task timed out after 1.00 seconds"],
    ["exits", "exports.handler = async () => process.exit(1);", "Runtime exited with error: exit status 1"],
    ["has no handler", "", "Runtime.HandlerNotFound: index.handler is undefined or not exported"],
    [
      "does not compile",
      "exports.handler = ;",
      "Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token ';', at index.js:1",
    ],
  ];
  for (const [what, source, reason] of sources) {
    it(`ends with its reason when the function ${what}`, async () => {
      const queue = await createQueue(cloud, "orders", { VisibilityTimeout: "600" });
      const Role = await createRole(cloud, "consumer", [CONSUME]);
      await createFunction(cloud, "process", source, { Role, Timeout: 1 });
      await cloud.call("lambda", "CreateEventSourceMapping", {
        FunctionName: "process",
        EventSourceArn: queue.arn,
      });
      const expectation = {
        functionNames: ["process"],
        progress: new Set<CloudEvent["type"]>(["message-deleted", "message-sent"]),
        achievement: "message-deleted" as const,
        patienceMs: 300,
      };
      const { signal } = new AbortController();
      const ended: unknown = await unlessStuck(cloud.context, expectation, signal, async (given) => {
        await sendMessages(cloud, queue, ["one", "two"]);
        return await new Promise<never>((_resolve, reject) => {
          given.addEventListener("abort", () => reject(new Error("aborted")));
        });
      }).catch((error: unknown) => error);
      expect(ended).to.be.instanceOf(CannotGoOn);
      expect(ended)
        .to.have.property("message")
        .that.matches(/^process failed.*, and nothing else happens: /)
        .and.satisfies((message: string) => message.endsWith(reason));
    });
  }
});
