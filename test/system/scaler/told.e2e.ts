import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { SteppedClock } from "embedded-aws";
import { startTestCloud } from "embedded-aws/testing";
import { deploy, displayMap } from "embedded-pulumi";
import scalerAction from "../../../docs/events/scaler-action.v1.json";
import { readScalerSettings } from "../../../tools/demonstration/scalerSettings";

const MINUTE = 60_000;
const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(scalerAction);

describe("what the deployed scaler does is told", function () {
  this.timeout(90_000);

  for (const [capacity, verbs] of [
    ["instances", ["launch", "terminate"]],
    ["autoScalingGroup", ["resize", "resize"]],
  ] as const) {
    it(`on the event bus and to the mail topic, by ${capacity}`, async () => {
      const clock = new SteppedClock();
      const cloud = await startTestCloud({ clock });
      try {
        const { programEnded } = await deploy(cloud, {
          directory: ".",
          stack: "dev",
          config: {
            "event-driven-aws:scalerCapacity": capacity,
            "event-driven-aws:scalerNotifications": "fleet@example.com",
          },
          cacheDirectory: path.resolve(".local/cache"),
          assetDirectory: ".",
        });
        const outputs = displayMap((await programEnded).outputs);
        const settings = await readScalerSettings(cloud.context, outputs.scaleFleetFunctionName as string);

        const queue = async (name: string, service: string) => {
          const { QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", { QueueName: name });
          const arn = `arn:aws:sqs:${cloud.context.region}:${cloud.context.accountId}:${name}`;
          const statement = {
            Effect: "Allow",
            Principal: { Service: service },
            Action: "sqs:SendMessage",
            Resource: arn,
          };
          const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
          await cloud.call("sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
          return { QueueUrl, arn };
        };
        const heard = await queue("heard", "events.amazonaws.com");
        const mailed = await queue("mailed", "sns.amazonaws.com");
        const EventPattern = JSON.stringify({ source: ["event-driven-aws.scaler"] });
        await cloud.call("events", "PutRule", { Name: "actions", EventPattern });
        await cloud.call("events", "PutTargets", {
          Rule: "actions",
          Targets: [{ Id: "queue", Arn: heard.arn }],
        });
        const { Topics = [] } = await cloud.call("sns", "ListTopics", {});
        const TopicArn = Topics.flatMap((topic) => topic.TopicArn ?? []).find((arn) =>
          arn.includes("actions"),
        );
        const subscription = { TopicArn, Protocol: "sqs", Endpoint: mailed.arn };
        await cloud.call("sns", "Subscribe", { ...subscription, TopicArn: TopicArn ?? "" });

        const read = async ({ QueueUrl }: { readonly QueueUrl: string }): Promise<unknown[]> => {
          const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
            QueueUrl,
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 43_200,
          });
          return Messages.map(({ Body = "" }) => JSON.parse(Body) as unknown);
        };
        const load = cloud.createLoad({ fleetTags: { [settings.tag.key]: settings.tag.value } });
        const events: { readonly detail: Readonly<Record<string, unknown>> }[] = [];
        const mails: { readonly Subject: string; readonly Message: string }[] = [];
        for (const [verb, demand] of [
          [verbs[0], 1.5],
          [verbs[1], 0.1],
        ] as const) {
          load.setDemand(demand);
          const known = events.length;
          for (let minute = 0; minute < 25; minute++) {
            await clock.advance(MINUTE);
            events.push(...((await read(heard)) as typeof events));
            mails.push(...((await read(mailed)) as typeof mails));
            // The first launch of all is that of the minimum.
            const hasMoved = load.live().length > 1 === demand > 1;
            if (hasMoved && events.slice(known).some(({ detail }) => detail.action === verb)) break;
          }
          const told = events.slice(known).find(({ detail }) => detail.action === verb)?.detail;
          expect(told, verb).to.include({ version: 1, fleet: settings.tag.value });
          const mail = mails.find(({ Message }) => Message.includes(told?.reason as string));
          expect(mail?.Subject).to.match(new RegExp(`: ${verb}`));
        }
        for (const { detail } of events)
          expect(validate(detail), JSON.stringify([detail, validate.errors])).to.equal(true);
        load.close();
      } finally {
        await cloud.close();
      }
    });
  }
});
