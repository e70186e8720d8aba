import { defaultEndpointResolver } from "@aws-sdk/client-eventbridge/dist-types/endpoint/endpointResolver";
import { clientOf, commandOf } from "./client";

/** Stands in for `@aws-sdk/client-eventbridge`. */
export const EventBridgeClient = clientOf({
  serviceId: "EventBridge",
  signingName: "events",
  protocol: "aws.protocols#awsJson1_1",
  serviceTarget: "AWSEvents",
  endpointProvider: defaultEndpointResolver,
});

export const PutEventsCommand = /* @__PURE__ */ commandOf("PutEvents");
