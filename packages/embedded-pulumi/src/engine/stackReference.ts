import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { messageOf } from "embedded-aws/support";
import { ResourceFailure } from "./provider";
import { fromWire, type PropertyMap } from "./values";
import { shown } from "./shown";

/** The type of `new pulumi.StackReference(…)`, which the SDK reads instead of registering it. */
export const STACK_REFERENCE_TYPE = "pulumi:pulumi:StackReference";

/** "organization/network/dev" as a file's name: "Pulumi.organization.network.dev.outputs.json". */
function fileOf(stack: string): string {
  return `Pulumi.${stack.replaceAll("/", ".")}.outputs.json`;
}

/**
 * The outputs of another stack, which is not here: those that a file beside `Pulumi.yaml` says, as
 * `pulumi stack output --json` writes them. Throws `ResourceFailure` that names the file and how to make it.
 */
export function readStackOutputs(directory: string, stack: string): PropertyMap {
  if (!/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+){0,2}$/.test(stack))
    throw new ResourceFailure(`got ${shown(stack)}; expected ORGANIZATION/PROJECT/STACK`, "name");
  const name = fileOf(stack);
  const file = path.join(directory, name);
  if (!existsSync(file))
    throw new ResourceFailure(
      `the stack ${stack} is not here, and there is no ${name} beside Pulumi.yaml that says its outputs; write it by hand, or with "pulumi stack output --json --stack ${stack} > ${name}"`,
    );
  const outputs = parse(file, name);
  // What is encrypted is not in the file: a text that stands for it would be deployed.
  const masked = Object.keys(outputs).filter((key) => outputs[key] === "[secret]");
  if (masked.length > 0)
    throw new ResourceFailure(
      `${name}: ${masked.join(", ")}: got "[secret]"; expected a value, or a stand-in`,
    );
  return Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, fromWire(value)]));
}

function parse(file: string, name: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ResourceFailure(`${name} is not JSON: ${messageOf(error)}`);
  }
  if (typeof content === "object" && content !== null && !Array.isArray(content))
    return content as Readonly<Record<string, unknown>>;
  throw new ResourceFailure(`${name}: expected an object, each output by its name`);
}
