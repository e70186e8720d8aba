/**
 * List prices in us-east-1, in US dollars, without free tiers and discounts for volume: from the price pages of
 * each service at aws.amazon.com/SERVICE/pricing. Change them here, together with their date.
 */
export const PRICES_DATE = "November 2026";
export const PRICES_REGION = "us-east-1";

const MILLION = 1_000_000;

export const prices = {
  /** Standard queues; a request carries up to 64 KB, or ten messages within them. */
  sqsRequest: 0.4 / MILLION,
  /** HTTP APIs, up to 512 KB a request. */
  httpApiRequest: 1 / MILLION,
  lambdaRequest: 0.2 / MILLION,
  /** arm64. */
  lambdaGigabyteSecond: 0.0000133334,
  /** On demand; a unit writes 1 KB, two within a transaction. */
  dynamoWriteUnit: 0.625 / MILLION,
  /** On demand; a unit reads 4 KB, strongly consistent. */
  dynamoReadUnit: 0.125 / MILLION,
  dynamoGigabyteMonth: 0.25,
  /** Point-in-time recovery, for each gigabyte of the table. */
  dynamoBackupGigabyteMonth: 0.2,
  logsGigabyte: 0.5,
  sesMail: 0.1 / 1000,
  xrayTrace: 5 / MILLION,
  alarmMonth: 0.1,
  /** For each minute-by-minute metric that functions publish themselves. */
  customMetricMonth: 0.3,
  dashboardMonth: 3,
  kmsKeyMonth: 1,
  /** Seven metrics an instance. */
  detailedMonitoringMonth: 2.1,
  /** `GetMetricData`, for each metric that a call asks for. */
  metricRequested: 0.01 / 1000,
  /** A public IPv4 address, as instances in the default network have one each. */
  publicAddressHour: 0.005,
  natGatewayHour: 0.045,
  natGatewayGigabyte: 0.045,
  /** An interface endpoint, in each zone. Gateway endpoints cost nothing. */
  endpointHour: 0.01,
  endpointGigabyte: 0.01,
  gp3GigabyteMonth: 0.08,
} as const;
