import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Conditions } from "./core/conditions/conditions";
import { LiveConditions } from "./core/conditions/liveConditions";
import { callerOf, type AuthenticationOptions } from "./core/authenticate";
import { type Console, createConsole } from "./console/console";
import { readerOf } from "./console/reader";
import { awsEndpoint } from "./core/awsEndpoint";
import type { Clock } from "./core/clock";
import { RunningClock } from "./core/clock";
import { ColdFile } from "./core/coldStore";
import { dispatch } from "./core/dispatch";
import { notSupported } from "./core/errors";
import { EventStream } from "./core/eventStream";
import { Faults } from "./core/faults";
import { keepsNothing } from "./core/keep";
import type { KeptFile } from "./core/keptFile";
import { namedRandom, seededRandom } from "./core/random";
import { startServer } from "./core/server";
import type { CloudContext, InspectedFunction, Service, ServiceName } from "./core/service";
import type { Principal } from "./core/iam/principal";
import type { ServiceCaller } from "./wire/operation";
import { shuffler } from "./wire/shuffleAnswer";
import { authorizer } from "./core/iam/authorize";
import { policyChecks } from "./core/iam/policyChecks";
import { PolicyUse } from "./core/iam/policyUse";
import { createIam } from "./services/iam/iam";
import { Identities } from "./core/iam/identities";
import { keptKinds } from "./kept";
import { createLoad, type Load, type LoadOptions } from "./load/load";
import type { ImageOption } from "./services/ec2/images";
import { serviceFactories, type ServiceFactory } from "./services";
import type { WireControls } from "./core/wireFaults";
import { dynamoDbControlsOf, type DynamoDbControls } from "./services/dynamodb/controls";
import { ec2ControlsOf, type Ec2Controls } from "./services/ec2/controls";
import { targetControlsOf, type TargetControls } from "./services/elasticLoadBalancing/controls";
import { lambdaControlsOf, type LambdaControls } from "./services/lambda/controls";
import { inboxOf, type Inbox } from "./services/ses/inbox";
import { createSts } from "./services/sts/sts";

export interface CloudOptions {
  /** Default 4566; 0 for any free port. */
  readonly port?: number;
  /** Default: a clock at real speed, which goes on from the time that was kept if that is later. */
  readonly clock?: Clock;
  /** Default "us-east-1". */
  readonly region?: string;
  /** Twelve digits; default "000000000000". */
  readonly accountId?: string;
  /** Of all identifiers and jitter; default 1. */
  readonly seed?: number;
  /**
   * How unkind the cloud is; default `unkind`, as AWS treats an ordinary account. What is not named stays so.
   * `setConditions` changes them later.
   */
  readonly conditions?: Partial<Conditions>;
  /** For files of this run, removed by `close`; default a new one under the system's temporary directory. */
  readonly directory?: string;
  /** Default false. True for tests: an answer that AWS's model does not allow fails its call. */
  readonly checkAnswers?: boolean;
  /**
   * AMIs that exist beside Amazon Linux's: ids, or ids with an architecture, which a launch then checks. Launching any
   * other is `InvalidAMIID.NotFound`.
   */
  readonly images?: readonly ImageOption[];
  /**
   * The port of loopback at which Node's inspector of a function's process listens; undefined for functions that are
   * not inspected, which is the default. An inspected function has one process at a time, and its timeout waits while
   * that stands at a breakpoint.
   */
  readonly inspect?: (fn: InspectedFunction) => number | undefined;
  /**
   * Where state comes from that an earlier cloud has left, and where this one's goes; by default nothing is kept. The
   * cloud ends it. Identifiers are drawn anew with each start on it.
   */
  readonly keep?: KeptFile;
  /** Default: every service there is. IAM and STS are always there. */
  readonly services?: readonly ServiceFactory[];
}

export interface Cloud {
  /** "http://127.0.0.1:4566" */
  readonly endpoint: string;
  readonly context: CloudContext;
  readonly services: ReadonlyMap<ServiceName, Service>;
  /** Calls an operation in-process as the account's administrator. */
  readonly call: ServiceCaller<[signal?: AbortSignal]>;
  /** What SES has accepted, and which e-mails fail. */
  readonly inbox: Inbox;
  /** Which calls of DynamoDB fail, and the capacity that it has counted. */
  readonly dynamoDb: DynamoDbControls;
  /** How long EC2's instances take to boot, how late they are seen, how many there is room for. */
  readonly ec2: Ec2Controls;
  /** Which instances fail the health checks of target groups. */
  readonly targets: TargetControls;
  /** The page at `/_console`. */
  readonly console: Console;
  /**
   * Changes how unkind the cloud is, from now on; what is not named stays as it is. @throws RangeError that names the
   * condition which is wrong; then nothing has changed.
   */
  setConditions(change: Partial<Conditions>): void;
  /** What befalls functions' processes. */
  readonly lambda: LambdaControls;
  /** What goes wrong with calls on their way here, and with their answers on the way back. */
  readonly wire: WireControls;
  /** Puts work on a fleet of instances, whose CPU metrics follow from it, until the load is closed. */
  createLoad(options: LoadOptions): Load;
  /** Ends every service, then the server; removes the directory; stops the clock. May be called again. */
  close(): Promise<void>;
}

/** A factor that is far from the seeds that people choose. */
const SEED_STEP = 0x9e3779b1;

