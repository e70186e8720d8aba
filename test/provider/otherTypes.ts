import { writeFile } from "node:fs/promises";
import path from "node:path";
import { zipSync } from "fflate";
import type { TerraformResource, TerraformResources } from "./terraformProgram";

const trusting = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
/** Of the version that SNS and SQS write themselves. */
const queuePolicy = (sid: string) =>
  JSON.stringify({
    Version: "2008-10-17",
    Statement: [
      {
        ...{
          Sid: sid,
          Effect: "Allow",
          Principal: { Service: "sns.amazonaws.com" },
          Action: "sqs:SendMessage",
        },
        Resource: "${aws_sqs_queue.inbox.arn}",
      },
    ],
  });
const onBus = (sid: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        ...{ Sid: sid, Effect: "Allow", Principal: { AWS: "${aws_iam_role.worker.arn}" } },
        ...{ Action: "events:PutEvents", Resource: "${aws_cloudwatch_event_bus.orders.arn}" },
      },
    ],
  });
const reading = (...actions: string[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: "${aws_dynamodb_table.ledger.arn}" }],
  });

/**
 * A resource of each type that the embedded engine has and the program does not use, or uses in one way of several.
 *
 * @param directory where the function's package is written
 */
export async function otherTypes(
  directory: string,
): Promise<{ readonly first: TerraformResources; readonly changed: TerraformResources }> {
  const code = path.join(directory, "worker.zip");
  const handler = Buffer.from("exports.handler = async () => 'done';");
  await writeFile(code, zipSync({ "index.js": handler }, { mtime: new Date(1980, 0, 1) }));
  const at = (which: "before" | "after"): TerraformResources => {
    const either = <T>(before: T, after: T): T => ({ before, after })[which];
    const tags = either({ Team: "orders" }, { Team: "stock", Changed: "yes" });
    return {
      ...identity(either, tags),
      ...messaging(either, tags),
      ...storage(either, tags),
      ...network(either, tags),
      ...compute(either, tags, code),
    };
  };
  return { first: at("before"), changed: at("after") };
}

/** What an argument is at first, or what it is changed to. */
type Either = <T>(before: T, after: T) => T;

function identity(either: Either, tags: TerraformResource): TerraformResources {
  return {
    aws_iam_role: {
      worker: { name: "worker", assume_role_policy: trusting("lambda.amazonaws.com"), tags },
      host: { name: "host", path: "/hosts/", assume_role_policy: trusting("ec2.amazonaws.com") },
    },
    aws_iam_policy: {
      reads: {
        ...{ name: "reads", description: "Reads the ledger", tags },
        policy: either(reading("dynamodb:GetItem"), reading("dynamodb:GetItem", "dynamodb:Query")),
      },
    },
    aws_iam_role_policy_attachment: {
      reads: { role: "${aws_iam_role.worker.name}", policy_arn: "${aws_iam_policy.reads.arn}" },
    },
    aws_iam_instance_profile: {
      host: { name: "host", role: either("${aws_iam_role.host.name}", "${aws_iam_role.worker.name}"), tags },
    },
    aws_kms_key: { ledger: { description: either("The ledger's", "The ledger's own"), tags } },
    aws_kms_alias: { ledger: { name: "alias/ledger", target_key_id: "${aws_kms_key.ledger.key_id}" } },
  };
}

