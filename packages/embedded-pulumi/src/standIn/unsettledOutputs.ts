/** Outputs that an update in place may change, and that a preview therefore cannot know. All others stay. */
const UNSETTLED: Readonly<Record<string, readonly string[]>> = {
  "aws:ec2/launchTemplate:LaunchTemplate": ["latestVersion", "defaultVersion"],
  "aws:lambda/function:Function": [
    "version",
    "qualifiedArn",
    "qualifiedInvokeArn",
    "lastModified",
    "sourceCodeHash",
    "sourceCodeSize",
    "codeSha256",
  ],
  "aws:ssm/parameter:Parameter": ["version"],
};

export function unsettledOutputs(type: string): readonly string[] {
  return UNSETTLED[type] ?? [];
}
