/** How unkind the embedded cloud is: what AWS does to a program that a kinder cloud would leave out. */
export interface Conditions {
  /**
   * Invocations at one time in the account, of which the last 100 (all of them, in an account that has fewer) must
   * stay unreserved. Default 1,000; a new account has 10. Lambda developer guide, "Lambda quotas" and
   * "Configuring reserved concurrency".
   */
  readonly lambdaConcurrency: number;
  /**
   * Whether SES is in its sandbox: recipients must be verified as senders must, 200 e-mails in 24 hours, 1 a second.
   * Default false. SES developer guide, "Request production access".
   */
  readonly sesSandbox: boolean;
  /**
   * vCPUs of running On-Demand instances of the standard families (A, C, D, H, I, M, R, T, Z). Default 32; AWS
   * gives new accounts 5, and more by use. EC2 user guide, "On-Demand Instance quotas".
   */
  readonly ec2Vcpus: number;
  /**
   * Whether `RunInstances` is throttled: 5 calls, refilled at 2 a second, and 1,000 instances, refilled at 2 a
   * second. Default true. EC2 developer guide, "Request throttling for the Amazon EC2 API".
   */
  readonly runInstancesRate: boolean;
  /**
   * Whether DynamoDB throttles: 1,000 write and 3,000 read units a second of one partition key, 40,000 of each of
   * one table. Default true. DynamoDB developer guide, "Quotas in Amazon DynamoDB" and "Designing partition keys".
   */
  readonly dynamodbThroughput: boolean;
  /**
   * How long items may stay after their time to live is over; milliseconds. Each stays for a part of it. Default 48 hours;
   * AWS says "within a few days". DynamoDB developer guide, "Using time to live (TTL) in DynamoDB".
   */
  readonly timeToLiveLagMs: number;
  /**
   * Messages of a standard queue that are received and not yet deleted. Default 120,000. SQS developer guide,
   * "Amazon SQS message quotas".
   */
  readonly sqsInFlight: number;
  /**
   * Whether payloads are limited: 256 KB in SNS, 1 MB in EventBridge's `PutEvents` and Lambda's events, 6 MB in
   * Lambda's requests and responses. Default true. The quotas of each service's guide.
   */
  readonly payloadLimits: boolean;
  /**
   * Whether lists whose order AWS does not promise are shuffled in each answer: subnets, instances, queues, zones,
   * messages and members of batches, tags, statements. Default true. The API references: none of them says an order.
   */
  readonly shuffledAnswers: boolean;
  /**
   * How long a new role, and a change of a role's policies, may take to count; milliseconds. Default 1,000, so that
   * a start stays short; AWS takes some seconds. IAM user guide, "Changes that I make are not always immediately
   * visible".
   */
  readonly iamPropagationMs: number;
  /**
   * How far `Describe` operations may lag behind an instance's launch and its changes; milliseconds. Default 5,000.
   * EC2 developer guide, "Eventual consistency in the Amazon EC2 API".
   */
  readonly instanceLagMs: number;
  /**
   * How old the numbers of messages in a queue's attributes may be; milliseconds. Default 5,000; AWS says about a
   * minute. SQS API reference, GetQueueAttributes.
   */
  readonly queueDepthLagMs: number;
  /**
   * Whether metrics of queues come up to a minute late, end for a queue that nobody called for 6 hours and that is
   * empty, and begin again up to 15 minutes after it is used. Default true. SQS developer guide, "Available
   * CloudWatch metrics for Amazon SQS".
   */
  readonly lateQueueMetrics: boolean;
  /**
   * Whether EventBridge gets state changes of alarms late (up to two minutes, mostly seconds), some twice, and so
   * not always in their order. Default true. EventBridge user guide: at least once, and in no promised order.
   */
  readonly looseAlarmEvents: boolean;
  /**
   * CPU of an instance while it boots and its user data runs: so many percent for so many seconds from running on.
   * Default 100 % for 60 s; 0 s for an instance that is idle at once.
   */
  readonly bootCpu: { readonly seconds: number; readonly percent: number };
  /**
   * Whether each instance reports its minute at a second of its own, so that the newest minute of a metric of many
   * instances is incomplete. Default true. EC2 user guide, "CloudWatch metrics that are available for your instances".
   */
  readonly staggeredMetrics: boolean;
  /**
   * Whether burstable instances (T2, T3, T3a, T4g) fall to their baseline once their CPU credits are gone, unless
   * they are unlimited, which all but T2 are by default. Default true. EC2 user guide, "CPU credits and baseline
   * utilization".
   */
  readonly cpuCredits: boolean;
  /**
   * Other instances of the account with the fleet's image and type, which report under `ImageId` and `InstanceType`
   * as the fleet does: how many, and their CPU in percent. Default none.
   */
  readonly otherInstances: { readonly count: number; readonly cpuPercent: number };
}

