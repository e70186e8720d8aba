import type { Deployment } from "./deployment";

/** Something that the program does from one end to the other, as long as it has its permissions. */
export interface Scenario {
  readonly title: string;
  /** The actions that it cannot do without. */
  readonly needs: readonly string[];
  /** Resolves once it is done in full; where a permission is missing, it may take the signal to end. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** A role, and what shows that each of its permissions is needed. */
export interface Subject {
  readonly roleName: string;
  readonly scenarios: readonly Scenario[];
  /** Makes good what a refused permission has slowed down or stopped. */
  recover(): Promise<void>;
}

export interface DeployedFunction {
  readonly roleName: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Invokes it and waits; rejects with the function's own error. */
  readonly invoke: (event: unknown) => Promise<unknown>;
}

export async function findFunction({ cloud }: Deployment, FunctionName: string): Promise<DeployedFunction> {
  const { Role = "", Environment } = await cloud.call("lambda", "GetFunctionConfiguration", { FunctionName });
  return {
    roleName: Role.split("/").at(-1) ?? "",
    variables: Environment?.Variables ?? {},
    async invoke(event) {
      const { Payload = [], FunctionError } = await cloud.call("lambda", "Invoke", {
        FunctionName,
        Payload: Buffer.from(JSON.stringify(event)),
      });
      const text = Buffer.from(Payload).toString("utf8");
      if (FunctionError !== undefined) throw new Error(text);
      return JSON.parse(text) as unknown;
    },
  };
}

/** What every function does beside its job: logs and traces. `event` gives it nothing to do. */
export function telemetryScenarios(
  { cloud, clock }: Deployment,
  FunctionName: string,
  invoke: () => Promise<unknown>,
): Scenario[] {
  return [
    {
      title: "an invocation is logged, and its trace sent within a second",
      needs: ["logs:PutLogEvents", "xray:PutTraceSegments"],
      async run() {
        await invoke();
        await clock.advance(1_000);
      },
    },
    {
      title: "a new environment opens its log stream, and counts its traces",
      needs: ["logs:CreateLogStream", "xray:PutTelemetryRecords"],
      async run() {
        await cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName, Description: "renewed" });
        await invoke();
        await clock.advance(1_000);
      },
    },
  ];
}
