import type { Cloud } from "embedded-aws";
import { Archive, Asset, type PropertyMap } from "../../../../src/engine/values";

/** How the life of one resource type is tried. */
export interface Lifecycle {
  readonly type: string;
  /** Makes what the resource needs, and gives its inputs: those that it starts and ends with. */
  readonly base: (make: Make, call: Cloud["call"]) => Promise<PropertyMap> | PropertyMap;
  /**
   * For each input that can be changed in place: what it is changed to, and back again from. More than one input at a
   * time where one alone would be refused; undefined takes an input away. What names something that is made first is
   * looked up.
   */
  readonly changes: Readonly<Record<string, Given | ((call: Cloud["call"]) => Promise<Given>)>>;
  /** Inputs that matter to a deletion, or to the engine, alone. */
  readonly silent?: readonly string[];
  /** Inputs that the embedded cloud refuses to change, by name. */
  readonly refused?: Given;
  /** All that the cloud says of the resource; undefined, or an error that says so, when it is not there. */
  readonly describe: (call: Cloud["call"], id: string, inputs: PropertyMap) => Promise<unknown>;
}

export type Given = Readonly<Record<string, PropertyMap[string] | undefined>>;

export type Make = (
  type: string,
  inputs: PropertyMap,
  name?: string,
) => Promise<{ id: string; outputs: PropertyMap }>;

export const tags = { Team: "orders", Stack: "dev" };

const otherTags = { Team: "billing", Cost: "7" };

export const TAGS = { tags: otherTags };

export const statement = (Action: string, given: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*", ...given }],
  });

export const trust = (Service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
  });

export const archive = (text: string) => new Archive({ assets: { "index.js": new Asset({ text }) } });

export const roleOf = async (make: Make, name = "role") =>
  (
    await make("aws:iam/role:Role", {
      name,
      assumeRolePolicy: trust("lambda.amazonaws.com"),
      inlinePolicies: [{ name: "all", policy: statement("*") }],
    })
  ).outputs.arn!;

export const functionOf = async (make: Make, name = "fn", given: PropertyMap = {}) =>
  await make("aws:lambda/function:Function", {
    name,
    role: await roleOf(make, `${name}-role`),
    code: archive("exports.handler = async (event) => event;"),
    handler: "index.handler",
    runtime: "nodejs24.x",
    ...given,
  });

export const queueOf = (make: Make, name = "q") => make("aws:sqs/queue:Queue", { name });
