/** A month, as far as its bill depends on it. */
export interface Workload {
  readonly ordersPerMonth: number;
  /** Orders to an invocation, 1 to 10,000: the average, which a quiet queue does not reach. */
  readonly batchSize: number;
  /** Distinct SKUs in an order, 0 to 50. */
  readonly items: number;
  /** Whether orders come over the order API, each by a request of its own, and are asked for there. */
  readonly api: boolean;
  /** Whether each customer is mailed. */
  readonly confirmations: boolean;
  /** Whether each order announces itself. */
  readonly events: boolean;
  /** Orders to a send request, 1 to 10. */
  readonly sendBatchSize: number;
  /** Of the functions of orders: 128 to 10,240 MB. */
  readonly memoryMegabytes: number;
  /** The fleet; 0 for none. */
  readonly instances: number;
  /** What carries the scaler's decisions out. */
  readonly capacity: FleetCapacity;
  /** Dollars for one instance's hour; with Spot instances, the average. */
  readonly instanceHourPrice: number;
  /** Whether a metric wakes the fleet. A schedule does so for nothing. */
  readonly wakeMetric: boolean;
  /** The default network, or how the private one reaches the outside. */
  readonly network: FleetNetwork;
  /** Of the private network, 2 to 3. */
  readonly zones: number;
  /** Services that have an interface endpoint in the private network. */
  readonly endpoints: number;
  /** What goes through NAT gateways or endpoints in a month, both ways. */
  readonly outboundGigabytes: number;
}

/** As the key `scalerCapacity` names them. */
export const FLEET_CAPACITIES = ["instances", "autoScalingGroup"] as const;
type FleetCapacity = (typeof FLEET_CAPACITIES)[number];

export const FLEET_NETWORKS = ["default", "nat", "natPerZone", "endpoints", "none"] as const;
type FleetNetwork = (typeof FLEET_NETWORKS)[number];

export const defaultWorkload: Omit<Workload, "ordersPerMonth"> = {
  batchSize: 10,
  items: 1,
  api: false,
  confirmations: false,
  events: false,
  sendBatchSize: 1,
  memoryMegabytes: 512,
  instances: 0,
  capacity: "instances",
  // t3.micro
  instanceHourPrice: 0.0104,
  wakeMetric: false,
  network: "default",
  zones: 2,
  endpoints: 4,
  outboundGigabytes: 10,
};

/** What an order is assumed to weigh and take; latencies are medians measured from Lambda. */
export const assumptions = {
  hoursAMonth: 730,
  /** SQS hands Lambda's pollers at most ten messages a request, and takes ten deletions. */
  messagesARequest: 10,
  /** Lambda keeps five pollers at an idle queue, each with a long poll of 20 seconds. */
  idlePollersRequestsAnHour: 5 * (3600 / 20),
  /** A put without items, and a call of 25 such: at worst what one of a hundred puts takes. */
  putMs: 8,
  batchOfPutsMs: 16,
  /** A transaction of up to a handful of actions; one of up to a hundred, for which what a small one takes at p99 is assumed. */
  transactionMs: 25,
  largeTransactionMs: 93,
  /** What an invocation takes beside its orders. */
  invocationMs: 5,
  /** Orders without items that are written at once: fifty calls of 25. */
  ordersAtOnce: 1_250,
  /** What one transaction may do: a put an order, an update a good. */
  actionsATransaction: 100,
  actionsOfASmallTransaction: 5,
  /** 25 records a batch: one read of their markers, one call of SES, of which nobody has published how long it takes, and one write of markers. */
  confirmationBatch: 25,
  confirmationBatchMs: 210,
  /** Ten requests of ten events, one after the other; 100 records a batch. */
  announcementMs: 150,
  announcementBatch: 100,
  /** One structured line an order, and one for its confirmation; three lines and the metrics an invocation. */
  logBytesAnOrder: 350,
  logBytesAnInvocation: 1_200,
  /** How often an order is asked for over the order API; what a read takes; what is logged of a request, and of a function. */
  lookupsAnOrder: 1,
  lookupMs: 12,
  lookupMegabytes: 256,
  accessLogBytes: 320,
  lookupLogBytes: 900,
  /** X-Ray's default rule: the first of a second and 5 % of the rest; for a steady load, about 5 %. */
  tracedShare: 0.05,
  itemBytes: 300,
  itemBytesForASku: 60,
  rootVolumeGigabytes: 8,
  /** The scaler looks each minute; what the alarm's events add is not worth a line. */
  ticksAnHour: 60,
  /** A look takes four calls one after the other, or, of a group, two at once and a third. */
  tickMs: { instances: 300, autoScalingGroup: 200 },
  tickMegabytes: 512,
} as const;
