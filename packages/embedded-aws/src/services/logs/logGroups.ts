import { AwsError } from "../../core/errors";
import type { Access, CloudContext } from "../../core/service";
import type { Rules } from "../../wire/rules";
import type { LogGroup, LogStream } from "./logGroup";

/** Names and page sizes, from the CloudWatch Logs API reference. */
export const nameRules = {
  logGroupName: { pattern: /^[.\-_/#A-Za-z0-9]{1,512}$/ },
  logStreamName: { pattern: /^[^:*]{1,512}$/ },
} as const satisfies Rules;
export const largestDescribePage = 50;
export const describeRules = { ...nameRules, limit: { range: [1, largestDescribePage] } } as const;

/** AWS's model leaves open whether a group is given by its name or, which is not supported here, by its ARN. */
export function requiredName(input: { readonly logGroupName?: string }): string {
  if (input.logGroupName !== undefined) return input.logGroupName;
  throw new AwsError(
    "InvalidParameterException",
    "logGroupName is missing: either logGroupName or logGroupIdentifier must be given",
  );
}

/** Every log group of the account, and how groups are named to IAM. */
export class LogGroups {
  readonly #groups = new Map<string, LogGroup>();

  constructor(private readonly context: CloudContext) {}

  /** In order of their names. */
  list(): LogGroup[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  add(group: LogGroup): void {
    if (this.#groups.has(group.name)) {
      throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
    }
    this.#groups.set(group.name, group);
  }

  require(name: string): LogGroup {
    const group = this.#groups.get(name);
    if (group === undefined) {
      throw new AwsError(
        "ResourceNotFoundException",
        `The specified log group does not exist. There is no ${name}.`,
      );
    }
    return group;
  }

  requireStream(groupName: string, streamName: string): { group: LogGroup; stream: LogStream } {
    const group = this.require(groupName);
    const stream = group.streams.get(streamName);
    if (stream === undefined) {
      throw new AwsError(
        "ResourceNotFoundException",
        `The specified log stream does not exist. There is no ${streamName} in ${groupName}.`,
      );
    }
    return { group, stream };
  }

  delete(name: string): void {
    this.require(name);
    this.#groups.delete(name);
  }

  arn(name: string): string {
    return `arn:aws:logs:${this.context.region}:${this.context.accountId}:log-group:${name}`;
  }

  /** The name in a group's ARN, with or without the `:*` that stands for its streams. */
  nameIn(arn: string): string {
    const start = this.arn("");
    const name = arn.startsWith(start) ? arn.slice(start.length).replace(/:\*$/, "") : "";
    if (name === "") {
      throw new AwsError("InvalidParameterException", `resourceArn: got "${arn}"; expected ${start}<name>`);
    }
    return name;
  }

  /** CloudWatch Logs checks groups and streams alike as streams, a group as the stream without a name. */
  access(action: string, groupName: string, streamName = ""): Access[] {
    return [{ action: `logs:${action}`, resource: `${this.arn(groupName)}:log-stream:${streamName}` }];
  }
}
