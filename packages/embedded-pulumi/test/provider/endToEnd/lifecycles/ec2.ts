import { type Lifecycle, tags, TAGS } from "./parts";

export const ec2: readonly Lifecycle[] = [
  {
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    base: () => ({
      name: "web",
      imageId: "ami-0a12023000000864a",
      instanceType: "t3.micro",
      updateDefaultVersion: true,
      tags,
    }),
    changes: {
      description: { description: "d" },
      imageId: { imageId: "ami-0a12023000000865a" },
      instanceType: { instanceType: "t3.small" },
      keyName: { keyName: "k" },
      ebsOptimized: { ebsOptimized: "true" },
      instanceInitiatedShutdownBehavior: { instanceInitiatedShutdownBehavior: "terminate" },
      userData: { userData: "ZWNobw==" },
      vpcSecurityGroupIds: { vpcSecurityGroupIds: ["sg-0123456789abcdef0"] },
      iamInstanceProfile: { iamInstanceProfile: { name: "p" } },
      creditSpecification: { creditSpecification: { cpuCredits: "standard" } },
      monitoring: { monitoring: { enabled: true } },
      metadataOptions: { metadataOptions: { httpTokens: "required" } },
      blockDeviceMappings: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }] },
      networkInterfaces: { networkInterfaces: [{ associatePublicIpAddress: "false" }] },
      tagSpecifications: { tagSpecifications: [{ resourceType: "instance", tags: { A: "1" } }] },
      tags: TAGS,
    },
    silent: ["updateDefaultVersion"],
    describe: async (call, LaunchTemplateId) => {
      const { LaunchTemplates = [] } = await call("ec2", "DescribeLaunchTemplates", {
        LaunchTemplateIds: [LaunchTemplateId],
      });
      const { LaunchTemplateVersions = [] } = await call("ec2", "DescribeLaunchTemplateVersions", {
        LaunchTemplateId,
        Versions: ["$Default"],
      });
      const [{ LaunchTemplateData, VersionDescription } = {}] = LaunchTemplateVersions;
      return { tags: LaunchTemplates[0]?.Tags, LaunchTemplateData, VersionDescription };
    },
  },

  {
    type: "aws:ec2/securityGroup:SecurityGroup",
    base: () => ({
      name: "g",
      ingress: [
        { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/8", "10.1.0.0/16"] },
        { protocol: "-1", fromPort: 0, toPort: 0, self: true },
      ],
      egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
      tags,
    }),
    changes: {
      ingress: {
        ingress: [
          {
            protocol: "tcp",
            fromPort: 443,
            toPort: 443,
            cidrBlocks: ["10.1.0.0/16", "10.2.0.0/16"],
            ipv6CidrBlocks: ["::/0"],
          },
        ],
      },
      egress: { egress: [] },
      tags: TAGS,
    },
    describe: async (call, id) =>
      (await call("ec2", "DescribeSecurityGroups", { GroupIds: [id] })).SecurityGroups?.[0],
  },
];
