import type { Clients, ServiceName, officialServices } from "./officialServices";

type Client<S extends ServiceName> = Clients[(typeof officialServices)[S]["client"]] &
  CompanionClient<(typeof officialServices)[S]>;

type CompanionClient<Settings> = Settings extends {
  readonly companion: { readonly client: infer Name extends keyof Clients };
}
  ? Clients[Name]
  : unknown;

/** "SendMessage" of sqs: whatever the SDK's client has a command for. */
export type OperationName<S extends ServiceName> = {
  [K in keyof Client<S>]: K extends `${infer Name}Command` ? Name : never;
}[keyof Client<S>];

/** Commands are told by the handler that they resolve to: it names their input and output. */
interface Command {
  resolveMiddleware(...parameters: never[]): (request: { input: never }) => Promise<{ output: unknown }>;
}

type CommandOf<S extends ServiceName, N extends string> = `${N}Command` extends keyof Client<S>
  ? Client<S>[`${N}Command`] extends new (...parameters: never[]) => infer Instance
    ? Instance extends Command
      ? ReturnType<Instance["resolveMiddleware"]>
      : never
    : never
  : never;

/** An operation's input as the SDK types it. */
export type Input<S extends ServiceName, N extends string> =
  CommandOf<S, N> extends (request: { input: infer I }) => unknown ? I : never;

type SdkOutput<S extends ServiceName, N extends string> =
  CommandOf<S, N> extends (...parameters: never[]) => Promise<{ output: infer O }>
    ? Omit<O, "$metadata">
    : never;

/** What an operation gives back: the SDK's type, with what the model requires really there. */
export type Output<S extends ServiceName, N extends string> = Given<SdkOutput<S, N>>;

/** The SDK types even required members as possibly undefined; here what is there has a value. */
export type Definite<T> = T extends Uint8Array
  ? Uint8Array
  : T extends Date
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Definite<Item>[]
      : T extends object
        ? { readonly [K in keyof T]: Definite<Blob<Exclude<T[K], undefined>>> }
        : T;

/** Clients take a blob in many forms; an operation sees bytes. */
type Blob<T> = [Extract<T, Uint8Array>] extends [never] ? T : Uint8Array;

type Given<T> = T extends Uint8Array
  ? Uint8Array
  : T extends Date
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Given<Item>[]
      : T extends object
        ? {
            readonly [K in keyof T]:
              Given<Exclude<T[K], undefined>> | (object extends Pick<T, K> ? undefined : never);
          }
        : T;

/** Calls an operation in-process: what goes in and comes out is typed by the service's model. */
export type ServiceCaller<Extra extends readonly unknown[]> = <
  S extends ServiceName,
  N extends OperationName<S> & string,
>(
  service: S,
  operation: N,
  input: Input<S, N>,
  ...extra: Extra
) => Promise<Answer<S, N>>;

/** An operation's output as a caller in-process gets it. */
export type Answer<S extends ServiceName, N extends string> = Definite<SdkOutput<S, N>>;
