import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { OrderPipeline } from "../orderPipeline/orderPipeline";
import { ArgumentChecks, integer, listOf, LOG_RETENTION_DAYS, text } from "../parts/arguments";
import { checkTable, defaulted, optional, type ArgumentsOf, type Checked } from "../parts/argumentTable";
import type { LambdaFunctionTransforms } from "../parts/lambdaFunction";
import type { Transform } from "../parts/resources";

/** An issuer of this machine is for the embedded cloud, which asks no other. */
const ISSUER = text(
  /^(?:https:\/\/[^\s/?#]+|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?)(?:\/[^\s?#]*)?$/,
  "an issuer's https URL, as its tokens name it",
);

/** One origin, letter for letter as browsers send it: a wildcard would let in every page there is. */
const ORIGIN = text(/^https?:\/\/[a-z0-9.-]+(?::\d+)?$/, "an origin such as https://shop.example.com");

/** What of the API is a matter of configuration. */
export const orderApiArguments = {
  // "API Gateway quotas": an account takes 10,000 a second in bursts of 5,000.
  /** Requests a second that each route takes before it answers 429. */
  rateLimit: defaulted(100, integer(1, 10_000, "requests a second")),
  /** Requests at one time that each route takes before it answers 429. */
  burstLimit: defaulted(200, integer(1, 5_000, "requests")),
  /**
   * Who issues the JSON Web Tokens that callers bear: an https URL, as the tokens' `iss` has it. With ordersApiJwtAudiences;
   * both empty for callers who sign with AWS keys.
   */
  jwtIssuer: optional(ISSUER, { plain: true }),
  /** Whom the tokens are for: at least one of these stands in their `aud`, or in their `client_id`. */
  jwtAudiences: optional(listOf(text(/^\S{1,256}$/, "an audience without spaces"), 1), { plain: true }),
  /** Origins whose web pages may call the API. Empty for none. */
  corsOrigins: optional(listOf(ORIGIN, 1), { plain: true }),
};

/** Rules, defaults, units: `orderApiArguments`. */
export interface OrderApiArgs extends ArgumentsOf<typeof orderApiArguments> {
  /** The pipeline that takes the orders: `orders.nodes`. */
  readonly orders: Pick<OrderPipeline["nodes"], "queue" | "ordersTable">;
  /**
   * The parameter mapping that gives each order its message group; `$request.body.orderId` by default. For a FIFO queue
   * that must keep the orders of one customer in their order: `$request.body.customerEmail`, say. An order in which it
   * finds nothing is refused with 400.
   */
  readonly messageGroup?: string | undefined;
  /** How long logs are kept, in days; one of the periods that CloudWatch Logs knows; default 30. */
  readonly logRetentionDays?: pulumi.Input<number> | undefined;
  /** Put on every resource that takes tags. */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Changes to single children; see `Transform`. */
  readonly transform?: OrderApiTransforms | undefined;
}

export interface OrderApiTransforms {
  readonly api?: Transform<aws.apigatewayv2.ApiArgs>;
  readonly stage?: Transform<aws.apigatewayv2.StageArgs>;
  readonly accessLog?: Transform<aws.cloudwatch.LogGroupArgs>;
  readonly sendRole?: Transform<aws.iam.RoleArgs>;
  readonly authorizer?: Transform<aws.apigatewayv2.AuthorizerArgs>;
  readonly placeOrder?: Transform<aws.apigatewayv2.RouteArgs>;
  readonly getOrderRoute?: Transform<aws.apigatewayv2.RouteArgs>;
  readonly getOrder?: LambdaFunctionTransforms;
}

/** What is wrong with one of the two, which belong together. */
export function jwtProblem(issuer: unknown, audiences: unknown): string | undefined {
  return (issuer === undefined) === (audiences === undefined)
    ? undefined
    : "expected both an issuer and its audiences, or neither";
}

/**
 * The arguments with defaults filled in, Outputs among them still to be checked when they resolve.
 *
 * @param component how the error calls the component.
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export function checkOrderApiArgs(
  component: string,
  args: OrderApiArgs,
): Checked<typeof orderApiArguments> & { readonly logRetentionDays: pulumi.Input<number> } {
  const checks = new ArgumentChecks(component);
  const checked = checkTable(checks, orderApiArguments, args);
  const logRetentionDays = checks.value("logRetentionDays", args.logRetentionDays, LOG_RETENTION_DAYS, 30);
  const problem = jwtProblem(args.jwtIssuer, args.jwtAudiences);
  if (problem !== undefined)
    checks.reject(args.jwtIssuer === undefined ? "jwtIssuer" : "jwtAudiences", problem);
  checks.throwIfAny();
  return { ...checked, logRetentionDays };
}
