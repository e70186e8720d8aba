import { defaultEndpointResolver } from "@aws-sdk/client-sqs/dist-types/endpoint/endpointResolver";
import { clientOf, commandOf } from "./client";

/** Stands in for `@aws-sdk/client-sqs`, whose client checks MD5s: `orders/deadLetterQueue.ts` does. */
export const SQSClient = clientOf({
  serviceId: "SQS",
  signingName: "sqs",
  protocol: "aws.protocols#awsJson1_0",
  serviceTarget: "AmazonSQS",
  endpointProvider: defaultEndpointResolver,
});

export const SendMessageBatchCommand = /* @__PURE__ */ commandOf("SendMessageBatch");
