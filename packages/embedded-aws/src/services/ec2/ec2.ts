import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { ec2ControlsOf } from "./controls";
import { imageOperations } from "./imageOperations";
import { instanceOperations } from "./instanceOperations";
import { instancesOf } from "./instances";
import { KeyPairs, keyPairOperations } from "./keyPairs";
import { launchTemplateOperations } from "./launchTemplateOperations";
import { LaunchTemplates } from "./launchTemplates";
import { Network } from "./network";
import { networkOperations } from "./networkOperations";
import { runInstances } from "./runInstances";
import { securityGroupOperations } from "./securityGroupOperations";
import { SecurityGroups } from "./securityGroups";
import { tagOperations } from "./tagOperations";
import { terminationOperations } from "./termination";

/** EC2: launch templates and the instances that come of them, and the networks that these are in. */
export function createEc2(context: CloudContext): Service {
  const controls = ec2ControlsOf(context);
  const network = new Network(context);
  const instances = instancesOf(context);
  const templates = new LaunchTemplates(context);
  const groups = new SecurityGroups(network);
  const keyPairs = new KeyPairs();
  return officialService("ec2", {
    ...runInstances({ context, instances, templates, network, groups, keyPairs, controls }),
    ...keyPairOperations(context, keyPairs),
    ...instanceOperations(context, instances, network, groups),
    ...terminationOperations(context, instances),
    ...launchTemplateOperations(context, templates),
    ...tagOperations(context, instances, templates, groups, keyPairs, network),
    ...networkOperations({ context, network, groups, instances, controls }),
    ...imageOperations(context, controls.images),
    ...securityGroupOperations({ context, network, groups, instances, controls }),
  });
}
