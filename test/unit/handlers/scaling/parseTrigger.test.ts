import { expect } from "chai";
import * as fc from "fast-check";
import { parseTrigger } from "../../../../handlers/scaling/parseTrigger";
import { alarmEvent, SOURCES, tickEvent } from "./events";

const refusal = (event: unknown) => {
  const trigger = parseTrigger(event, SOURCES);
  return trigger.kind === "refused" ? trigger.reason : `accepted as ${trigger.kind}`;
};

describe("parseTrigger", () => {
  for (const [what, reasonData] of [
    ["as CloudWatch writes it", alarmEvent("ALARM").detail.state.reasonData],
    ["left out, as in a state that was set by hand", undefined],
    ["JSON, but no object", "7"],
    ["no JSON", "{"],
    ["no text", { recentDatapoints: ["x"] }],
  ] as const) {
    it(`reads the fleet's own alarm with reason data that is ${what}: nothing here reads it`, () => {
      expect(parseTrigger(alarmEvent("ALARM", { reasonData }), SOURCES)).to.deep.equal({
        kind: "alarm",
        state: "ALARM",
        at: Date.parse("2026-06-01T12:00:10Z"),
      });
    });
  }

  it("reads the fleet's own tick", () => {
    expect(parseTrigger(tickEvent(), SOURCES)).to.deep.equal({
      kind: "tick",
      at: Date.parse("2026-06-01T12:01:00Z"),
    });
  });

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ["nothing", undefined, /^the event is malformed: it: got undefined; expected Object/],
    ["a text", "{}", /^the event is malformed/],
    ["an empty object", {}, /source: got undefined; expected/],
    [
      "another alarm",
      { ...alarmEvent("ALARM"), resources: ["arn:aws:cloudwatch:eu-west-1:1:alarm:x"] },
      /^resources: got arn:.*alarm:x; expected arn:.*alarm:web/,
    ],
    ["no alarm", { ...alarmEvent("ALARM"), resources: [] }, /^resources: got none; expected/],
    [
      "another schedule",
      { ...tickEvent(), resources: ["arn:aws:events:eu-west-1:1:rule/other"] },
      /^resources: got .*rule\/other/,
    ],
    [
      "another kind of event",
      { ...tickEvent(), "detail-type": "EC2 Instance State-change Notification" },
      /^detail-type: got "EC2 Instance State-change Notification"; expected/,
    ],
    [
      "an alarm from another source",
      { ...alarmEvent("ALARM"), source: "my.app" },
      /source: got "my.app"; expected "aws.cloudwatch"/,
    ],
    ["an unknown state", alarmEvent("BROKEN"), /detail\.state\.value: got "BROKEN"/],
    [
      "a time that is none",
      { ...alarmEvent("ALARM"), time: "yesterday" },
      /time: got "yesterday"; expected an ISO 8601 time/,
    ],
    // Which JavaScript would take for a year.
    [
      "a number for a time",
      { ...alarmEvent("ALARM"), time: "7" },
      /time: got "7"; expected an ISO 8601 time/,
    ],
    [
      "a day that is none",
      { ...alarmEvent("ALARM"), time: "2026-02-31T24:59:00Z" },
      /time: got "2026-02-31T24:59:00Z"; expected an ISO 8601 time/,
    ],
    [
      "a malformed tick",
      { ...tickEvent(), time: 7 },
      /^the tick is malformed: time: got 7; expected string$/,
    ],
    [
      "many resources, with the first five",
      { ...tickEvent(), resources: ["a", "b", "c", "d", "e", "f"] },
      /^resources: got a, b, c, d, e; expected/,
    ],
    [
      "what is wrong in many places, with the first five",
      { ...tickEvent(), resources: [0, 1, 2, 3, 4, 5] },
      /^the tick is malformed: (resources\.\d: got \d; expected string(; |$)){5}$/,
    ],
    [
      "an alarm without detail",
      { ...alarmEvent("ALARM"), detail: null },
      /detail: got null; expected Object/,
    ],
  ];
  for (const [what, event, reason] of refused) {
    it(`refuses ${what}, with the reason`, () => {
      expect(refusal(event)).to.match(reason);
    });
  }

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.anything(), (event) => {
        expect(parseTrigger(event, SOURCES).kind).to.equal("refused");
      }),
    );
  });
});
