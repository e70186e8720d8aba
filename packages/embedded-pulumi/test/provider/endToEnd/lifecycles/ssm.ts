import { type Lifecycle, tags, TAGS } from "./parts";

export const ssm: readonly Lifecycle[] = [
  {
    type: "aws:ssm/parameter:Parameter",
    base: () => ({ name: "p", type: "String", value: "v", tags }),
    changes: {
      type: { type: "SecureString", value: "hush" },
      value: { value: "w" },
      description: { description: "d" },
      allowedPattern: { allowedPattern: "[a-z]+" },
      tags: TAGS,
    },
    // A key is of encrypted parameters only, and an advanced one never becomes standard again, as in AWS.
    silent: ["keyId", "tier"],
    describe: async (call, Name) => {
      const { Parameter: parameter } = await call("ssm", "GetParameter", {
        Name,
        WithDecryption: true,
      });
      const { Parameters = [] } = await call("ssm", "DescribeParameters", {});
      const { Description = "", AllowedPattern = "" } = Parameters[0] ?? {};
      const { TagList } = await call("ssm", "ListTagsForResource", {
        ResourceType: "Parameter",
        ResourceId: Name,
      });
      return { ...parameter, Version: undefined, Description, AllowedPattern, TagList };
    },
  },
];
