import {
  PolicyPack,
  type PolicyResource as PulumiResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { waiverFor } from "./evaluate";
import { isMandatory, type PolicyResource, type ResourceRule, type Rule, type StackRule } from "./rule";
import { rules } from "./rules";
import { waivers } from "./waivers";

/** The rules as a Pulumi policy pack: `pulumi preview --policy-pack policy`. */
new PolicyPack("event-driven-aws", {
  description: "The security rules that this stack promises to keep.",
  policies: rules.map((rule) => (rule.judges === "resource" ? resourcePolicy(rule) : stackPolicy(rule))),
});

function described(rule: Rule) {
  const { name, ids, severity, description, advice } = rule;
  return {
    name,
    description: ids.length === 0 ? description : `${description} (${ids.join(", ")})`,
    severity,
    remediationSteps: advice,
    tags: [...ids],
    enforcementLevel: isMandatory(rule) ? ("mandatory" as const) : ("advisory" as const),
  };
}

function resourcePolicy(rule: ResourceRule): ResourceValidationPolicy {
  return {
    ...described(rule),
    validateResource: (args, report) => {
      if (!rule.types.includes(args.type)) return;
      // Pulumi tells what inputs come from only once the whole stack is there.
      const resource = policyResource({ ...args, propertyDependencies: {} });
      for (const message of messages(rule, resource, [])) report(message);
    },
  };
}

function stackPolicy(rule: StackRule): StackValidationPolicy {
  return {
    ...described(rule),
    validateStack: ({ resources }, report) => {
      const stack = resources.map(policyResource);
      const unknown: Error[] = [];
      for (const resource of stack.filter(({ type }) => rule.types.includes(type))) {
        try {
          for (const message of messages(rule, resource, stack)) report(message, resource.urn);
        } catch (error) {
          // A value not known yet, which Pulumi reports; the other resources are judged all the same.
          unknown.push(error instanceof Error ? error : new Error(String(error)));
        }
      }
      if (unknown[0] !== undefined) throw unknown[0];
    },
  };
}

type PulumiInputs = Pick<PulumiResource, "urn" | "type" | "name" | "propertyDependencies"> & {
  readonly props: Readonly<Record<string, unknown>>;
};

function policyResource({ urn, type, name, props, propertyDependencies }: PulumiInputs): PolicyResource {
  const dependencies = Object.entries(propertyDependencies).map(
    ([property, resources]) => [property, resources.map((resource) => resource.urn)] as const,
  );
  return { urn, type, name, props, propertyDependencies: Object.fromEntries(dependencies) };
}

function messages(rule: Rule, resource: PolicyResource, stack: readonly PolicyResource[]): readonly string[] {
  return rule
    .check(resource, stack)
    .filter((finding) => waiverFor(rule, resource, finding, waivers) === undefined)
    .map(({ reason }) => `"${resource.name}" ${reason}. ${rule.advice}`);
}
