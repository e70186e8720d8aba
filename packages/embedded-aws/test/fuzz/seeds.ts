import type { ServiceName } from "../../src/core/service";

type Inputs = Readonly<Partial<Record<ServiceName, Readonly<Record<string, object>>>>>;

const key = { id: { S: "1" } };
const queue = { QueueUrl: "http://127.0.0.1/000000000000/q" };
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Sid: "a", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});
const grant = JSON.stringify({
  Version: "2012-10-17",
  Statement: {
    Effect: "Allow",
    Action: "sqs:*",
    Resource: "*",
    Condition: { StringLike: { "aws:username": "${aws:x, 'y'}*" } },
  },
});
const tags = [{ Key: "Fleet", Value: "a" }];
const role = "arn:aws:iam::000000000000:role/r";
const topic = { TopicArn: "arn:aws:sns:us-east-1:000000000000:t" };
const group = { logGroupName: "g", logStreamName: "s" };

/** Inputs that the services take, from which broken ones are made; an operation that is not here gets another's. */
export const seeds: Inputs = {
  apigateway: {
    CreateApi: {
      Name: "api",
      ProtocolType: "HTTP",
      CorsConfiguration: { AllowOrigins: ["https://shop.example"], MaxAge: 60 },
      Tags: { Fleet: "a" },
    },
    CreateIntegration: {
      ApiId: "a",
      IntegrationType: "AWS_PROXY",
      IntegrationSubtype: "SQS-SendMessage",
      CredentialsArn: role,
      RequestParameters: { ...queue, MessageBody: "$request.body", MessageGroupId: "${request.body.a[0].b}" },
      ResponseParameters: { "200": { "overwrite:statuscode": "202", "append:header.a": "$response.body.a" } },
    },
    CreateRoute: {
      ApiId: "a",
      RouteKey: "GET /{a}/{b+}",
      Target: "integrations/a",
      AuthorizationScopes: ["s"],
    },
    CreateStage: {
      ApiId: "a",
      StageName: "$default",
      AutoDeploy: true,
      AccessLogSettings: {
        DestinationArn: "arn:aws:logs:us-east-1:000000000000:log-group:g",
        Format: "$context.requestId",
      },
      DefaultRouteSettings: { ThrottlingBurstLimit: 1, ThrottlingRateLimit: 0.5 },
      RouteSettings: { "GET /a": { ThrottlingRateLimit: 1 } },
    },
    TagResource: { ResourceArn: "arn:aws:apigateway:us-east-1::/apis/a", Tags: { a: "b" } },
  },
  dynamodb: {
    CreateTable: {
      TableName: "table",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "n", AttributeType: "N" },
      ],
      BillingMode: "PAY_PER_REQUEST",
      GlobalSecondaryIndexes: [
        {
          IndexName: "index",
          KeySchema: [{ AttributeName: "n", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    },
    PutItem: {
      TableName: "table",
      Item: {
        ...key,
        n: { N: "1.5e3" },
        m: { M: { l: { L: [{ SS: ["a", "b"] }, { B: "YQ==" }, { NULL: true }] } } },
      },
      ConditionExpression: "attribute_not_exists(#a.b[1]) AND size(m) > :v OR NOT (n IN (:v, :w))",
      ExpressionAttributeNames: { "#a": "m" },
      ExpressionAttributeValues: { ":v": { N: "1" }, ":w": { S: "x" } },
      ReturnValues: "ALL_OLD",
    },
    UpdateItem: {
      TableName: "table",
      Key: key,
      UpdateExpression: "SET m.l[0] = if_not_exists(n, :v), a = :v + :v REMOVE b ADD c :v DELETE d :s",
      ExpressionAttributeValues: { ":v": { N: "1" }, ":s": { SS: ["a"] } },
      ReturnValues: "UPDATED_NEW",
    },
    DeleteItem: {
      TableName: "table",
      Key: key,
      Expected: { n: { ComparisonOperator: "BETWEEN", AttributeValueList: [{ N: "1" }, { N: "2" }] } },
    },
    GetItem: {
      TableName: "table",
      Key: key,
      ProjectionExpression: "m.l[0], #n",
      ExpressionAttributeNames: { "#n": "n" },
    },
    Query: {
      TableName: "table",
      KeyConditionExpression: "id = :i",
      FilterExpression: "n BETWEEN :a AND :b",
      ExpressionAttributeValues: { ":i": { S: "1" }, ":a": { N: "0" }, ":b": { N: "9" } },
      Limit: 5,
    },
    Scan: {
      TableName: "table",
      IndexName: "index",
      TotalSegments: 4,
      Segment: 1,
      ScanFilter: { n: { ComparisonOperator: "NOT_NULL" } },
    },
    BatchGetItem: {
      RequestItems: { table: { Keys: [key], AttributesToGet: ["n"] } },
      ReturnConsumedCapacity: "INDEXES",
    },
    BatchWriteItem: { RequestItems: { table: [{ PutRequest: { Item: key } }] } },
    TransactWriteItems: {
      TransactItems: [{ Put: { TableName: "table", Item: key } }],
      ClientRequestToken: "t",
    },
    TransactGetItems: { TransactItems: [{ Get: { TableName: "table", Key: key } }] },
    ExecuteStatement: {
      Statement: `SELECT id, m.l[0] FROM "table" WHERE n BETWEEN ? AND 9 AND NOT m IS MISSING`,
      Parameters: [{ N: "0" }],
      Limit: 1,
    },
    BatchExecuteStatement: {
      Statements: [
        { Statement: `INSERT INTO "table" VALUE {'id': ?, 's': <<1>>}`, Parameters: [{ S: "2" }] },
        { Statement: `UPDATE "table" SET n = n + 1 REMOVE m WHERE id = '1' RETURNING ALL OLD *` },
        { Statement: `DELETE FROM "table" WHERE id = '3' AND begins_with(a, 'x')` },
      ],
      ReturnConsumedCapacity: "INDEXES",
    },
    TagResource: { ResourceArn: "arn:aws:dynamodb:us-east-1:000000000000:table/table", Tags: tags },
  },
  sqs: {
    CreateQueue: { QueueName: "q", Attributes: { DelaySeconds: "0", Policy: grant }, tags: { a: "b" } },
    SendMessage: {
      ...queue,
      MessageBody: "body",
      MessageAttributes: {
        a: { DataType: "Number", StringValue: "1" },
        b: { DataType: "Binary", BinaryValue: "YQ==" },
      },
    },
    SendMessageBatch: { ...queue, Entries: [{ Id: "1", MessageBody: "a", DelaySeconds: 1 }] },
    ReceiveMessage: {
      ...queue,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 0,
      MessageAttributeNames: ["a.*"],
      AttributeNames: ["All"],
    },
    ChangeMessageVisibility: { ...queue, ReceiptHandle: "YXJuIGEgMQ==", VisibilityTimeout: 1 },
    SetQueueAttributes: {
      ...queue,
      Attributes: {
        VisibilityTimeout: "30",
        RedrivePolicy: '{"deadLetterTargetArn":"a","maxReceiveCount":3}',
      },
    },
    GetQueueAttributes: { ...queue, AttributeNames: ["All"] },
    TagQueue: { ...queue, Tags: { a: "b" } },
  },
  lambda: {
    CreateFunction: {
      FunctionName: "f",
      Role: role,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Code: { ZipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" },
      Timeout: 3,
      Environment: { Variables: { A: "b" } },
      Tags: { a: "b" },
    },
    CreateEventSourceMapping: {
      FunctionName: "f",
      EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:q",
      BatchSize: 10,
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[{"numeric":[">",1]}]}}' }] },
    },
    Invoke: { FunctionName: "f", a: [1] },
    AddPermission: {
      FunctionName: "f",
      StatementId: "s",
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
    },
    TagResource: { Resource: "arn:aws:lambda:us-east-1:000000000000:function:f", Tags: { a: "b" } },
  },
  ses: {
    SendEmail: {
      FromEmailAddress: '"Shop" <a@example.com>',
      Destination: { ToAddresses: ["b@example.com"] },
      Content: { Simple: { Subject: { Data: "s" }, Body: { Text: { Data: "t" } } } },
      EmailTags: [{ Name: "a", Value: "b" }],
    },
    SendBulkEmail: {
      FromEmailAddress: "a@example.com",
      DefaultContent: { Template: { TemplateContent: { Subject: "{{s}}", Text: "t" }, TemplateData: "{}" } },
      BulkEmailEntries: [
        {
          Destination: { ToAddresses: ["b@example.com"] },
          ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: '{"s":"x"}' } },
          ReplacementTags: [{ Name: "a", Value: "b" }],
        },
      ],
    },
    CreateEmailIdentity: { EmailIdentity: "example.com", Tags: tags },
    CreateConfigurationSetEventDestination: {
      ConfigurationSetName: "s",
      EventDestinationName: "d",
      EventDestination: {
        Enabled: true,
        MatchingEventTypes: ["BOUNCE"],
        EventBridgeDestination: { EventBusArn: "arn:aws:events:us-east-1:000000000000:event-bus/default" },
      },
    },
  },
  sns: {
    CreateTopic: { Name: "t", Attributes: { DisplayName: "x" }, Tags: tags },
    Subscribe: {
      ...topic,
      Protocol: "sqs",
      Endpoint: "arn:aws:sqs:us-east-1:000000000000:q",
      ReturnSubscriptionArn: "true",
    },
    Publish: {
      ...topic,
      Message: "m",
      Subject: "s",
      MessageAttributes: { a: { DataType: "String", StringValue: "b" } },
    },
    SetTopicAttributes: { ...topic, AttributeName: "Policy", AttributeValue: grant },
  },
  autoscaling: {
    CreateAutoScalingGroup: {
      AutoScalingGroupName: "g",
      LaunchTemplate: { LaunchTemplateName: "t", Version: "$Latest" },
      MinSize: 0,
      MaxSize: 2,
      VPCZoneIdentifier: "subnet-04c1f7a9b3e8d2560",
      Tags: [{ Key: "a", Value: "b", PropagateAtLaunch: true }],
    },
    SetDesiredCapacity: { AutoScalingGroupName: "g", DesiredCapacity: 1 },
  },
  elasticloadbalancing: {
    CreateTargetGroup: { Name: "t", Protocol: "HTTP", Port: 80, VpcId: "vpc-0a5b8f3c7d2e91046", Tags: tags },
  },
  events: {
    PutRule: {
      Name: "r",
      EventPattern: '{"source":[{"wildcard":"a*b"}],"detail":{"x":[{"anything-but":{"prefix":"y"}}]}}',
      Tags: tags,
    },
    PutTargets: {
      Rule: "r",
      Targets: [
        {
          Id: "1",
          Arn: "arn:aws:sqs:us-east-1:000000000000:q",
          InputTransformer: { InputPathsMap: { a: "$.detail.x" }, InputTemplate: '{"a":<a>}' },
        },
      ],
    },
    PutEvents: {
      Entries: [{ Source: "axb", DetailType: "t", Detail: '{"x":"z"}', Resources: ["a"], Time: 1 }],
    },
  },
  ec2: {
    CreateLaunchTemplate: {
      LaunchTemplateName: "lt1",
      LaunchTemplateData: {
        ImageId: "ami-0a12023000000864a",
        InstanceType: "t4g.nano",
        NetworkInterface: [{ DeviceIndex: "0", SecurityGroupId: ["sg-1"] }],
      },
    },
    RunInstances: {
      LaunchTemplate: { LaunchTemplateName: "lt1" },
      MinCount: "1",
      MaxCount: "2",
      ClientToken: "t",
      TagSpecification: [{ ResourceType: "instance", Tag: tags }],
    },
    DescribeInstances: { Filter: [{ Name: "tag:Fleet", Value: ["a*?"] }], MaxResults: "5" },
    AuthorizeSecurityGroupIngress: {
      GroupId: "sg-12345678",
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: "1", ToPort: "2", IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
      ],
    },
    CreateTags: { ResourceId: ["i-12345678"], Tag: tags },
  },
  monitoring: {
    PutMetricData: {
      Namespace: "n",
      MetricData: [
        {
          MetricName: "m",
          Value: 1,
          Dimensions: [{ Name: "a", Value: "b" }],
          Timestamp: 1,
          StatisticValues: { Minimum: 0, Maximum: 1, Sum: 1, SampleCount: 1 },
        },
      ],
    },
    PutMetricAlarm: {
      AlarmName: "a",
      MetricName: "m",
      Namespace: "n",
      Statistic: "Average",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
    },
    GetMetricData: {
      StartTime: 0,
      EndTime: 600,
      MetricDataQueries: [
        { Id: "a", Expression: "SELECT AVG(m) FROM SCHEMA(\"n\", a) WHERE a = 'b'", Period: 60 },
      ],
    },
    GetMetricStatistics: {
      Namespace: "n",
      MetricName: "m",
      StartTime: 0,
      EndTime: 600,
      Period: 60,
      Statistics: ["Sum"],
      ExtendedStatistics: ["p99.9"],
    },
    PutDashboard: {
      DashboardName: "d",
      DashboardBody: '{"widgets":[{"type":"text","properties":{"markdown":"x"}}]}',
    },
    SetAlarmState: { AlarmName: "a", StateValue: "ALARM", StateReason: "r", StateReasonData: '{"a":1}' },
  },
  logs: {
    CreateLogGroup: { logGroupName: "g", tags: { a: "b" } },
    CreateLogStream: group,
    PutLogEvents: {
      ...group,
      logEvents: [
        {
          timestamp: 1,
          message:
            '{"_aws":{"CloudWatchMetrics":[{"Namespace":"n","Dimensions":[["a"]],"Metrics":[{"Name":"m"}]}]},"a":"b","m":1}',
        },
      ],
    },
    FilterLogEvents: { logGroupName: "g", filterPattern: '"a b" -c ?d', startTime: 0, limit: 5 },
    GetLogEvents: { ...group, limit: 5, startFromHead: true },
  },
  iam: {
    CreateRole: { RoleName: "r", AssumeRolePolicyDocument: policy, Tags: tags },
    PutRolePolicy: { RoleName: "r", PolicyName: "p", PolicyDocument: grant },
    CreatePolicy: { PolicyName: "p", PolicyDocument: grant },
    CreateInstanceProfile: { InstanceProfileName: "i" },
  },
  sts: { AssumeRole: { RoleArn: role, RoleSessionName: "session" } },
  ssm: { PutParameter: { Name: "/a", Value: "b", Type: "String" }, GetParameter: { Name: "/a" } },
  kms: {
    CreateKey: { Description: "d", Policy: grant, Tags: [{ TagKey: "a", TagValue: "b" }] },
    CreateAlias: { AliasName: "alias/a", TargetKeyId: "k" },
  },
  xray: {
    PutTraceSegments: {
      TraceSegmentDocuments: [
        '{"name":"n","id":"0123456789abcdef","trace_id":"1-01234567-0123456789abcdef01234567","start_time":1,"end_time":2}',
      ],
    },
    GetTraceSummaries: { StartTime: 0, EndTime: 10 },
    BatchGetTraces: { TraceIds: ["1-01234567-0123456789abcdef01234567"] },
  },
};
