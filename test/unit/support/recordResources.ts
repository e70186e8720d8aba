import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  // Inputs are Pulumi's untyped property bags; each test asserts the shape it expects.
  readonly inputs: Record<string, unknown>;
  readonly custom: boolean;
}

export interface Recorder {
  readonly resources: RecordedResource[];
  /** The one resource of this type with this name. */
  find(type: string, name: string): RecordedResource;
  ofType(type: string): RecordedResource[];
  /** Resolves once everything that the program registered so far is recorded. */
  settled(): Promise<void>;
}

/**
 * Replaces the Pulumi engine by a recorder. In an update every resource gets the outputs that AWS would give;
 * in a preview what only AWS knows stays unknown.
 *
 * @param partition of AWS that ARNs are in: "aws", "aws-cn", "aws-us-gov".
 */
export function recordResources(mode: "update" | "preview" = "update", partition = "aws"): Recorder {
  const resources: RecordedResource[] = [];
  void pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, custom }) {
        const given = inputs as Record<string, unknown>;
        resources.push({ type, name, inputs: given, custom: custom ?? false });
        if (mode === "preview") return { id: undefined, state: given };
        return { id: idOf(type, name), state: { ...outputsOf(type, name, partition), ...given } };
      },
      call: ({ token, inputs }) => ({
        ...answersOf(token, partition),
        ...(inputs as Record<string, unknown>),
      }),
    },
    "event-driven-aws",
    "test",
    mode === "preview",
  );
  return {
    resources,
    find(type, name) {
      const found = resources.filter((resource) => resource.type === type && resource.name === name);
      const [only] = found;
      if (only === undefined || found.length > 1) {
        const known = resources.map((resource) => `${resource.type} ${resource.name}`).join("\n  ");
        throw new Error(`${found.length} resources are ${type} ${name}; expected one. Recorded:\n  ${known}`);
      }
      return only;
    },
    ofType: (type) => resources.filter((resource) => resource.type === type),
    settled: () => pulumi.runtime.disconnect(),
  };
}

/** An id as AWS gives it, where components look at its form. */
function idOf(type: string, name: string): string {
  if (type.includes("ec2/securityGroup:")) return "sg-0123abcd";
  return type.includes("ec2/subnet:") ? `subnet-0123abc${name.at(-1) ?? ""}` : `${name}-id`;
}

/** What AWS adds to the inputs: names of its own, ARNs and URLs made of them. */
function outputsOf(type: string, name: string, partition: string): Record<string, unknown> {
  const arn = `arn:${partition}:test:us-east-1:123456789012:${name}`;
  return {
    name: `${name}-0a1b2c3`,
    arn,
    ...(type.includes("sqs/queue:")
      ? { url: `https://sqs.us-east-1.amazonaws.com/123456789012/${name}` }
      : {}),
    ...(type.includes("ec2/launchTemplate:") ? { latestVersion: 1 } : {}),
    ...(type.includes("dynamodb/table:") ? { streamArn: `${arn}/stream/1` } : {}),
  };
}

/** What AWS answers to the functions that the program calls. */
function answersOf(token: string, partition: string): Record<string, unknown> {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: "123456789012" };
    case "aws:index/getPartition:getPartition":
      return { partition };
    case "aws:index/getRegion:getRegion":
      return { region: "us-east-1" };
    case "aws:ec2/getVpc:getVpc":
      return { id: "vpc-0123abcd" };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: ["us-east-1c", "us-east-1a", "us-east-1b"] };
    case "aws:ec2/getSubnets:getSubnets":
      return { ids: ["subnet-0123abcd", "subnet-4567abcd"] };
    default:
      return {};
  }
}

/** An output's value. Rejects after ten seconds, as an unknown output of a preview never resolves. */
export function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      reject(new Error("the output did not resolve within 10 seconds"));
    }, 10_000);
    output.apply((value) => {
      clearTimeout(timeout);
      resolve(value);
    });
  });
}
