import * as v from "valibot";
import type { CreateContext } from "../resourceType";
import { resource, tagList, tags } from "../schemas";

function identityArn(context: CreateContext, identity: string): string {
  return `arn:aws:ses:${context.region}:${context.accountId}:identity/${identity}`;
}

function createIdentity(
  {
    emailIdentity,
    tags,
  }: { readonly emailIdentity: string; readonly tags: Readonly<Record<string, string>> },
  context: CreateContext,
) {
  return context.call("ses", "CreateEmailIdentity", {
    EmailIdentity: emailIdentity,
    Tags: Object.keys(tags).length === 0 ? undefined : tagList(tags),
  });
}

async function deleteIdentity(EmailIdentity: string, context: CreateContext): Promise<void> {
  await context.call("ses", "DeleteEmailIdentity", { EmailIdentity });
}

const identityV2 = resource({
  type: "aws:sesv2/emailIdentity:EmailIdentity",
  inputs: v.strictObject({ emailIdentity: v.string(), tags }),
  async create(inputs, context) {
    const created = await createIdentity(inputs, context);
    return {
      id: inputs.emailIdentity,
      outputs: {
        arn: identityArn(context, inputs.emailIdentity),
        identityType: created.IdentityType,
        verifiedForSendingStatus: created.VerifiedForSendingStatus,
      },
    };
  },
  async update({ id, inputs }, context) {
    // The embedded SES has no other way to tags; nothing else hangs on an identity there.
    await deleteIdentity(id, context);
    await createIdentity(inputs, context);
    return undefined;
  },
  delete: (_inputs, id, context) => deleteIdentity(id, context),
});

const identityV1 = resource({
  type: "aws:ses/emailIdentity:EmailIdentity",
  inputs: v.strictObject({ email: v.string() }),
  async create(inputs, context) {
    await context.call("ses", "CreateEmailIdentity", { EmailIdentity: inputs.email });
    return { id: inputs.email, outputs: { arn: identityArn(context, inputs.email) } };
  },
  delete: (_inputs, id, context) => deleteIdentity(id, context),
});

export const ses = [identityV2, identityV1];
