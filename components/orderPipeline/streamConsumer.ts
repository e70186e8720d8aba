import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a function may do that is fed by a table's stream. */
export function readsStreamOf(table: aws.dynamodb.Table): aws.iam.PolicyStatement[] {
  return [
    {
      Effect: "Allow",
      Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
      Resource: table.streamArn,
    },
    // Lists the streams of this one table; Lambda asks for it before it creates the mapping.
    {
      Effect: "Allow",
      Action: "dynamodb:ListStreams",
      Resource: pulumi.interpolate`${table.arn}/stream/*`,
    },
  ];
}

/** How a function follows a table's stream. */
export interface StreamConsumer {
  readonly table: aws.dynamodb.Table;
  readonly functionName: pulumi.Input<string>;
  /** Event patterns of records; one that none of them matches never reaches the function. */
  readonly patterns: readonly object[];
  readonly batchSize: number;
  /** Batches of a shard at one time, 1 to 10, which is 1 by default; the changes of one item stay in order. */
  readonly parallelizationFactor?: number;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeInSeconds: number;
  /** Takes what exceeded its retries, as pointers to the stream's records. */
  readonly failureQueue: aws.sqs.Queue;
}

/** A mapping that never holds the stream up for good: failing records are isolated, and given up in the end. */
export function streamMapping(consumer: StreamConsumer): aws.lambda.EventSourceMappingArgs {
  const { table, functionName, patterns, batchSize, parallelizationFactor, failureQueue } = consumer;
  return {
    eventSourceArn: table.streamArn,
    functionName,
    // From the oldest record that the stream still holds: an order stored before this mapping counts too.
    startingPosition: "TRIM_HORIZON",
    batchSize,
    ...(parallelizationFactor !== undefined && { parallelizationFactor }),
    filterCriteria: { filters: patterns.map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
    functionResponseTypes: ["ReportBatchItemFailures"],
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: consumer.maximumRetryAttempts,
    maximumRecordAgeInSeconds: consumer.maximumRecordAgeInSeconds,
    destinationConfig: { onFailure: { destinationArn: failureQueue.arn } },
  };
}
