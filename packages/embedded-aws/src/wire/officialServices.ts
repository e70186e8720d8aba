/** The protocols that AWS's services speak, by the names of Smithy's traits. */
export type ProtocolName = "awsJson1_0" | "awsJson1_1" | "awsQuery" | "ec2Query" | "restJson1" | "rpcv2Cbor";

/** How one service is reached. All but `protocols` is what the SDK's client holds as `protocolSettings`. */
export interface OfficialService {
  readonly client: keyof Clients;
  /** Those it speaks here; a request tells by its looks which one it is in. */
  readonly protocols: readonly ProtocolName[];
  /** Before the dot of `X-Amz-Target`, and in the path of RPC v2 CBOR. */
  readonly serviceTarget: string;
  /** Of the service's API; query requests name it. */
  readonly version: string;
  /** Of answers in XML. */
  readonly xmlNamespace?: string;
  /** The member that a query request may leave out where it is sent to the URL that the member would name. */
  readonly addressedBy?: string;
  /** The service once spoke the query protocol, and repeats that one's error codes in a header of today's answers. */
  readonly awsQueryCompatible?: boolean;
  /** Written before an error's name in JSON ("com.amazonaws.sqs#"), by services that do so. */
  readonly errorNamespace?: string;
  /** The statuses of its model (404, 409) are nowhere to be seen: what is the client's fault comes with 400. */
  readonly plainStatus?: boolean;
  /** Operations that AWS publishes in a model of their own, though they are signed for the same service. */
  readonly companion?: {
    readonly client: keyof Clients;
    readonly serviceTarget: string;
    readonly operations: readonly string[];
  };
  /** Ways that older clients still take; `query` are the members that they put into the query string. */
  readonly formerRoutes?: readonly {
    readonly operation: string;
    readonly method: string;
    readonly path: string;
    readonly query: readonly string[];
  }[];
}

/** The packages that the models and the types of operations come from; types alone are imported. */
export interface Clients {
  "@aws-sdk/client-auto-scaling": typeof import("@aws-sdk/client-auto-scaling");
  "@aws-sdk/client-apigatewayv2": typeof import("@aws-sdk/client-apigatewayv2");
  "@aws-sdk/client-dynamodb": typeof import("@aws-sdk/client-dynamodb");
  "@aws-sdk/client-dynamodb-streams": typeof import("@aws-sdk/client-dynamodb-streams");
  "@aws-sdk/client-cloudwatch": typeof import("@aws-sdk/client-cloudwatch");
  "@aws-sdk/client-ec2": typeof import("@aws-sdk/client-ec2");
  "@aws-sdk/client-elastic-load-balancing-v2": typeof import("@aws-sdk/client-elastic-load-balancing-v2");
  "@aws-sdk/client-cloudwatch-logs": typeof import("@aws-sdk/client-cloudwatch-logs");
  "@aws-sdk/client-eventbridge": typeof import("@aws-sdk/client-eventbridge");
  "@aws-sdk/client-iam": typeof import("@aws-sdk/client-iam");
  "@aws-sdk/client-kms": typeof import("@aws-sdk/client-kms");
  "@aws-sdk/client-lambda": typeof import("@aws-sdk/client-lambda");
  "@aws-sdk/client-sesv2": typeof import("@aws-sdk/client-sesv2");
  "@aws-sdk/client-sns": typeof import("@aws-sdk/client-sns");
  "@aws-sdk/client-sqs": typeof import("@aws-sdk/client-sqs");
  "@aws-sdk/client-ssm": typeof import("@aws-sdk/client-ssm");
  "@aws-sdk/client-sts": typeof import("@aws-sdk/client-sts");
  "@aws-sdk/client-xray": typeof import("@aws-sdk/client-xray");
}

/**
 * The services whose wire is read from AWS's models. What stands here is needed before a model is loaded; a
 * test compares it with each client's own settings.
 */
