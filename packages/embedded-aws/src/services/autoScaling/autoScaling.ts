import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { groupOperations } from "./groupOperations";
import { Groups } from "./groups";
import { hookOperations } from "./hookOperations";
import { instanceOperations } from "./instanceOperations";
import { Keeper } from "./keeper";
import { scalingOperations } from "./scalingOperations";
import { tagOperations } from "./tagOperations";
import { targetGroupOperations } from "./targetGroupOperations";

/** Amazon EC2 Auto Scaling: groups that keep as many instances as they are told to. */
export function createAutoScaling(context: CloudContext): Service {
  const groups = new Groups(context);
  const keeper = new Keeper(context, groups);
  return officialService(
    "autoscaling",
    {
      ...groupOperations(context, groups, keeper),
      ...scalingOperations(context, groups, keeper),
      ...instanceOperations(context, groups, keeper),
      ...hookOperations(context, groups, keeper),
      ...targetGroupOperations(context, groups, keeper),
      ...tagOperations(context, groups),
    },
    () => {
      keeper.close();
      return Promise.resolve();
    },
  );
}
