import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { ec2ControlsOf } from "./controls";
import { instanceOperations } from "./instanceOperations";
import { instancesOf } from "./instances";
import { launchTemplateOperations } from "./launchTemplateOperations";
import { LaunchTemplates } from "./launchTemplates";
import { defaultNetwork } from "./network";
import { networkOperations } from "./networkOperations";
import { runInstances } from "./runInstances";
import { securityGroupOperations } from "./securityGroupOperations";
import { SecurityGroups } from "./securityGroups";
import { tagOperations } from "./tagOperations";

/** EC2: launch templates and the instances that come of them, in the account's default network. */
export function createEc2(context: CloudContext): Service {
  const controls = ec2ControlsOf(context);
  const network = defaultNetwork(context);
  const instances = instancesOf(context);
  const templates = new LaunchTemplates(context);
  const groups = new SecurityGroups(context, network);
  return officialService("ec2", {
    ...runInstances({ context, instances, templates, network, groups, controls }),
    ...instanceOperations(context, instances, network, groups),
    ...launchTemplateOperations(context, templates),
    ...tagOperations(context, instances, templates, groups),
    ...networkOperations(context, network),
    ...securityGroupOperations(context, groups, instances, network),
  });
}
