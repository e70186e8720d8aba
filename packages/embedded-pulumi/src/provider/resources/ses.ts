import * as v from "valibot";
import type { CreateContext } from "../resourceType";
import { resource, tagList, tags } from "../schemas";

function identityArn(context: CreateContext, identity: string): string {
  return `arn:aws:ses:${context.region}:${context.accountId}:identity/${identity}`;
}

const identityV2 = resource({
  type: "aws:sesv2/emailIdentity:EmailIdentity",
  inputs: v.strictObject({ emailIdentity: v.string(), tags }),
  async create(inputs, context) {
    const created = await context.call("ses", "CreateEmailIdentity", {
      EmailIdentity: inputs.emailIdentity,
      Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
    });
    return {
      id: inputs.emailIdentity,
      outputs: {
        arn: identityArn(context, inputs.emailIdentity),
        identityType: created.IdentityType,
        verifiedForSendingStatus: created.VerifiedForSendingStatus,
      },
    };
  },
});

const identityV1 = resource({
  type: "aws:ses/emailIdentity:EmailIdentity",
  inputs: v.strictObject({ email: v.string() }),
  async create(inputs, context) {
    await context.call("ses", "CreateEmailIdentity", { EmailIdentity: inputs.email });
    return { id: inputs.email, outputs: { arn: identityArn(context, inputs.email) } };
  },
});

export const ses = [identityV2, identityV1];
