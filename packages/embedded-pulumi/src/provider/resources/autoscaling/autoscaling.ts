import { group } from "./group";
import { lifecycleHook } from "./lifecycleHook";

export const autoscaling = [group, lifecycleHook];
