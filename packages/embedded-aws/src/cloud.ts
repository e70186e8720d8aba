import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { awsEndpoint } from "./core/awsEndpoint";
import type { Clock } from "./core/clock";
import { RunningClock } from "./core/clock";
import { dispatch } from "./core/dispatch";
import { notSupported } from "./core/errors";
import { EventStream } from "./core/eventStream";
import { seededRandom } from "./core/random";
import { startServer } from "./core/server";
import type { CloudContext, Service, ServiceName } from "./core/service";
import type { Principal } from "./core/iam/principal";
import type { ServiceCaller } from "./wire/operation";
import { authorizer } from "./core/iam/authorize";
import { policyChecks } from "./core/iam/policyChecks";
import { createIam } from "./services/iam/iam";
import { Identities } from "./core/iam/identities";
import { ec2ControlsOf } from "./services/ec2/controls";
import type { ImageOption } from "./services/ec2/images";
import { serviceFactories, type ServiceFactory } from "./services";
import { createSts } from "./services/sts/sts";

export interface CloudOptions {
  /** Default 4566; 0 for any free port. */
  readonly port?: number;
  /** Default: a clock at real speed. */
  readonly clock?: Clock;
  /** Default "us-east-1". */
  readonly region?: string;
  /** Twelve digits; default "000000000000". */
  readonly accountId?: string;
  /** Of all identifiers and jitter; default 1. */
  readonly seed?: number;
  /** For files of this run, removed by `close`; default a new one under the system's temporary directory. */
  readonly directory?: string;
  /** Default false. True for tests: an answer that AWS's model does not allow fails its call. */
  readonly checkAnswers?: boolean;
  /**
   * AMIs that exist beside Amazon Linux's: ids, or ids with an architecture, which a launch then checks. Launching any
   * other is `InvalidAMIID.NotFound`.
   */
  readonly images?: readonly ImageOption[];
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
  /** Ends every service, then the server; removes the directory; stops the clock. May be called again. */
  close(): Promise<void>;
}

/** Starts the embedded cloud. Rejects with a plain message when its port is taken. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const {
    port = 4566,
    clock = new RunningClock(),
    region = "us-east-1",
    accountId = "000000000000",
    checkAnswers = false,
  } = options;
  if (!/^[0-9]{12}$/.test(accountId))
    throw new Error(`accountId: got "${accountId}"; expected twelve digits`);

  const random = seededRandom(options.seed ?? 1);
  // Request ids come from a sequence of their own: how many calls were made must not change what is created.
  const requestIds = seededRandom((options.seed ?? 1) ^ 0x5bd1e995);
  const newRequestId = () => requestIds.uuid();
  const events = new EventStream(() => clock.now());
  const identities = new Identities(accountId, random);
  const services = new Map<ServiceName, Service>();
  const shutdown = new AbortController();

  const server = await startServer(
    port,
    awsEndpoint({
      services,
      events,
      checkAnswers,
      authentication: {
        accountId,
        sessionOf: (accessKeyId) => identities.sessionOf(accessKeyId),
        now: () => ({ cloud: clock.now(), machine: Date.now() }),
      },
      newRequestId,
      shutdown: shutdown.signal,
    }),
  );
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "embedded-cloud-"));
  mkdirSync(directory, { recursive: true });
  // What functions are made of, and write, is nobody else's.
  chmodSync(directory, 0o700);

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
    return await dispatch(service, operation, input, request, { events, checkAnswers, inProcess: true });
  }

  const context: CloudContext = {
    clock,
    events,
    random,
    region,
    accountId,
    directory,
    endpoint: () => server.endpoint,
    issueCredentials: (roleName, sessionName) => identities.issueCredentials(roleName, sessionName),
    authorize: authorizer(identities, { clock, region, accountId }),
    policies: policyChecks(identities, { clock, region, accountId }),
    mount: (prefix, handler) => server.mount(prefix, handler),
    call: call as CloudContext["call"],
  };

  for (const image of options.images ?? []) ec2ControlsOf(context).images.add(image);

  const shutDown = async () => {
    try {
      for (const service of [...services.values()].reverse()) await service.close?.();
    } finally {
      shutdown.abort();
      await server.close();
      clock.close();
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
  } catch (error) {
    await close();
    throw error;
  }

  return {
    endpoint: server.endpoint,
    context,
    services,
    call: ((service: ServiceName, operation: string, input: object, signal?: AbortSignal) =>
      call(service, operation, input, { kind: "administrator", accountId }, signal)) as Cloud["call"],
    close,
  };
}
