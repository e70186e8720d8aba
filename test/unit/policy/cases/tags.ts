import { LOG_GROUP, QUEUE, ROLE, TABLE } from "../resources";
import { one, type RuleCases } from "./ruleCases";

export const tagCases: Readonly<Record<string, RuleCases>> = {
  tagged: {
    passes: {
      "by the resource": one(QUEUE, { tags: { Project: "p", Stack: "dev" } }),
      "by the provider too": one(TABLE, { tags: { Project: "p" }, tagsAll: { Project: "p", Stack: "dev" } }),
    },
    fails: { "not at all": one(ROLE), "in part": one(LOG_GROUP, { tags: { Project: "p" } }) },
  },
};
