import { expect } from "chai";
import { type CloudEvent, EventStream } from "embedded-aws";
import { MOST_TOLD, tellTrouble } from "../../src/cli/tellTrouble";

const role: Extract<CloudEvent, { type: "request" }>["caller"] = {
  kind: "role",
  accountId: "000000000000",
  roleName: "orders-process-role",
  sessionName: "orders-process",
};
const request = { type: "request", service: "dynamodb", operation: "PutItem", requestId: "r" } as const;

function told(publish: (events: EventStream) => void): string[] {
  const events = new EventStream(() => 0);
  const lines: string[] = [];
  const end = tellTrouble(events, {
    print: (line = "") => lines.push(line),
  });
  publish(events);
  end();
  publish(events);
  return lines;
}

describe("trouble while the local cloud runs", () => {
  it("is told once a kind, and not after the end", () => {
    const denied = {
      ...request,
      caller: role,
      errorCode: "AccessDeniedException",
      errorMessage: "may not write",
    };
    const lines = told((events) => {
      events.publish(denied);
      events.publish({ ...denied, requestId: "another" });
      events.publish({
        type: "invocation-ended",
        functionName: "orders-process",
        requestId: "r",
        durationMs: 3000,
        outcome: "timed-out",
        errorMessage: "Task timed out after 3.00 seconds",
      });
    });
    expect(lines).to.deep.equal([
      "  ! may not write",
      "  ! orders-process timed-out: Task timed out after 3.00 seconds",
    ]);
  });

  it("names a function's error and its place in one line, and the same error once", () => {
    const ended = { type: "invocation-ended", functionName: "f", durationMs: 1 } as const;
    const lines = told((events) => {
      for (const requestId of ["r1", "r2"]) {
        const [from, outcome] = [`RequestId: ${requestId} Error: `, "timed-out"] as const;
        const errorType = "Sandbox.Timedout";
        events.publish({ ...ended, requestId, outcome, errorType, errorMessage: `${from}Task timed out` });
      }
      const failed = { ...ended, requestId: "r", outcome: "failed" } as const;
      events.publish({
        ...failed,
        errorType: "TypeError",
        errorMessage: "bad\nmore",
        place: "handlers/a.ts:3",
      });
      events.publish({ ...failed, errorType: "object", errorMessage: "{}" });
      events.publish({ ...failed, errorType: "Error", errorMessage: "x".repeat(1000) });
    });
    expect(lines).to.deep.equal([
      "  ! f timed-out: Task timed out",
      "  ! f failed: TypeError: bad, at handlers/a.ts:3",
      "  ! f failed: object: {}",
      `  ! f failed: Error: ${"x".repeat(300)}…`,
    ]);
  });

  it("is told fifty times, however often something new goes wrong", () => {
    const lines = told((events) => {
      for (let index = 0; index < 300_000; index++)
        events.publish({
          ...request,
          caller: role,
          errorCode: "AccessDeniedException",
          errorMessage: `may not write ${index}`,
        });
    });
    expect(lines).to.have.length(MOST_TOLD + 1);
    expect(lines.at(-2)).to.equal("  ! may not write 49");
    expect(lines.at(-1)).to.equal("  ! 50 kinds of trouble were told; more stand in the functions' logs");
  });

  it("is nothing that functions live with, nor what the person at the laptop tries", () => {
    const lines = told((events) => {
      events.publish({ ...request, caller: role });
      events.publish({ ...request, caller: role, errorCode: "ConditionalCheckFailedException" });
      events.publish({
        ...request,
        caller: { kind: "administrator", accountId: "000000000000" },
        errorCode: "AccessDeniedException",
      });
    });
    expect(lines).to.deep.equal([]);
  });
});
