import { AwsError } from "../../core/errors";
import type { CloudContext, Service } from "../../core/service";
import { officialService, operationsOf } from "../../wire/operation";
import { publicParameters } from "./publicParameters";

interface Parameter {
  readonly name: string;
  readonly type: "String" | "StringList";
  readonly value: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

const types = ["String", "StringList"] as const;

/** From the Systems Manager API reference, for the standard tier. */
const putParameterRules = {
  Name: { length: [1, 1011], pattern: /^[A-Za-z0-9_.\-/]+$/ },
  Value: { length: [1, 4096] },
  Type: { oneOf: [...types, "SecureString"], supported: types },
} as const;

/** Systems Manager's Parameter Store: plain parameters, the newest version of each, and AWS's public ones. */
export function createSsm(context: CloudContext): Service {
  const parameters = new Map<string, Parameter>();
  for (const [name, value] of publicParameters) {
    parameters.set(name, { name, type: "String", value, version: 1, lastModified: context.clock.now() });
  }

  const arnOf = (name: string) => {
    const account = publicParameters.has(name) ? "" : context.accountId;
    return `arn:aws:ssm:${context.region}:${account}:parameter${name.startsWith("/") ? "" : "/"}${name}`;
  };
  /** A parameter may also be asked for by its ARN. */
  const nameIn = (nameOrArn: string) =>
    [...parameters.keys()].find((name) => arnOf(name) === nameOrArn) ?? nameOrArn;

  const operation = operationsOf("ssm", context);
  return officialService("ssm", {
    ...operation(
      "GetParameter",
      // Nothing here is encrypted, so that decrypting changes nothing.
      { supports: ["Name", "WithDecryption"] },
      (input) => [{ action: "ssm:GetParameter", resource: arnOf(nameIn(input.Name)) }],
      (input) => {
        const parameter = parameters.get(nameIn(input.Name));
        if (parameter === undefined) {
          throw new AwsError("ParameterNotFound", `The parameter ${input.Name} does not exist`);
        }
        return {
          Parameter: {
            Name: parameter.name,
            Type: parameter.type,
            Value: parameter.value,
            Version: parameter.version,
            LastModifiedDate: new Date(parameter.lastModified),
            ARN: arnOf(parameter.name),
            DataType: "text",
          },
        };
      },
    ),

    ...operation(
      "PutParameter",
      { supports: ["Name", "Value", "Type", "Overwrite"], rules: putParameterRules },
      (input) => [{ action: "ssm:PutParameter", resource: arnOf(input.Name) }],
      (input) => {
        const old = parameters.get(input.Name);
        if (/^\/?(aws|ssm)/i.test(input.Name)) {
          throw new AwsError(
            "ValidationException",
            `Name: got "${input.Name}"; names that begin with aws or ssm are AWS's`,
          );
        }
        if (old !== undefined && input.Overwrite !== true) {
          throw new AwsError(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
          );
        }
        const type = types.find((known) => known === input.Type) ?? old?.type;
        if (type === undefined) {
          throw new AwsError(
            "ValidationException",
            "Type: got none; expected String or StringList for a new parameter",
          );
        }
        const version = (old?.version ?? 0) + 1;
        parameters.set(input.Name, {
          name: input.Name,
          type,
          value: input.Value,
          version,
          lastModified: context.clock.now(),
        });
        return { Version: version, Tier: "Standard" as const };
      },
    ),
  });
}
