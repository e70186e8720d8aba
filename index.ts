import "./components/bundling/startBundling";
import * as pulumi from "@pulumi/pulumi";
import { CpuScaler } from "./components/cpuScaler/cpuScaler";
import { fleetNetwork } from "./components/cpuScaler/fleetNetwork";
import { Operations } from "./components/operations/operations";
import { OrderApi } from "./components/orderApi/orderApi";
import { OrderPipeline } from "./components/orderPipeline/orderPipeline";
import { readConfiguration } from "./config";

const configuration = readConfiguration();
const tags = { Project: pulumi.getProject(), Stack: pulumi.getStack() };

const orders = new OrderPipeline("orders", { ...configuration.orders, tags });

const orderApi =
  configuration.api &&
  new OrderApi("orders-api", {
    ...configuration.api,
    orders: orders.nodes,
    logRetentionDays: configuration.orders.logRetentionDays,
    tags,
  });

const scaler =
  configuration.scaler &&
  new CpuScaler("fleet", {
    ...configuration.scaler,
    ...fleetNetwork("fleet", configuration.scaler, tags),
    tags,
  });

const operations = new Operations("operations", {
  ...configuration.operations,
  orders: orders.nodes,
  orderApi: orderApi?.nodes,
  scaler: scaler?.nodes,
  tags,
});

export const orderQueueUrl = orders.queueUrl;
export const orderApiUrl = orderApi?.url;
export const orderDeadLetterQueueUrl = orders.deadLetterQueueUrl;
export const ordersTableName = orders.ordersTableName;
export const inventoryTableName = orders.inventoryTableName;
export const processOrdersFunctionName = orders.processOrdersFunctionName;
export const confirmOrdersFunctionName = orders.nodes.confirmations?.confirmOrders.function.name;
export const confirmationFailureQueueUrl = orders.confirmationFailureQueueUrl;

export const fleetName = scaler?.fleet;
export const scaleFleetFunctionName = scaler?.functionName;
export const scalerAlarmName = scaler?.alarmName;
export const scalerFailureQueueUrl = scaler?.failureQueueUrl;

export const alarmTopicArn = operations.alarmTopicArn;
export const dashboardName = operations.dashboardName;
