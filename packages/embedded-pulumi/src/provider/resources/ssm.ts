import * as v from "valibot";
import { resource } from "../schemas";

const parameter = resource({
  type: "aws:ssm/parameter:Parameter",
  inputs: v.strictObject({
    name: v.string(),
    type: v.picklist(["String", "StringList"]),
    value: v.string(),
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { Version } = await context.call("ssm", "PutParameter", {
      Name: inputs.name,
      Type: inputs.type,
      Value: inputs.value,
    });
    const arn = `arn:aws:ssm:${context.region}:${context.accountId}:parameter/${inputs.name.replace(/^\//, "")}`;
    return { id: inputs.name, outputs: { arn, version: Version } };
  },
});

export const ssm = [parameter];
