import path from "node:path";
import * as aws from "@pulumi/aws";
import { CpuScaler } from "../../../../components/cpuScaler/cpuScaler";
import { fleetNetwork } from "../../../../components/cpuScaler/fleetNetwork";
import { OrderApi } from "../../../../components/orderApi/orderApi";
import { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";

// Components bundle their handlers from the project's folder, where the program runs.
process.chdir(path.join(__dirname, "../../../.."));

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** The components with every option that adds a permission, as the project's own program names them. */
const orders = new OrderPipeline("orders", {
  confirmationSender: "orders@example.com",
  createSenderIdentity: true,
});
const shop = new aws.iam.Role("shop", { assumeRolePolicy: trust("ecs-tasks.amazonaws.com") });
orders.grantSend(shop);
const api = new OrderApi("orders-api", { orders: orders.nodes });
const customer = new aws.iam.Role("customer", { assumeRolePolicy: trust("ecs-tasks.amazonaws.com") });
api.grantInvoke(customer);

const mail = new aws.sesv2.ConfigurationSet("mail", { configurationSetName: "mail" });
const trackedOrders = new OrderPipeline("tracked", {
  confirmationSender: "tracked@example.com",
  createSenderIdentity: true,
  confirmationConfigurationSet: mail.configurationSetName,
});

// One instance to a subnet, and no more.
const size = { minInstances: 3, maxInstances: 3 };
const network = fleetNetwork("fleet", { subnetIds: undefined, securityGroupIds: undefined }, {});
const fleet = new CpuScaler("fleet", {
  ...network,
  ...size,
  amiSsmParameter: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
  metric: { kind: "dimensions", dimensions: { InstanceType: "t3.micro" } },
  instanceType: "t3.micro",
});

const instanceRole = new aws.iam.Role("instance", { assumeRolePolicy: trust("ec2.amazonaws.com") });
const profile = new aws.iam.InstanceProfile("instance", { role: instanceRole.name });
const volumeKey = new aws.kms.Key("volumes", { enableKeyRotation: true });
const imageFleet = new CpuScaler("image-fleet", {
  ...network,
  ...size,
  amiId: "ami-0a12023000000864a",
  instanceType: "t3.small",
  volumeKmsKeyArn: volumeKey.arn,
  notifications: "ops@example.com",
  instanceProfile: { arn: profile.arn, roleArn: instanceRole.arn },
});

export const orderQueueUrl = orders.queueUrl;
export const orderApiUrl = api.url;
export const apiSendRoleName = api.nodes.sendRole.name;
export const getOrderFunctionName = api.nodes.getOrder.function.name;
export const customerRoleName = customer.name;
export const inventoryTableName = orders.inventoryTableName;
export const processFunctionName = orders.processOrdersFunctionName;
export const confirmFunctionName = orders.nodes.confirmations?.confirmOrders.function.name;
export const trackedQueueUrl = trackedOrders.queueUrl;
export const trackedInventoryTableName = trackedOrders.inventoryTableName;
export const trackedOrdersTableName = trackedOrders.ordersTableName;
export const trackedProcessFunctionName = trackedOrders.processOrdersFunctionName;
export const trackedConfirmFunctionName = trackedOrders.nodes.confirmations?.confirmOrders.function.name;
export const trackedFeedbackFunctionName =
  trackedOrders.nodes.confirmations?.feedback?.recordFeedback.function.name;
export const fleetFunctionName = fleet.functionName;
export const imageFleetFunctionName = imageFleet.functionName;
export const fleetEndFunctionName = fleet.nodes.endFleet.function.name;
export const imageFleetEndFunctionName = imageFleet.nodes.endFleet.function.name;
export const shopRoleName = shop.name;
export const instanceRoleName = instanceRole.name;
