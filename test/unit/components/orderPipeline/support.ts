import { expect } from "chai";
import { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";
import type { OrderPipelineArgs } from "../../../../components/orderPipeline/arguments";
import { promiseOf, recordResources, type Recorder } from "../../support/recordResources";

export const FUNCTION = "aws:lambda/function:Function";
export const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
export const TABLE = "aws:dynamodb/table:Table";
export const QUEUE = "aws:sqs/queue:Queue";
export const ROLE = "aws:iam/role:Role";
export const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity";

export const arn = (name: string) => `arn:aws:test:us-east-1:123456789012:${name}`;
export const url = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

export function statementsOf(recorder: Recorder, policy: string): Statement[] {
  const document = JSON.parse(recorder.find(ROLE_POLICY, policy).inputs.policy as string) as {
    Version: string;
    Statement: Statement[];
  };
  expect(document.Version).to.equal("2012-10-17");
  return document.Statement;
}

export const ownTelemetry = (logGroup: string): Statement[] => [
  { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: `${arn(logGroup)}:*` },
  { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
];

export async function deploy(args: OrderPipelineArgs, mode: "update" | "preview" = "update") {
  const recorder = recordResources(mode);
  const pipeline = new OrderPipeline("orders", args);
  // The function's package is computed after its constructor returns; the mapping waits for the function.
  if (mode === "update") {
    await promiseOf(pipeline.nodes.processOrdersMapping.id);
    const { confirmations, announcements } = pipeline.nodes;
    for (const part of [confirmations, announcements])
      if (part !== undefined) await promiseOf(part.mapping.id);
  }
  await recorder.settled();
  return { recorder, pipeline };
}
