import type { TerraformResource, TerraformResources } from "./terraformProgram";

type Change = (resource: TerraformResource) => TerraformResource;

const text = (value: unknown) => (typeof value === "string" ? value : "");
const more =
  (by: number, name: string): Change =>
  (resource) =>
    resource[name] === undefined ? {} : { [name]: Number(resource[name]) + by };
const set =
  (changed: TerraformResource): Change =>
  () =>
    changed;
const sayMore =
  (name: string): Change =>
  (resource) =>
    resource[name] === undefined ? {} : { [name]: `${text(resource[name])} Changed.` };
/** Another statement in a policy that allows nothing new. */
const otherPolicy =
  (name: string): Change =>
  (resource) => {
    const policy = JSON.parse(text(resource[name])) as { Statement: object[] };
    const statement = policy.Statement.map((one, at) => ({ ...one, Sid: `Changed${at}` }));
    return { [name]: JSON.stringify({ ...policy, Statement: statement }) };
  };
const inFirst =
  (name: string, change: Change): Change =>
  (resource) => {
    const [first, ...rest] = (resource[name] ?? []) as TerraformResource[];
    return first === undefined ? {} : { [name]: [{ ...first, ...change(first) }, ...rest] };
  };

/** What is changed of each type's arguments that AWS can change in place; tags are changed wherever there are any. */
const CHANGES: Readonly<Record<string, readonly Change[]>> = {
  aws_apigatewayv2_api: [
    sayMore("description"),
    set({ cors_configuration: [{ allow_origins: ["https://changed.example.com"], max_age: 60 }] }),
  ],
  aws_apigatewayv2_integration: [more(-1000, "timeout_milliseconds")],
  aws_apigatewayv2_route: [set({ operation_name: "changed" })],
  aws_apigatewayv2_stage: [
    sayMore("description"),
    inFirst("default_route_settings", more(1, "throttling_burst_limit")),
  ],
  aws_autoscaling_group: [more(1, "max_size"), set({ health_check_grace_period: 77, default_cooldown: 33 })],
  aws_cloudwatch_dashboard: [
    ({ dashboard_body: body }) => {
      const dashboard = JSON.parse(text(body)) as { widgets: object[] };
      return { dashboard_body: JSON.stringify({ ...dashboard, widgets: dashboard.widgets.slice(1) }) };
    },
  ],
  aws_cloudwatch_event_rule: [sayMore("description"), set({ state: "DISABLED" })],
  aws_cloudwatch_event_target: [inFirst("retry_policy", more(60, "maximum_event_age_in_seconds"))],
  aws_cloudwatch_log_group: [set({ retention_in_days: 14 })],
  aws_cloudwatch_metric_alarm: [
    sayMore("alarm_description"),
    more(1, "threshold"),
    more(1, "evaluation_periods"),
    set({ actions_enabled: false }),
  ],
  aws_dynamodb_table: [
    set({
      deletion_protection_enabled: false,
      point_in_time_recovery: [{ enabled: false }],
      ttl: [{ attribute_name: "expiresAt", enabled: true }],
    }),
    ({ attribute, hash_key: hash, global_secondary_index: indexes = [] }) => ({
      attribute: [...(attribute as object[]), { name: "changed", type: "S" }],
      global_secondary_index: [
        ...(indexes as object[]),
        { name: "changed", hash_key: "changed", range_key: hash, projection_type: "KEYS_ONLY" },
      ],
    }),
  ],
  aws_iam_role: [
    sayMore("description"),
    set({ max_session_duration: 7200 }),
    otherPolicy("assume_role_policy"),
  ],
  aws_iam_role_policy: [otherPolicy("policy")],
  aws_kms_alias: [],
  aws_kms_key: [
    sayMore("description"),
    set({ enable_key_rotation: false, deletion_window_in_days: 8 }),
    otherPolicy("policy"),
  ],
  aws_lambda_event_source_mapping: [
    more(1, "batch_size"),
    more(1, "maximum_batching_window_in_seconds"),
    set({ enabled: false }),
  ],
  aws_lambda_function: [
    sayMore("description"),
    more(64, "memory_size"),
    more(1, "timeout"),
    inFirst("environment", ({ variables }) => ({ variables: { ...(variables as object), CHANGED: "yes" } })),
  ],
  aws_lambda_function_event_invoke_config: [more(60, "maximum_event_age_in_seconds")],
  // Its function runs whenever its input changes: that is what the program uses it for.
  aws_lambda_invocation: [],
  aws_lambda_permission: [],
  aws_launch_template: [sayMore("description"), set({ instance_type: "t3.small" })],
  aws_security_group: [
    set({
      ingress: [
        {
          ...{ from_port: 443, to_port: 443, protocol: "tcp", cidr_blocks: ["10.0.0.0/8"], self: false },
          ...{ description: "", ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [] },
        },
      ],
    }),
  ],
  aws_sesv2_email_identity: [],
  aws_sns_topic: [sayMore("display_name")],
  aws_sns_topic_policy: [otherPolicy("policy")],
  aws_sns_topic_subscription: [],
  aws_sqs_queue: [
    more(5, "visibility_timeout_seconds"),
    set({ message_retention_seconds: 600, delay_seconds: 1 }),
  ],
  aws_sqs_queue_policy: [otherPolicy("policy")],
  aws_sqs_queue_redrive_allow_policy: [],
};

/** Every resource with each argument changed that can be changed in place. */
export function changed(resources: TerraformResources): TerraformResources {
  return Object.fromEntries(
    Object.entries(resources).map(([type, byName]) => {
      const changes = CHANGES[type];
      if (changes === undefined) throw new Error(`say in ${__filename} what of ${type} can be changed`);
      const each = Object.entries(byName).map(([name, resource]) => [name, change(resource, changes)]);
      return [type, Object.fromEntries(each) as TerraformResources[string]];
    }),
  );
}

function change(resource: TerraformResource, changes: readonly Change[]): TerraformResource {
  const tags = resource.tags === undefined ? {} : { tags: { ...(resource.tags as object), Changed: "yes" } };
  return changes.reduce((former, one) => ({ ...former, ...one(former) }), { ...resource, ...tags });
}