function messaging(either: Either, tags: TerraformResource): TerraformResources {
  return {
    aws_sqs_queue: {
      inbox: { name: "inbox", tags },
      failed: { name: "failed" },
      steps: { name: "steps.fifo", fifo_queue: true, content_based_deduplication: either(true, false) },
    },
    aws_sqs_queue_redrive_policy: {
      inbox: {
        queue_url: "${aws_sqs_queue.inbox.id}",
        redrive_policy: `{"deadLetterTargetArn":"\${aws_sqs_queue.failed.arn}","maxReceiveCount":${either(5, 6)}}`,
      },
    },
    aws_sqs_queue_policy: {
      inbox: { queue_url: "${aws_sqs_queue.inbox.id}", policy: queuePolicy(either("Topic", "News")) },
    },
    aws_sns_topic: { news: { name: "news", display_name: either("News", "Old news"), tags } },
    aws_sns_topic_subscription: {
      inbox: {
        ...{
          topic_arn: "${aws_sns_topic.news.arn}",
          protocol: "sqs",
          endpoint: "${aws_sqs_queue.inbox.arn}",
        },
        raw_message_delivery: either(false, true),
        filter_policy: JSON.stringify({ kind: either(["order"], ["order", "stock"]) }),
      },
    },
    aws_cloudwatch_event_bus: {
      orders: { name: "orders", description: either("Orders", "All orders"), tags },
    },
    aws_cloudwatch_event_bus_policy: {
      orders: {
        event_bus_name: "${aws_cloudwatch_event_bus.orders.name}",
        policy: onBus(either("Workers", "Others")),
      },
    },
    aws_cloudwatch_event_rule: {
      orders: {
        ...{ name: "orders", event_bus_name: "${aws_cloudwatch_event_bus.orders.name}", tags },
        event_pattern: JSON.stringify({ source: either(["orders"], ["orders", "stock"]) }),
      },
    },
    aws_cloudwatch_event_target: {
      orders: {
        ...{ event_bus_name: "${aws_cloudwatch_event_bus.orders.name}", target_id: "inbox" },
        ...{ rule: "${aws_cloudwatch_event_rule.orders.name}", arn: "${aws_sqs_queue.inbox.arn}" },
        input_transformer: [
          { input_paths: { id: either("$.id", "$.detail.id") }, input_template: '{"order":<id>}' },
        ],
      },
    },
    aws_sesv2_configuration_set: { mails: { configuration_set_name: "mails", tags } },
    aws_sesv2_configuration_set_event_destination: {
      mails: {
        configuration_set_name: "${aws_sesv2_configuration_set.mails.configuration_set_name}",
        event_destination_name: "bounces",
        event_destination: [
          {
            enabled: either(true, false),
            matching_event_types: either(["BOUNCE"], ["BOUNCE", "COMPLAINT"]),
            event_bridge_destination: [
              { event_bus_arn: "arn:aws:events:us-east-1:000000000000:event-bus/default" },
            ],
          },
        ],
      },
    },
    aws_sesv2_email_identity: {
      sender: {
        email_identity: "sender@example.com",
        configuration_set_name: "${aws_sesv2_configuration_set.mails.configuration_set_name}",
        tags,
      },
    },
  };
}

function storage(either: Either, tags: TerraformResource): TerraformResources {
  const attribute = (name: string) => ({ name, type: "S" });
  const index = (name: string, units?: number) => ({
    ...{ name, hash_key: name, projection_type: "ALL" },
    ...(units !== undefined && { read_capacity: units, write_capacity: units }),
  });
  return {
    aws_dynamodb_table: {
      ledger: {
        ...{ name: "ledger", hash_key: "id", billing_mode: "PAY_PER_REQUEST", tags },
        // Two indexes go, two come: one a request.
        attribute: either(["id", "day", "shop"], ["id", "month", "region"]).map(attribute),
        global_secondary_index: either([index("day"), index("shop")], [index("month"), index("region")]),
        server_side_encryption: [{ enabled: true, kms_key_arn: "${aws_kms_key.ledger.arn}" }],
        stream_enabled: either(false, true),
        ...either({}, { stream_view_type: "NEW_IMAGE" }),
      },
      stock: {
        ...{ name: "stock", hash_key: "sku", read_capacity: either(2, 3), write_capacity: 2 },
        attribute: [attribute("sku"), attribute("shelf")],
        global_secondary_index: [index("shelf", either(2, 3))],
      },
    },
    aws_dynamodb_table_item: {
      first: {
        ...{ table_name: "${aws_dynamodb_table.stock.name}", hash_key: "sku" },
        item: JSON.stringify({ sku: { S: "a" }, shelf: { S: either("one", "two") } }),
      },
    },
    aws_ssm_parameter: {
      limit: {
        name: "/orders/limit",
        type: "String",
        value: either("5", "6"),
        description: "The limit",
        tags,
      },
      secret: { name: "/orders/secret", type: "SecureString", value: either("one", "two") },
    },
    aws_cloudwatch_log_group: {
      worker: { name: "/worker", ...either({ retention_in_days: 7 }, {}), tags },
    },
  };
}

