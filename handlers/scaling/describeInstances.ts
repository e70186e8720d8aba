import { DescribeInstancesCommand, type EC2Client, type Instance } from "@aws-sdk/client-ec2";
import type { InstanceRecord } from "./fleet";

/** Every instance with a tag, in every state, as EC2 describes it. */
export async function describeInstances(
  ec2: EC2Client,
  tag: { readonly key: string; readonly value: string },
): Promise<InstanceRecord[]> {
  const records: InstanceRecord[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [{ Name: `tag:${tag.key}`, Values: [tag.value] }],
        MaxResults: 1_000,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    // Stryker disable next-line ArrayDeclaration: what has no instances adds none.
    for (const { Instances = [] } of page.Reservations ?? [])
      for (const instance of Instances) records.push(recordOf(instance));
    NextToken = page.NextToken;
  } while (NextToken);
  return records;
}

export function recordOf(instance: Instance): InstanceRecord {
  const { InstanceId, State, LaunchTime, ImageId, ClientToken, SubnetId, SecurityGroups, Tags } = instance;
  if (InstanceId === undefined || State?.Name === undefined || LaunchTime === undefined) {
    throw new Error(
      `EC2 described an instance without id, state or launch time: ${JSON.stringify(instance)}`,
    );
  }
  return {
    id: InstanceId,
    state: State.Name,
    launchTime: LaunchTime.getTime(),
    ...endOf(instance),
    ...failureOf(instance),
    imageId: ImageId ?? "",
    ...(SubnetId ? { subnetId: SubnetId } : {}),
    securityGroupIds: SecurityGroups?.flatMap(({ GroupId }) => GroupId ?? []),
    launchTemplateId: Tags?.find(({ Key }) => Key === "aws:ec2launchtemplate:id")?.Value,
    // EC2 answers with an empty token where none was given.
    ...(ClientToken ? { clientToken: ClientToken } : {}),
  };
}

/** EC2 tells in words when an instance was told to end: "User initiated (2026-06-01 12:00:00 GMT)". */
function endOf({ StateTransitionReason = "" }: Instance): { readonly endedAt?: number } {
  // Stryker disable next-line ArrayDeclaration: only what follows the first is read.
  const [, date, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) GMT\)/.exec(StateTransitionReason) ?? [];
  return date === undefined ? {} : { endedAt: Date.parse(`${date}T${time ?? ""}Z`) };
}

/**
 * What an instance that was granted fails on as it starts, as on a volume whose key EC2 may not use: Amazon EC2 API
 * reference, StateReason. Whatever else ends one was somebody's will.
 */
const FAILED_TO_START =
  /^(Server\.(InsufficientInstanceCapacity|InternalError)|Client\.(InternalError|VolumeLimitExceeded|Invalid.*))$/;

function failureOf({ StateReason }: Instance): { readonly failedToStart?: string } {
  const { Code = "", Message = Code } = StateReason ?? {};
  return FAILED_TO_START.test(Code) ? { failedToStart: Message } : {};
}
