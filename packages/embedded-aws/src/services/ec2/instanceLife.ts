import type { CloudContext } from "../../core/service";
import { ec2ControlsOf } from "./controls";

/* What services that keep instances, or send them requests, see of them: as they are, without EC2's late answers. */

export { currentState, type Instance, type InstanceState } from "./instance";
export { instancesOf } from "./instances";

/** Ids of instances whose status checks fail. */
export function impairedOf(context: CloudContext): ReadonlySet<string> {
  return ec2ControlsOf(context).impaired;
}
