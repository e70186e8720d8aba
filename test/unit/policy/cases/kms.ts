import { KEY } from "../resources";
import { one, type RuleCases } from "./ruleCases";

export const kmsCases: Readonly<Record<string, RuleCases>> = {
  "kms-key-rotation": {
    passes: { on: one(KEY, { enableKeyRotation: true }) },
    fails: { "left out": one(KEY), off: one(KEY, { enableKeyRotation: false }) },
  },
};
