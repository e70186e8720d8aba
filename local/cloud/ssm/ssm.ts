import * as v from "valibot";
import { AwsError } from "../core/errors";
import { operation, type CloudContext, type Service } from "../core/service";
import { publicParameters } from "./publicParameters";

interface Parameter {
  readonly name: string;
  readonly type: "String" | "StringList";
  readonly value: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

/** From the Systems Manager API reference, for the standard tier. */
const name = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.\-/]+$/), v.maxLength(1011));
const largestValue = 4096;

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

  return {
    name: "ssm",
    protocol: { kind: "awsJson", version: "1.1", targetPrefixes: ["AmazonSSM"] },
    operations: {
      GetParameter: operation(
        context,
        // Nothing here is encrypted, so that decrypting changes nothing.
        v.strictObject({ Name: v.string(), WithDecryption: v.optional(v.boolean()) }),
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
              LastModifiedDate: parameter.lastModified / 1000,
              ARN: arnOf(parameter.name),
              DataType: "text",
            },
          };
        },
      ),

      PutParameter: operation(
        context,
        v.strictObject({
          Name: name,
          Value: v.pipe(v.string(), v.minLength(1), v.maxLength(largestValue)),
          Type: v.optional(v.picklist(["String", "StringList"])),
          Overwrite: v.optional(v.boolean(), false),
        }),
        (input) => [{ action: "ssm:PutParameter", resource: arnOf(input.Name) }],
        (input) => {
          const old = parameters.get(input.Name);
          if (/^\/?(aws|ssm)/i.test(input.Name)) {
            throw new AwsError(
              "ValidationException",
              `Name: got "${input.Name}"; names that begin with aws or ssm are AWS's`,
            );
          }
          if (old !== undefined && !input.Overwrite) {
            throw new AwsError(
              "ParameterAlreadyExists",
              "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
            );
          }
          const type = input.Type ?? old?.type;
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
          return { Version: version, Tier: "Standard" };
        },
      ),
    },
  };
}
