import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bundleHandler, BundlingError, productionDependencies } from "../bundling/bundle";
import type { HandlerBundle } from "../bundling/bundleCache";
import { readEncrypted, type EncryptionKey } from "./encryption";
import { metricsNamespace, policyDocument, type Transform, transformed } from "./resources";

/** A file of `handlers/`, as a type: `typeof import("../../handlers/processOrders")`. */
export interface HandlerModule {
  readonly handler: (event: never, context: aws.lambda.Context) => Promise<unknown>;
  /** The variables that the module reads. */
  readonly environment: Readonly<Record<string, string>>;
}

type EventOf<Module extends HandlerModule> = Parameters<Module["handler"]>[0];
type AnswerOf<Module extends HandlerModule> = Awaited<ReturnType<Module["handler"]>>;

export interface LambdaFunctionArgs<Module extends HandlerModule> {
  /** The file in `handlers/`, without its extension ("processOrders"); it exports `handler`. */
  readonly handler: string;
  /** What the function is for, as the console shows it. */
  readonly description: string;
  /** All that the function may do, beside writing its own logs and traces. Name actions and resources exactly. */
  readonly statements: readonly pulumi.Input<aws.iam.PolicyStatement>[];
  /** Exactly what the module reads; what names the function's own metrics is always there besides. */
  readonly environment: { readonly [Name in keyof Module["environment"]]: pulumi.Input<string> };
  /** 1 to 900 seconds. */
  readonly timeoutSeconds: pulumi.Input<number>;
  /** 128 to 10,240 MB; the share of a processor grows with it, a whole one at 1,769 MB. */
  readonly memoryMegabytes: pulumi.Input<number>;
  /** Days; one of the periods that CloudWatch Logs knows. */
  readonly logRetentionDays: pulumi.Input<number>;
  /** Concurrent executions set aside for, and allowed to, this function; by default the account's pool. */
  readonly reservedConcurrency?: pulumi.Input<number> | undefined;
  /** The KMS key of its environment and its logs; by default the services' own. What it reads, it may decrypt. */
  readonly encryptionKeyArn?: EncryptionKey;
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  readonly transform?: LambdaFunctionTransforms | undefined;
}

export interface LambdaFunctionTransforms {
  readonly function?: Transform<aws.lambda.BaseCallbackFunctionArgs>;
  readonly role?: Transform<aws.iam.RoleArgs>;
  readonly policy?: Transform<aws.iam.RolePolicyArgs>;
  readonly logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
}

const ASSUMED_BY_LAMBDA = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/**
 * A callback function with least privilege and a small package: its handler bundled into one file, a role with
 * exact statements and no managed policy, a log group of its own with retention, JSON logs, active tracing.
 *
 * `Module` is the type of the handler's file, which must be the one that `args.handler` names:
 * `new LambdaFunction<typeof import("../../handlers/processOrders")>(…, { handler: "processOrders" })`.
 */
export class LambdaFunction<Module extends HandlerModule> extends pulumi.ComponentResource {
  readonly function: aws.lambda.CallbackFunction<EventOf<Module>, AnswerOf<Module>>;
  readonly role: aws.iam.Role;
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** Where the metrics are that the function publishes itself; `service` is their only dimension. */
  readonly metrics: { readonly namespace: string; readonly service: string };

  constructor(name: string, args: LambdaFunctionArgs<Module>, opts?: pulumi.ComponentResourceOptions) {
    super("event-driven-aws:parts:LambdaFunction", name, {}, opts);
    const { transform = {} } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };

    const key = args.encryptionKeyArn;

    this.metrics = { namespace: metricsNamespace(), service: name };
    this.logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      ...transformed(
        transform.logGroup,
        {
          retentionInDays: args.logRetentionDays,
          ...(key !== undefined && { kmsKeyId: key }),
          ...tags,
        },
        child,
      ),
    );
    this.role = new aws.iam.Role(
      `${name}-role`,
      ...transformed(
        transform.role,
        { description: `Execution role of ${name}`, assumeRolePolicy: ASSUMED_BY_LAMBDA, ...tags },
        child,
      ),
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      ...transformed(
        transform.policy,
        {
          role: this.role.name,
          policy: policyDocument([...args.statements, ...readEncrypted(key), ...ownTelemetry(this.logGroup)]),
        },
        child,
      ),
    );

    const bundle = bundleOf(args.handler);
    const bundledModule = bundle.module;
    const [functionArgs, functionOptions] = transformed<
      aws.lambda.BaseCallbackFunctionArgs,
      pulumi.CustomResourceOptions
    >(
      transform.function,
      {
        description: args.description,
        // A fresh object each time: CallbackFunction writes into it.
        codePathOptions: { extraIncludePaths: bundle.paths, extraExcludePackages: productionDependencies() },
        // The policy's id makes the function wait until its permissions are attached.
        role: pulumi.all([this.role.arn, policy.id]).apply(([arn]) => arn),
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        memorySize: args.memoryMegabytes,
        timeout: args.timeoutSeconds,
        tracingConfig: { mode: "Active" },
        loggingConfig: { logFormat: "JSON", logGroup: this.logGroup.name },
        environment: {
          variables: {
            NODE_OPTIONS: "--enable-source-maps",
            POWERTOOLS_SERVICE_NAME: this.metrics.service,
            POWERTOOLS_METRICS_NAMESPACE: this.metrics.namespace,
            ...args.environment,
          },
        },
        ...(key !== undefined && { kmsKeyArn: key }),
        ...(args.reservedConcurrency === undefined
          ? {}
          : { reservedConcurrentExecutions: args.reservedConcurrency }),
        ...tags,
      },
      child,
    );
    type Callback = aws.lambda.Callback<EventOf<Module>, AnswerOf<Module>>;
    // Serialised into the deployed program, where the bundle lies beside it and `require` is that program's own.
    const callbackFactory = () => {
      const load: (module: string) => unknown = require;
      return (load(bundledModule) as { handler: Callback }).handler;
    };
    this.function = new aws.lambda.CallbackFunction<EventOf<Module>, AnswerOf<Module>>(
      name,
      { ...functionArgs, callbackFactory },
      functionOptions,
    );
    this.registerOutputs({ functionName: this.function.name, roleName: this.role.name });
  }
}

/** What is wrong with a handler's source says the message: the stack of who wanted it bundled would only hide it. */
function bundleOf(handler: string): HandlerBundle {
  try {
    return bundleHandler(handler);
  } catch (error) {
    throw error instanceof BundlingError ? new pulumi.RunError(error.message) : error;
  }
}

function ownTelemetry(logGroup: aws.cloudwatch.LogGroup): pulumi.Input<aws.iam.PolicyStatement>[] {
  return [
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${logGroup.arn}:*`,
    },
    // X-Ray has no resources for traces to name: "*" is the only one that its write actions accept.
    { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
  ];
}