export const officialServices = {
  autoscaling: {
    client: "@aws-sdk/client-auto-scaling",
    protocols: ["awsQuery"],
    serviceTarget: "AutoScaling_2011_01_01",
    version: "2011-01-01",
    xmlNamespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
  },
  // HTTP APIs; REST APIs, which are signed for the same service, have a model of their own and are not here.
  apigateway: {
    client: "@aws-sdk/client-apigatewayv2",
    protocols: ["restJson1"],
    serviceTarget: "ApiGatewayV2",
    version: "2018-11-29",
  },
  dynamodb: {
    client: "@aws-sdk/client-dynamodb",
    protocols: ["awsJson1_0"],
    serviceTarget: "DynamoDB_20120810",
    version: "2012-08-10",
    errorNamespace: "com.amazonaws.dynamodb.v20120810#",
    companion: {
      client: "@aws-sdk/client-dynamodb-streams",
      serviceTarget: "DynamoDBStreams_20120810",
      operations: ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"],
    },
  },
  ec2: {
    client: "@aws-sdk/client-ec2",
    protocols: ["ec2Query"],
    serviceTarget: "AmazonEC2",
    version: "2016-11-15",
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15",
  },
  elasticloadbalancing: {
    client: "@aws-sdk/client-elastic-load-balancing-v2",
    protocols: ["awsQuery"],
    serviceTarget: "ElasticLoadBalancing_v10",
    version: "2015-12-01",
    xmlNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
  },
  events: {
    client: "@aws-sdk/client-eventbridge",
    protocols: ["awsJson1_1"],
    serviceTarget: "AWSEvents",
    version: "2015-10-07",
  },
  iam: {
    client: "@aws-sdk/client-iam",
    protocols: ["awsQuery"],
    serviceTarget: "AWSIdentityManagementV20100508",
    version: "2010-05-08",
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
  },
  kms: {
    client: "@aws-sdk/client-kms",
    protocols: ["awsJson1_1"],
    plainStatus: true,
    serviceTarget: "TrentService",
    version: "2014-11-01",
  },
  lambda: {
    client: "@aws-sdk/client-lambda",
    protocols: ["restJson1"],
    serviceTarget: "AWSGirApiService",
    version: "2015-03-31",
  },
  monitoring: {
    client: "@aws-sdk/client-cloudwatch",
    // Go's SDK speaks CBOR, JavaScript's JSON; older clients the query protocol.
    protocols: ["awsJson1_0", "rpcv2Cbor", "awsQuery"],
    serviceTarget: "GraniteServiceVersion20100801",
    version: "2010-08-01",
    xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    awsQueryCompatible: true,
  },
  logs: {
    client: "@aws-sdk/client-cloudwatch-logs",
    protocols: ["awsJson1_1"],
    serviceTarget: "Logs_20140328",
    version: "2014-03-28",
  },
  ses: {
    client: "@aws-sdk/client-sesv2",
    protocols: ["restJson1"],
    serviceTarget: "SimpleEmailService_v2",
    version: "2019-09-27",
    // boto3 lists identities by GET, SDK v3 by POST.
    formerRoutes: [
      {
        operation: "ListEmailIdentities",
        method: "GET",
        path: "/v2/email/identities",
        query: ["NextToken", "PageSize"],
      },
    ],
  },
  sns: {
    client: "@aws-sdk/client-sns",
    protocols: ["awsQuery"],
    serviceTarget: "AmazonSimpleNotificationService",
    version: "2010-03-31",
    xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
  },
  sqs: {
    client: "@aws-sdk/client-sqs",
    // Clients from before November 2023 speak the query protocol.
    protocols: ["awsJson1_0", "awsQuery"],
    serviceTarget: "AmazonSQS",
    version: "2012-11-05",
    xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
    addressedBy: "QueueUrl",
    awsQueryCompatible: true,
    errorNamespace: "com.amazonaws.sqs#",
  },
  ssm: {
    client: "@aws-sdk/client-ssm",
    protocols: ["awsJson1_1"],
    serviceTarget: "AmazonSSM",
    version: "2014-11-06",
  },
  sts: {
    client: "@aws-sdk/client-sts",
    protocols: ["awsQuery"],
    serviceTarget: "AWSSecurityTokenServiceV20110615",
    version: "2011-06-15",
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  },
  xray: {
    client: "@aws-sdk/client-xray",
    protocols: ["restJson1"],
    serviceTarget: "AWSXRay",
    version: "2016-04-12",
  },
} as const satisfies Readonly<Record<string, OfficialService>>;

/** The name that stands in the credential scope of a signed request. */
export type ServiceName = keyof typeof officialServices;
