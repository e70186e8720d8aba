import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnsBeside, serviceNames } from "../parts/arns";

export interface EndingScope {
  readonly fleetTag: { readonly key: string; readonly value: string };
  readonly launchTemplateArn: pulumi.Input<string>;
}

export interface ScalerScope extends EndingScope {
  readonly instanceType: pulumi.Input<string>;
  readonly image: { readonly id: pulumi.Input<string> } | { readonly parameter: pulumi.Input<string> };
  readonly subnetIds: pulumi.Input<readonly string[]>;
  readonly securityGroupIds: pulumi.Input<readonly string[]>;
  readonly instanceRoleArn?: pulumi.Input<string> | undefined;
  readonly volumeKmsKeyArn?: pulumi.Input<string> | undefined;
}

/**
 * What the scaler may do: launch from the fleet's template and with the fleet's tag, tag what it launches while
 * it does, terminate what carries the tag, and read what it needs. Resources and condition keys: Service
 * Authorization Reference, Amazon EC2.
 */
export function scalerStatements(scope: ScalerScope): pulumi.Input<aws.iam.PolicyStatement>[] {
  const { fleetTag, image } = scope;
  const requestTag = { [`aws:RequestTag/${fleetTag.key}`]: fleetTag.value };
  const fromTemplate = { ArnEquals: { "ec2:LaunchTemplate": scope.launchTemplateArn } };
  const beside = arnsBeside(scope.launchTemplateArn);
  const arn = (path: pulumi.Input<string>, service = "ec2", account?: string) =>
    beside(service, path, account);
  const arns = (kind: string, ids: pulumi.Input<readonly string[]>) =>
    pulumi.output(ids).apply((list) => pulumi.all(list.map((id) => arn(`${kind}/${id}`))));
  // Everyone's images belong to no account in an ARN.
  const imageArn = arn("id" in image ? pulumi.interpolate`image/${image.id}` : "image/*", "ec2", "");

  return [
    {
      Sid: "LaunchWithTag",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: arn("instance/*"),
      Condition: {
        ...fromTemplate,
        StringEquals: { ...requestTag, "ec2:InstanceType": scope.instanceType },
      },
    },
    {
      Sid: "LaunchPartsWithTag",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: [arn("volume/*"), arn("network-interface/*")],
      Condition: { ...fromTemplate, StringEquals: requestTag },
    },
    {
      Sid: "LaunchFromTemplate",
      Effect: "Allow",
      Action: "ec2:RunInstances",
      Resource: pulumi
        .all([
          scope.launchTemplateArn,
          imageArn,
          arns("subnet", scope.subnetIds),
          arns("security-group", scope.securityGroupIds),
        ])
        .apply(([template, imageOfFleet, subnets, groups]) => [
          template,
          imageOfFleet,
          ...subnets,
          ...groups,
        ]),
      Condition: fromTemplate,
    },
    {
      Sid: "TagWhileLaunching",
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: [arn("instance/*"), arn("volume/*"), arn("network-interface/*")],
      Condition: { StringEquals: { "ec2:CreateAction": "RunInstances", ...requestTag } },
    },
    terminateWithTag(scope),
    // None of these actions knows resources or conditions: "*" is the only resource that IAM accepts for them.
    {
      Sid: "ReadFleetAndMetric",
      Effect: "Allow",
      Action: ["ec2:DescribeInstances", "ec2:DescribeInstanceStatus", "cloudwatch:GetMetricData"],
      Resource: "*",
    },
    ...("parameter" in image
      ? [
          {
            Sid: "ReadImageParameter",
            Effect: "Allow" as const,
            // EC2's documentation names the second; launches were seen to be refused without the first.
            Action: ["ssm:GetParameter", "ssm:GetParameters"],
            // AWS's public parameters belong to no account, one's own to this one.
            Resource: arn(
              pulumi.output(image.parameter).apply((name) => `parameter/${name.replace(/^\//, "")}`),
              "ssm",
              "*",
            ),
          },
        ]
      : []),
    ...(scope.instanceRoleArn === undefined
      ? []
      : [
          {
            Sid: "PassInstanceRole",
            Effect: "Allow" as const,
            Action: "iam:PassRole",
            Resource: scope.instanceRoleArn,
            Condition: {
              StringEquals: { "iam:PassedToService": serviceNames(scope.launchTemplateArn, "ec2") },
            },
          },
        ]),
    ...(scope.volumeKmsKeyArn === undefined
      ? []
      : volumeKeyStatements(scope.volumeKmsKeyArn, scope.launchTemplateArn)),
  ];
}

/**
 * What EC2 does with a volume's key in the name of whoever launches, and only EC2; the grant goes to the volume. Amazon
 * EBS user guide, "Requirements for Amazon EBS encryption"; ReEncrypt is for images whose snapshots are encrypted.
 */
function volumeKeyStatements(
  key: pulumi.Input<string>,
  launchTemplateArn: pulumi.Input<string>,
): aws.iam.PolicyStatement[] {
  const region = pulumi.output(launchTemplateArn).apply((arn) => arn.split(":")[3] ?? "");
  const ec2 = region.apply((name) => serviceNames(launchTemplateArn, `ec2.${name}`));
  const viaEc2 = { StringEquals: { "kms:ViaService": ec2 } };
  return [
    {
      Sid: "EncryptVolumes",
      Effect: "Allow",
      Action: [
        "kms:DescribeKey",
        "kms:Decrypt",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      Resource: key,
      Condition: viaEc2,
    },
    {
      Sid: "LendKeyToVolumes",
      Effect: "Allow",
      Action: "kms:CreateGrant",
      Resource: key,
      Condition: { ...viaEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

/** What may be done to end the fleet: see its instances, and terminate what carries its tag. */
export function endingStatements(scope: EndingScope): pulumi.Input<aws.iam.PolicyStatement>[] {
  return [
    terminateWithTag(scope),
    // Neither action knows resources or conditions.
    {
      Sid: "ReadFleet",
      Effect: "Allow",
      Action: ["ec2:DescribeInstances", "ec2:DescribeInstanceStatus"],
      Resource: "*",
    },
  ];
}

function terminateWithTag({ fleetTag, launchTemplateArn }: EndingScope): aws.iam.PolicyStatement {
  return {
    Sid: "TerminateWithTag",
    Effect: "Allow",
    Action: "ec2:TerminateInstances",
    Resource: arnsBeside(launchTemplateArn)("ec2", "instance/*"),
    Condition: { StringEquals: { [`aws:ResourceTag/${fleetTag.key}`]: fleetTag.value } },
  };
}
