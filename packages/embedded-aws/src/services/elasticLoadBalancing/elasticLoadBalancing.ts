import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { tagOperations } from "./tagOperations";
import { targetGroupOperations } from "./targetGroupOperations";
import { targetGroupsOf } from "./targetGroups";
import { targetOperations } from "./targetOperations";

/** Elastic Load Balancing, as far as the health and the draining of targets show: target groups alone. */
export function createElasticLoadBalancing(context: CloudContext): Service {
  const groups = targetGroupsOf(context);
  return officialService("elasticloadbalancing", {
    ...targetGroupOperations(context, groups),
    ...targetOperations(context, groups),
    ...tagOperations(context, groups),
  });
}
