import type { Identities } from "../core/iam/identities";
import type { PolicyUse } from "../core/iam/policyUse";
import type { Conditions } from "../core/conditions/conditions";
import type { CloudContext } from "../core/service";
import type { Load } from "../load/load";
import type { ServiceCaller } from "../wire/operation";
import type { Graph } from "./graph";
import type { History } from "./history";
import type { AskName, Fleet, Question, Reply } from "./protocol";
import type { Reader } from "./reader";

/** What answers to questions are made of. */
export interface ConsoleParts {
  readonly context: CloudContext;
  readonly identities: Identities;
  readonly policyUse: PolicyUse;
  readonly history: History;
  readonly read: Reader;
  /** As the administrator, with everything that a call is: it is seen in the event stream. */
  readonly call: ServiceCaller<[signal?: AbortSignal]>;
  /** As `Cloud.setConditions`. */
  readonly setConditions: (change: Partial<Conditions>) => void;
  /** What the program registered, or what stands there without one. */
  readonly graph: () => Graph;
  readonly fleet: () => Fleet | undefined;
  /** The load that the console puts on the fleet, made when it is first asked for. */
  readonly load: () => Load;
}

/** An answer to each of some questions. */
export type Answers<Names extends AskName> = {
  readonly [Name in Names]: (question: Question<Name>) => Reply<Name> | Promise<Reply<Name>>;
};
