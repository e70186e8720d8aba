import { defaultEndpointResolver } from "@aws-sdk/client-sesv2/dist-types/endpoint/endpointResolver";
import { clientOf, commandOf } from "./client";

/** Stands in for `@aws-sdk/client-sesv2`. */
export const SESv2Client = clientOf({
  serviceId: "SESv2",
  signingName: "ses",
  protocol: "aws.protocols#restJson1",
  endpointProvider: defaultEndpointResolver,
});

export const SendEmailCommand = /* @__PURE__ */ commandOf("SendEmail", [
  "POST",
  "/v2/email/outbound-emails",
  200,
]);

export const SendBulkEmailCommand = /* @__PURE__ */ commandOf("SendBulkEmail", [
  "POST",
  "/v2/email/outbound-bulk-emails",
  200,
]);
