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

const outputs = {
  orderQueueUrl: orders.queueUrl,
  orderApiUrl: orderApi?.url,
  orderDeadLetterQueueUrl: orders.deadLetterQueueUrl,
  ordersTableName: orders.ordersTableName,
  customerIndexName: orders.customerIndexName,
  inventoryTableName: orders.inventoryTableName,
  processOrdersFunctionName: orders.processOrdersFunctionName,
  confirmOrdersFunctionName: orders.nodes.confirmations?.confirmOrders.function.name,
  confirmationFailureQueueUrl: orders.confirmationFailureQueueUrl,
  orderEventBusName: orders.eventBusName,
  announceOrdersFunctionName: orders.nodes.announcements?.announceOrders.function.name,
  announcementFailureQueueUrl: orders.nodes.announcements?.failureQueue.url,

  fleetName: scaler?.fleet,
  scaleFleetFunctionName: scaler?.functionName,
  autoScalingGroupName: scaler?.nodes.group?.name,
  scalerAlarmName: scaler?.alarmName,
  scalerFailureQueueUrl: scaler?.failureQueueUrl,

  alarmTopicArn: operations.alarmTopicArn,
  dashboardName: operations.dashboardName,
};

// Those of what the stack does not have are left out: Pulumi warns of each that is undefined.
export = Object.fromEntries(
  Object.entries(outputs).filter(([, output]) => output !== undefined),
) as typeof outputs;