/**
 * Starts the embedded cloud. Rejects with a plain message when its port is taken, and with `KeptStateError` when what is
 * kept cannot be read; what was given to keep state in is ended then, too.
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  try {
    return await start(options);
  } catch (error) {
    options.keep?.end();
    throw error;
  }
}

async function start(options: CloudOptions): Promise<Cloud> {
  const { keep } = options;
  keep?.check(keptKinds);
  const {
    port = 4566,
    clock = new RunningClock(1, Math.max(Date.now(), keep?.time ?? 0)),
    region = "us-east-1",
    accountId = "000000000000",
    checkAnswers = false,
  } = options;
  if (!/^[0-9]{12}$/.test(accountId))
    throw new Error(`accountId: got "${accountId}"; expected twelve digits`);

  const live = new LiveConditions(options.conditions);
  const conditions = live.current;
  // What an earlier cloud has drawn may be among what was kept, and must not be drawn again.
  const seed = ((options.seed ?? 1) + Math.imul(keep?.starts ?? 0, SEED_STEP)) >>> 0;
  if (keep !== undefined) keep.clock = clock;
  const random = seededRandom(seed);
  // Request ids come from a sequence of their own: how many calls were made must not change what is created.
  const requestIds = seededRandom(seed ^ 0x5bd1e995);
  const chance = (condition: keyof Conditions) => namedRandom(seed, condition);
  const shuffle = shuffler(chance("shuffledAnswers"), () => conditions.shuffledAnswers);
  const newRequestId = () => requestIds.uuid();
  const events = new EventStream(() => clock.now());
  const propagation = chance("iamPropagationMs");
  // A part of the longest at least, so that the first calls after a change always come too early.
  const settlesAt = () => clock.now() + conditions.iamPropagationMs * (0.25 + 0.75 * propagation.next());
  const identities = new Identities(accountId, random, { now: () => clock.now(), settlesAt });
  const faults = new Faults(namedRandom(seed, "faults"), clock);
  const policyUse = new PolicyUse(() => clock.now());
  const services = new Map<ServiceName, Service>();
  const shutdown = new AbortController();

  const wire: WireControls = { faults: undefined };
  const authentication: AuthenticationOptions = {
    accountId,
    sessionOf: (accessKeyId) => identities.sessionOf(accessKeyId),
    now: () => ({ cloud: clock.now(), machine: Date.now() }),
  };
  const server = await startServer(
    port,
    awsEndpoint({
      services,
      events,
      faults,
      checkAnswers,
      shuffle,
      authentication,
      wire,
      newRequestId,
      shutdown: shutdown.signal,
    }),
  );
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "embedded-cloud-"));
  mkdirSync(directory, { recursive: true });
  // What functions are made of, and write, is nobody else's.
  chmodSync(directory, 0o700);
  const cold = new ColdFile(join(directory, "cold"));

  /** What `ServiceCaller` types by service and operation. */
  async function call(
    name: ServiceName,
    operation: string,
    input: object,
    caller: Principal,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const service = services.get(name);
    if (service === undefined) throw notSupported(`The service "${name}"`);
    // A caller that brings a signal ends its own calls; the others end with the cloud.
    const request = { caller, requestId: newRequestId(), signal: signal ?? shutdown.signal };
    return await dispatch(service, operation, input, request, {
      events,
      faults,
      checkAnswers,
      shuffle,
      inProcess: true,
    });
  }

  const asAdministrator = ((service: ServiceName, operation: string, input: object, signal?: AbortSignal) =>
    call(service, operation, input, { kind: "administrator", accountId }, signal)) as Cloud["call"];

  const context: CloudContext = {
    clock,
    events,
    random,
    conditions,
    whenConditionsChange: (listener) => live.whenChanged(listener),
    keep: keep ?? keepsNothing,
    faults,
    chance,
    region,
    accountId,
    directory,
    cold,
    endpoint: () => server.endpoint,
    issueCredentials: (...session) => identities.issueCredentials(...session),
    idOfRole: (arn) => identities.idOfRole(arn),
    isSettled: (arn) => identities.isSettled(arn, clock.now()),
    callerOf: (head, service, body) => callerOf(head, service, body, authentication),
    authorize: authorizer(identities, { clock, region, accountId, use: policyUse, faults }),
    policies: policyChecks(identities, { clock, region, accountId }),
    mount: (prefix, handler, named) => {
      server.mount(prefix, handler, named);
    },
    inspect: options.inspect ?? (() => undefined),
    call: call as CloudContext["call"],
  };

  for (const image of options.images ?? []) ec2ControlsOf(context).images.add(image);

  let console: Console | undefined;
  const shutDown = async () => {
    try {
      // What is kept is what stands now: that services end is no failure of what they have in hand, and is told nobody.
      if (keep !== undefined) {
        server.stopAnswering();
        keep.end();
      }
      console?.close();
      for (const service of [...services.values()].reverse()) await service.close?.();
    } finally {
      shutdown.abort();
      await server.close();
      clock.close();
      cold.close();
      rmSync(directory, { recursive: true, force: true });
    }
  };
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= shutDown());

  try {
    for (const service of [createIam(context, identities), createSts(context, identities)]) {
      services.set(service.name, service);
    }
    for (const create of options.services ?? serviceFactories) {
      const service = create(context);
      services.set(service.name, service);
    }
    console = createConsole({
      context,
      identities,
      policyUse,
      read: readerOf(context, services),
      call: asAdministrator,
      setConditions: (change) => live.set(change),
    });
  } catch (error) {
    await close();
    throw error;
  }

  return {
    endpoint: server.endpoint,
    context,
    services,
    call: asAdministrator,
    inbox: inboxOf(context),
    dynamoDb: dynamoDbControlsOf(context),
    ec2: ec2ControlsOf(context),
    targets: targetControlsOf(context),
    console,
    setConditions: (change) => live.set(change),
    lambda: lambdaControlsOf(context),
    wire,
    createLoad: (load) => createLoad(context, load),
    close,
  };
}