function network(either: Either, tags: TerraformResource): TerraformResources {
  return {
    aws_vpc: {
      fleet: {
        ...{ cidr_block: "10.1.0.0/16", enable_dns_hostnames: either(false, true), tags },
      },
    },
    aws_subnet: {
      public: {
        ...{
          vpc_id: "${aws_vpc.fleet.id}",
          cidr_block: "10.1.0.0/24",
          availability_zone: "us-east-1a",
          tags,
        },
        map_public_ip_on_launch: either(false, true),
      },
      private: { vpc_id: "${aws_vpc.fleet.id}", cidr_block: "10.1.1.0/24", availability_zone: "us-east-1b" },
    },
    aws_internet_gateway: { fleet: { vpc_id: "${aws_vpc.fleet.id}", tags } },
    aws_eip: { fleet: { domain: "vpc", tags, depends_on: ["aws_internet_gateway.fleet"] } },
    aws_nat_gateway: {
      fleet: {
        ...{ allocation_id: "${aws_eip.fleet.id}", subnet_id: "${aws_subnet.public.id}", tags },
        depends_on: ["aws_internet_gateway.fleet"],
      },
    },
    aws_route_table: { private: { vpc_id: "${aws_vpc.fleet.id}", tags } },
    aws_route: {
      out: {
        ...{ route_table_id: "${aws_route_table.private.id}", destination_cidr_block: "0.0.0.0/0" },
        ...either(
          { nat_gateway_id: "${aws_nat_gateway.fleet.id}" },
          { gateway_id: "${aws_internet_gateway.fleet.id}" },
        ),
      },
    },
    aws_route_table_association: {
      private: { route_table_id: "${aws_route_table.private.id}", subnet_id: "${aws_subnet.private.id}" },
    },
    aws_vpc_endpoint: {
      tables: {
        ...{ vpc_id: "${aws_vpc.fleet.id}", service_name: "com.amazonaws.us-east-1.dynamodb", tags },
        route_table_ids: either(["${aws_route_table.private.id}"], []),
      },
    },
    aws_default_security_group: { fleet: { vpc_id: "${aws_vpc.fleet.id}", tags } },
    aws_security_group: {
      hosts: {
        ...{ name: "hosts", description: "Hosts of the fleet", vpc_id: "${aws_vpc.fleet.id}", tags },
        egress: [
          {
            ...{ from_port: 443, to_port: either(443, 444), protocol: "tcp", cidr_blocks: ["0.0.0.0/0"] },
            ...{
              description: "TLS",
              ipv6_cidr_blocks: [],
              prefix_list_ids: [],
              security_groups: [],
              self: false,
            },
          },
        ],
      },
    },
    aws_launch_template: {
      hosts: {
        ...{
          name: "hosts",
          image_id: "ami-0123456789abcdef0",
          instance_type: either("t3.micro", "t3.small"),
        },
        vpc_security_group_ids: ["${aws_security_group.hosts.id}"],
        iam_instance_profile: [{ name: "${aws_iam_instance_profile.host.name}" }],
        metadata_options: [{ http_tokens: "required", http_endpoint: "enabled" }],
      },
    },
  };
}

function compute(either: Either, tags: TerraformResource, code: string): TerraformResources {
  const threshold = { threshold: either(1, 2), comparison_operator: "GreaterThanThreshold" };
  return {
    aws_lambda_function: {
      worker: {
        ...{ function_name: "worker", role: "${aws_iam_role.worker.arn}", filename: code, tags },
        ...{ handler: "index.handler", runtime: "nodejs22.x", publish: true, timeout: either(3, 4) },
        reserved_concurrent_executions: either(2, -1),
        // What a role may do is not known at once.
        depends_on: ["aws_iam_role_policy_attachment.reads"],
      },
    },
    aws_lambda_alias: {
      live: {
        ...{ name: "live", function_name: "${aws_lambda_function.worker.function_name}" },
        function_version: "${aws_lambda_function.worker.version}",
        description: either("Live", "Live now"),
      },
    },
    aws_cloudwatch_metric_alarm: {
      errors: {
        ...{ alarm_name: "errors", namespace: "AWS/Lambda", metric_name: "Errors", statistic: "Sum", tags },
        ...{ period: 60, evaluation_periods: either(1, 2), ...threshold },
      },
    },
    aws_cloudwatch_composite_alarm: {
      any: {
        ...{ alarm_name: "any", alarm_description: either("Any", "Any alarm"), tags },
        alarm_rule: "ALARM(${aws_cloudwatch_metric_alarm.errors.alarm_name})",
      },
    },
    aws_apigatewayv2_api: { orders: { name: "orders", protocol_type: "HTTP", tags } },
    aws_apigatewayv2_authorizer: {
      people: {
        ...{ name: either("people", "staff"), api_id: "${aws_apigatewayv2_api.orders.id}" },
        ...{ authorizer_type: "JWT", identity_sources: ["$request.header.Authorization"] },
        jwt_configuration: [{ audience: either(["a"], ["a", "b"]), issuer: "https://issuer.example.com" }],
      },
    },
  };
}