/** As AWS treats an ordinary account: the default. */
export const unkind: Conditions = {
  lambdaConcurrency: 1000,
  sesSandbox: false,
  ec2Vcpus: 32,
  runInstancesRate: true,
  dynamodbThroughput: true,
  timeToLiveLagMs: 48 * 60 * 60 * 1000,
  sqsInFlight: 120_000,
  payloadLimits: true,
  shuffledAnswers: true,
  iamPropagationMs: 1000,
  instanceLagMs: 5000,
  queueDepthLagMs: 5000,
  lateQueueMetrics: true,
  looseAlarmEvents: true,
  bootCpu: { seconds: 60, percent: 100 },
  staggeredMetrics: true,
  cpuCredits: true,
  otherInstances: { count: 0, cpuPercent: 0 },
};

/** Everything off: no quota, no throttle, one order, every change seen at once. */
export const kind: Conditions = {
  lambdaConcurrency: Infinity,
  sesSandbox: false,
  ec2Vcpus: Infinity,
  runInstancesRate: false,
  dynamodbThroughput: false,
  timeToLiveLagMs: 0,
  sqsInFlight: Infinity,
  payloadLimits: false,
  shuffledAnswers: false,
  iamPropagationMs: 0,
  instanceLagMs: 0,
  queueDepthLagMs: 0,
  lateQueueMetrics: false,
  looseAlarmEvents: false,
  bootCpu: { seconds: 0, percent: 0 },
  staggeredMetrics: false,
  cpuCredits: false,
  otherInstances: { count: 0, cpuPercent: 0 },
};

/** What a new account has less than an ordinary one: Lambda developer guide, "Lambda quotas". */
export const newAccount = { lambdaConcurrency: 10 } as const satisfies Partial<Conditions>;

/** All conditions from those that are given; the others are `unkind`. @throws RangeError that names the condition. */
export function conditionsOf(given: Partial<Conditions> = {}): Conditions {
  checkConditions(given);
  return { ...unkind, ...given };
}

/** @throws RangeError that names the condition which there is not, or which is not of its kind or range. */
export function checkConditions(given: Partial<Conditions>): void {
  for (const [name, value] of Object.entries(given)) checkCondition(name, value);
  const { bootCpu, otherInstances } = given;
  if (bootCpu !== undefined) {
    checkNumber("bootCpu.seconds", bootCpu.seconds);
    checkNumber("bootCpu.percent", bootCpu.percent, 100);
  }
  if (otherInstances !== undefined) {
    checkNumber("otherInstances.count", otherInstances.count, 1000);
    checkNumber("otherInstances.cpuPercent", otherInstances.cpuPercent, 100);
  }
}

/** Whether a condition is a quota, which may be off: Infinity. */
export function isQuota(name: keyof Conditions): boolean {
  return kind[name] === Infinity;
}

function checkCondition(name: string, value: unknown): void {
  if (!Object.hasOwn(unkind, name)) {
    throw new RangeError(`conditions: got "${name}"; expected any of ${Object.keys(unkind).join(", ")}`);
  }
  const standard = unkind[name as keyof Conditions];
  if (value === Infinity && isQuota(name as keyof Conditions)) return;
  if (typeof standard === "number") checkNumber(name, value);
  else if (typeof value !== typeof standard || value === null)
    throw new RangeError(
      `conditions.${name}: got ${JSON.stringify(value)}; expected ${typeof standard === "boolean" ? "true or false" : `an object such as ${JSON.stringify(standard)}`}`,
    );
}

function checkNumber(name: string, value: unknown, most = Number.MAX_SAFE_INTEGER): void {
  if (typeof value === "number" && value >= 0 && value <= most) return;
  const bounds = most === Number.MAX_SAFE_INTEGER ? "a number of at least 0" : `a number from 0 to ${most}`;
  throw new RangeError(`conditions.${name}: got ${String(value)}; expected ${bounds}`);
}
