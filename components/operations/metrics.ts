import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ConfirmationMetric } from "../../handlers/orders/confirmBatch";
import type { OrderMetric } from "../../handlers/orders/processBatch";
import type { ScalerMetric } from "../../handlers/scaling/handleTrigger";

/** A metric by its full name: what alarms watch and the dashboard draws. */
export interface Metric {
  readonly namespace: pulumi.Input<string>;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The parts of a `LambdaFunction` that are watched. */
export interface WatchedFunction {
  readonly function: aws.lambda.Function;
  readonly metrics: { readonly namespace: string; readonly service: string };
  readonly logGroup: aws.cloudwatch.LogGroup;
}

/** What Lambda reports of a function: "Errors", "Throttles", "Duration", "IteratorAge" … */
export function lambdaMetric(watched: WatchedFunction, name: string): Metric {
  return { namespace: "AWS/Lambda", name, dimensions: { FunctionName: watched.function.name } };
}

/** The metrics that functions count themselves, by the types of the modules that count. */
export type OwnMetric = OrderMetric | ConfirmationMetric | ScalerMetric;

export function ownMetric(watched: WatchedFunction, name: OwnMetric): Metric {
  return { namespace: watched.metrics.namespace, name, dimensions: { service: watched.metrics.service } };
}

/** What API Gateway reports of an HTTP API: "Count", "4xx", "5xx", "Latency" … */
export function apiMetric(api: aws.apigatewayv2.Api, name: string): Metric {
  return { namespace: "AWS/ApiGateway", name, dimensions: { ApiId: api.id } };
}

export function queueMetric(queue: aws.sqs.Queue, name: string): Metric {
  return { namespace: "AWS/SQS", name, dimensions: { QueueName: queue.name } };
}

export function tableMetric(table: aws.dynamodb.Table, name: string): Metric {
  return { namespace: "AWS/DynamoDB", name, dimensions: { TableName: table.name } };
}

export function logGroupMetric(logGroup: aws.cloudwatch.LogGroup, name: string): Metric {
  return { namespace: "AWS/Logs", name, dimensions: { LogGroupName: logGroup.name } };
}
