import { expect } from "chai";
import fc from "fast-check";
import type { AwsError } from "../../../src/core/errors";
import type { ServiceName } from "../../../src/core/service";
import type { Structure } from "../../../src/wire/shape";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { valueOf } from "./arbitraries";
import { untyped } from "../../support/untyped";

/** What each service calls a member that is missing: the pages "Common Errors" of the API references. */
const codes: Partial<Record<ServiceName, string>> = {
  apigateway: "BadRequestException",
  dynamodb: "ValidationException",
  ec2: "MissingParameter",
  events: "ValidationException",
  iam: "ValidationError",
  kms: "ValidationException",
  lambda: "ValidationException",
  monitoring: "MissingRequiredParameterException",
  logs: "InvalidParameterException",
  ses: "BadRequestException",
  sns: "InvalidParameterException",
  sqs: "MissingParameter",
  ssm: "ValidationException",
  sts: "ValidationError",
  xray: "InvalidRequestException",
};

/** An input with everything that is required of it, but for the member at `path`. */
function without(shape: Structure, path: readonly string[]): object {
  const [name = "", ...rest] = path;
  const input: Record<string, unknown> = {};
  for (const member of shape.members.filter(({ required }) => required)) {
    const inner = member.name === name ? rest : [];
    if (member.name === name && rest.length === 0) continue;
    if (member.shape.kind === "list" && member.shape.item.shape.kind === "structure") {
      input[member.name] = [without(member.shape.item.shape, inner)];
    } else if (member.shape.kind === "structure") {
      input[member.name] = without(member.shape, inner);
    } else {
      [input[member.name]] = fc.sample(valueOf(member.shape), { numRuns: 1, seed: 1 });
    }
  }
  return input;
}

/** The paths of all required members, those of structures in required members included. */
function requiredPaths(shape: Structure): string[][] {
  return shape.members
    .filter(({ required }) => required)
    .flatMap(({ name, shape: inner }) => {
      const structure = inner.kind === "list" ? inner.item.shape : inner;
      const nested = structure.kind === "structure" ? requiredPaths(structure) : [];
      return [[name], ...nested.map((path) => [name, ...path])];
    });
}

describe("inputs that AWS's models do not allow", () => {
  let cloud: TestCloud;
  before(async () => {
    cloud = await startTestCloud();
  });
  after(() => cloud.close());

  const errorOf = async (service: ServiceName, operation: string, input: object) => {
    try {
      await untyped(cloud.call)(service, operation, input);
    } catch (error) {
      return error as AwsError;
    }
    throw new Error(`${service}:${operation} took ${JSON.stringify(input)}`);
  };

  it("are refused for each required member of each operation, by the service's own code and the member's name", async () => {
    let tried = 0;
    for (const { name, wire, operations } of cloud.services.values()) {
      for (const operation of Object.keys(operations)) {
        const { input } = wire.operation(operation);
        for (const path of requiredPaths(input)) {
          const error = await errorOf(name, operation, without(input, path));
          const where = `${name}:${operation} without ${path.join(".")}`;
          expect(error.code, where).to.equal(codes[name]);
          expect(error.message.toLowerCase(), where).to.include((path.at(-1) ?? "").toLowerCase());
          tried++;
        }
      }
    }
    expect(tried).to.be.greaterThan(50);
  });

  it("are refused for each member that an operation does not support, in one form for all services", async () => {
    for (const { name, wire, operations } of cloud.services.values()) {
      for (const operation of Object.keys(operations)) {
        const { input } = wire.operation(operation);
        const unsupported = input.members.filter(({ supported }) => !supported).map((member) => member.name);
        for (const member of [...unsupported, "NoSuchMember"]) {
          const error = await errorOf(name, operation, { ...without(input, []), [member]: "x" });
          if (name === "ec2" && member === "NoSuchMember") {
            // EC2 has a code of its own for what its API does not know.
            expect(error.code).to.equal("UnknownParameter");
            continue;
          }
          expect(error.code).to.equal("NotSupportedByEmbeddedCloud");
          expect(error.status).to.equal(501);
          expect(error.message).to.include(`The member ${member} of ${name}:${operation}`);
        }
      }
    }
  });
});
