import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it, what only AWS knows written as a reference of Terraform's. */
export interface ReferencedResource {
  /** Pulumi's token, such as aws:sqs/queue:Queue. */
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs of what has to stand before it, whether its inputs name it or not. */
  readonly dependencies: readonly string[];
}

export interface ReferenceOptions {
  /** The address of a resource in Terraform, such as aws_sqs_queue.orders. */
  readonly address: (type: string, name: string) => string;
  /** The outputs of a type that the inputs do not name, by Pulumi's names. */
  readonly outputs: (type: string) => ReadonlyMap<string, string>;
  /** What AWS answers to the functions that the program calls, by token. */
  readonly answers: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * Replaces the Pulumi engine by one whose resources have references as outputs: `${aws_sqs_queue.orders.arn}`. A
 * program that computes with them, such as a policy that names an ARN, then writes Terraform's own expressions.
 */
export function recordReferences({ address, outputs, answers }: ReferenceOptions): {
  readonly resources: readonly ReferencedResource[];
  /** What stands in the inputs of resources for a reference, and the reference. */
  readonly stands: ReadonlyMap<string, string>;
  settled(): Promise<void>;
} {
  const resources: ReferencedResource[] = [];
  const stands = new Map<string, string>();
  const standFor = (form: (digits: string) => string, reference: string) => {
    const stand = form((stands.size + 1).toString(16).padStart(17, "0"));
    stands.set(stand, reference);
    return stand;
  };
  /** Components look at the form of EC2's ids, and take ARNs to pieces. */
  const outputOf = (type: string, property: string, reference: string) => {
    if (property === "id" && type.includes("securityGroup:"))
      return standFor((digits) => `sg-${digits}`, reference);
    if (property === "arn")
      return standFor((digits) => `arn:aws:stand:us-east-1:000000000000:${digits}`, reference);
    return reference;
  };
  /** Mocks are not told of them. */
  const dependencies = new Map<string, readonly string[]>();
  void pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, custom }) {
        const given = inputs as Record<string, unknown>;
        if (custom !== true) return { id: undefined, state: given };
        resources.push({
          type,
          name,
          inputs: given,
          dependencies: dependencies.get(`${type} ${name}`) ?? [],
        });
        const reference = (attribute: string) => `\${${address(type, name)}.${attribute}}`;
        const computed = [...outputs(type)].map(([property, attribute]) => [
          property,
          outputOf(type, property, reference(attribute)),
        ]);
        const id = outputOf(type, "id", reference("id"));
        return { id, state: { ...(Object.fromEntries(computed) as Record<string, string>), ...given } };
      },
      call({ token }) {
        const answer = answers.get(token);
        if (answer === undefined)
          throw new Error(`the program calls ${token}, for which the test has no answer`);
        return { ...answer };
      },
    },
    "event-driven-aws",
    "terraform",
    false,
  );
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined) throw new Error("mocks have no monitor");
  const register = monitor.registerResource.bind(monitor) as Register;
  const listening: Register = (request, ...rest) => {
    dependencies.set(`${request.getType()} ${request.getName()}`, request.getDependenciesList());
    return register(request, ...rest);
  };
  Object.assign(monitor, { registerResource: listening });
  return { resources, stands, settled: () => pulumi.runtime.disconnect() };
}

/** The monitor's operation, as far as it is listened to here. */
type Register = (
  request: { getType(): string; getName(): string; getDependenciesList(): string[] },
  ...rest: readonly unknown[]
) => unknown;
