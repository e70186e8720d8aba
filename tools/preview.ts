import { policyResources } from "embedded-pulumi";
import {
  preview as previewProject,
  previewLine as line,
  type CommandLine,
  type Terminal,
} from "embedded-pulumi/cli";
import { evaluate, UNKNOWN_VALUE } from "../policy/evaluate";
import { isMandatory } from "../policy/rule";
import { rules } from "../policy/rules";
import { waivers } from "../policy/waivers";

export const previewLine: CommandLine = {
  ...line,
  usage: "npm run preview -- [options]",
  about: "What would be deployed, what that changes since a revision, and what the policy rules say of it.",
};

/** `npm run preview`: the package's preview, with this project's rules. Status 1 when a mandatory one is violated. */
export async function preview(args: readonly string[], terminal: Terminal, directory = "."): Promise<number> {
  return await previewProject(args, terminal, {
    directory,
    command: "npm run preview --",
    policy: (resources) =>
      evaluate(policyResources(resources, UNKNOWN_VALUE), rules, waivers).map((result) => ({
        ...result,
        mandatory: isMandatory(result.rule),
      })),
  });
}
