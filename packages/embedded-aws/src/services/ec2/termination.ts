import { AwsError } from "../../core/errors";
import type { Access, CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { dryRun, invalidCombination, invalidParameter } from "./errors";
import { ids } from "./inputs";
import { currentState, type Instance, stateElement } from "./instance";
import { type Instances, isLive } from "./instances";
import { resourceTagKeys } from "./launchAccess";

/** Attributes by the names that calls give them; others of EC2's are not supported. */
const ATTRIBUTES = ["disableApiTermination"] as const;
const EC2_ATTRIBUTES = [
  ...ATTRIBUTES,
  "blockDeviceMapping",
  "disableApiStop",
  "ebsOptimized",
  "enaSupport",
  "enclaveOptions",
  "groupSet",
  "instanceInitiatedShutdownBehavior",
  "instanceType",
  "kernel",
  "productCodes",
  "ramdisk",
  "rootDeviceName",
  "sourceDestCheck",
  "sriovNetSupport",
  "userData",
] as const;
const attributeRules = { Attribute: { oneOf: EC2_ATTRIBUTES, supported: ATTRIBUTES } } as const;

/** What ends instances, and what keeps them from it. */
export function terminationOperations(context: CloudContext, instances: Instances) {
  const operation = operationsOf("ec2", context);
  const onOne =
    (action: string) =>
    ({ InstanceId }: { readonly InstanceId: string }): Access[] =>
      instances.find([InstanceId]).map((instance) => accessTo(action, instance));

  return {
    ...operation(
      "TerminateInstances",
      { supports: ["InstanceIds", "DryRun"], rules: { InstanceIds: ids } },
      ({ InstanceIds }) => {
        if (InstanceIds.length === 0) throw invalidParameter("No instances specified");
        return instances.find(InstanceIds).map((instance) => accessTo("TerminateInstances", instance));
      },
      ({ InstanceIds, DryRun }) => {
        if (DryRun === true) throw dryRun();
        // Each once, however often it is named.
        const asked = instances.find([...new Set(InstanceIds)]);
        const kept = asked.filter((instance) => instance.isProtected && isLive(currentState(instance)));
        // A protected one keeps those beside it alive, and no others: EC2 API reference, `TerminateInstances`.
        const zones = new Set(kept.map(({ subnet }) => subnet.zone));
        const ended = asked.filter(({ subnet }) => !zones.has(subnet.zone));
        const TerminatingInstances = ended.map((instance) => {
          const previous = instances.terminate(instance);
          return {
            InstanceId: instance.id,
            CurrentState: stateElement(currentState(instance)),
            PreviousState: stateElement(previous),
          };
        });
        const [first] = kept;
        if (first !== undefined)
          throw new AwsError(
            "OperationNotPermitted",
            `The instance '${first.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
          );
        return { TerminatingInstances };
      },
    ),

    ...operation(
      "DescribeInstanceAttribute",
      { supports: ["InstanceId", "Attribute", "DryRun"], rules: attributeRules },
      onOne("DescribeInstanceAttribute"),
      ({ InstanceId, DryRun }) => {
        if (DryRun === true) throw dryRun();
        const [instance] = instances.find([InstanceId]);
        return { InstanceId, DisableApiTermination: { Value: instance?.isProtected ?? false } };
      },
    ),

    ...operation(
      "ModifyInstanceAttribute",
      {
        supports: ["InstanceId", "Attribute", "Value", "DisableApiTermination.Value", "DryRun"],
        rules: attributeRules,
      },
      onOne("ModifyInstanceAttribute"),
      ({ InstanceId, Attribute, Value, DisableApiTermination, DryRun }) => {
        const given = [Attribute, DisableApiTermination].filter((attribute) => attribute !== undefined);
        if (given.length > 1)
          throw invalidCombination("Fields for multiple attribute types specified; expected exactly one");
        if (given.length === 0) throw invalidCombination("No attributes specified.");
        const isProtected =
          DisableApiTermination === undefined ? Value === "true" : DisableApiTermination.Value;
        if (isProtected === undefined || (Attribute !== undefined && Value !== "true" && Value !== "false"))
          throw invalidParameter(
            `Value (${Value ?? "none"}) for parameter value is invalid. Expected true or false`,
          );
        if (DryRun === true) throw dryRun();
        for (const instance of instances.find([InstanceId])) instance.isProtected = isProtected;
        return {};
      },
    ),
  };
}

function accessTo(action: string, instance: Instance): Access {
  return {
    action: `ec2:${action}`,
    resource: instance.arn,
    context: {
      "ec2:InstanceType": instance.instanceType,
      "ec2:AvailabilityZone": instance.subnet.zone,
      ...resourceTagKeys(instance.tags),
    },
  };
}
