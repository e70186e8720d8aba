// A client that this project did not write: each service's first calls, by AWS's SDK for Go, against one endpoint.
// Prints a line of JSON for each service; a line without "problem" is a service that answered as AWS does.
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventbridgetypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sesv2types "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
	`"Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func main() {
	cfg := aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(os.Args[1]),
		Credentials:  credentials.NewStaticCredentialsProvider("administrator", "any", ""),
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	services := []struct {
		name string
		try  func(context.Context, aws.Config) error
	}{
		{"sts", trySTS}, {"sqs", trySQS}, {"dynamodb", tryDynamoDB}, {"sns", trySNS}, {"events", tryEvents},
		{"monitoring", tryCloudWatch}, {"logs", tryLogs}, {"iam", tryIAM}, {"lambda", tryLambda},
		{"kms", tryKMS}, {"ses", trySES}, {"ssm", trySSM}, {"ec2", tryEC2},
	}
	for _, service := range services {
		line := map[string]string{"service": service.name}
		if err := service.try(ctx, cfg); err != nil {
			line["problem"] = err.Error()
		}
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
	}
}

func want[T comparable](what string, got, expected T) error {
	if got == expected {
		return nil
	}
	return fmt.Errorf("%s: got %v; expected %v", what, got, expected)
}

func trySTS(ctx context.Context, cfg aws.Config) error {
	caller, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	return want("account", aws.ToString(caller.Account), "000000000000")
}

func trySQS(ctx context.Context, cfg aws.Config) error {
	client := sqs.NewFromConfig(cfg)
	queue, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("go")})
	if err != nil {
		return err
	}
	_, err = client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:    queue.QueueUrl,
		MessageBody: aws.String("<hello> & \"bye\""),
		MessageAttributes: map[string]sqstypes.MessageAttributeValue{
			"kind": {DataType: aws.String("String"), StringValue: aws.String("greeting")},
		},
	})
	if err != nil {
		return err
	}
	got, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: queue.QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		return err
	}
	if len(got.Messages) != 1 {
		return fmt.Errorf("got %d messages; expected 1", len(got.Messages))
	}
	message := got.Messages[0]
	_, err = client.DeleteMessage(ctx, &sqs.DeleteMessageInput{
		QueueUrl: queue.QueueUrl, ReceiptHandle: message.ReceiptHandle,
	})
	_, missing := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("none")})
	var notThere *sqstypes.QueueDoesNotExist
	return errors.Join(err, want("body", aws.ToString(message.Body), "<hello> & \"bye\""),
		want("error of a missing queue", errors.As(missing, &notThere), true))
}

func tryDynamoDB(ctx context.Context, cfg aws.Config) error {
	client := dynamodb.NewFromConfig(cfg)
	name := aws.String("go-client")
	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   name,
		BillingMode: dynamodbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []dynamodbtypes.AttributeDefinition{
			{AttributeName: aws.String("id"), AttributeType: dynamodbtypes.ScalarAttributeTypeS},
		},
		KeySchema: []dynamodbtypes.KeySchemaElement{
			{AttributeName: aws.String("id"), KeyType: dynamodbtypes.KeyTypeHash},
		},
	})
	if err != nil {
		return err
	}
	key := map[string]dynamodbtypes.AttributeValue{"id": &dynamodbtypes.AttributeValueMemberS{Value: "a"}}
	put := &dynamodb.PutItemInput{
		TableName: name, Item: key, ConditionExpression: aws.String("attribute_not_exists(id)"),
	}
	if _, err = client.PutItem(ctx, put); err != nil {
		return err
	}
	_, again := client.PutItem(ctx, put)
	var failed *dynamodbtypes.ConditionalCheckFailedException
	item, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: name, Key: key})
	if err != nil {
		return err
	}
	return errors.Join(want("attributes", len(item.Item), 1),
		want("error of a condition", errors.As(again, &failed), true))
}

func trySNS(ctx context.Context, cfg aws.Config) error {
	client := sns.NewFromConfig(cfg)
	topic, err := client.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("go")})
	if err != nil {
		return err
	}
	_, err = client.Publish(ctx, &sns.PublishInput{TopicArn: topic.TopicArn, Message: aws.String("hello")})
	if err != nil {
		return err
	}
	all, err := client.ListTopics(ctx, &sns.ListTopicsInput{})
	if err != nil {
		return err
	}
	return want("topics", len(all.Topics), 1)
}

func tryEvents(ctx context.Context, cfg aws.Config) error {
	client := eventbridge.NewFromConfig(cfg)
	_, err := client.PutRule(ctx, &eventbridge.PutRuleInput{
		Name: aws.String("go"), EventPattern: aws.String(`{"source":["go"]}`),
	})
	if err != nil {
		return err
	}
	sent, err := client.PutEvents(ctx, &eventbridge.PutEventsInput{
		Entries: []eventbridgetypes.PutEventsRequestEntry{
			{Source: aws.String("go"), DetailType: aws.String("Test"), Detail: aws.String(`{"a":1}`)},
		},
	})
	if err != nil {
		return err
	}
	return want("failed entries", sent.FailedEntryCount, 0)
}

func tryCloudWatch(ctx context.Context, cfg aws.Config) error {
	client := cloudwatch.NewFromConfig(cfg)
	namespace, name := aws.String("Go"), aws.String("Orders")
	at := time.Now().Add(-3 * time.Minute).Truncate(time.Minute)
	_, err := client.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
		Namespace: namespace,
		MetricData: []cloudwatchtypes.MetricDatum{
			{MetricName: name, Timestamp: &at, Value: aws.Float64(2.5), Unit: cloudwatchtypes.StandardUnitCount},
			{MetricName: name, Timestamp: &at, Value: aws.Float64(4), Unit: cloudwatchtypes.StandardUnitCount},
		},
	})
	if err != nil {
		return err
	}
	metric := &cloudwatchtypes.Metric{Namespace: namespace, MetricName: name}
	data, err := client.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(at.Add(-time.Minute)), EndTime: aws.Time(at.Add(2 * time.Minute)),
		MetricDataQueries: []cloudwatchtypes.MetricDataQuery{{
			Id:         aws.String("orders"),
			MetricStat: &cloudwatchtypes.MetricStat{Metric: metric, Period: aws.Int32(60), Stat: aws.String("Sum")},
		}},
	})
	if err != nil {
		return err
	}
	if len(data.MetricDataResults) != 1 || len(data.MetricDataResults[0].Values) != 1 {
		return fmt.Errorf("got %v; expected one value", data.MetricDataResults)
	}
	result := data.MetricDataResults[0]
	_, err = client.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("go"), Namespace: namespace, MetricName: name,
		Statistic: cloudwatchtypes.StatisticSum, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1),
		Threshold: aws.Float64(1.5), ComparisonOperator: cloudwatchtypes.ComparisonOperatorGreaterThanThreshold,
	})
	if err != nil {
		return err
	}
	alarms, err := client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"go"}})
	if err != nil {
		return err
	}
	if len(alarms.MetricAlarms) != 1 {
		return fmt.Errorf("got %d alarms; expected 1", len(alarms.MetricAlarms))
	}
	return errors.Join(want("sum", result.Values[0], 6.5), want("time", result.Timestamps[0].Equal(at), true),
		want("threshold", aws.ToFloat64(alarms.MetricAlarms[0].Threshold), 1.5))
}

func tryLogs(ctx context.Context, cfg aws.Config) error {
	client := cloudwatchlogs.NewFromConfig(cfg)
	group, stream := aws.String("/go"), aws.String("one")
	if _, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group}); err != nil {
		return err
	}
	_, err := client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{
		LogGroupName: group, LogStreamName: stream,
	})
	if err != nil {
		return err
	}
	_, err = client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: group, LogStreamName: stream,
		LogEvents: []logstypes.InputLogEvent{
			{Timestamp: aws.Int64(time.Now().UnixMilli()), Message: aws.String("hello")},
		},
	})
	if err != nil {
		return err
	}
	found, err := client.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: group})
	if err != nil {
		return err
	}
	return want("events", len(found.Events), 1)
}

func tryIAM(ctx context.Context, cfg aws.Config) error {
	client := iam.NewFromConfig(cfg)
	_, err := client.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String("go"), AssumeRolePolicyDocument: aws.String(trust),
	})
	if err != nil {
		return err
	}
	role, err := client.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("go")})
	if err != nil {
		return err
	}
	return want("ARN", aws.ToString(role.Role.Arn), "arn:aws:iam::000000000000:role/go")
}

func tryLambda(ctx context.Context, cfg aws.Config) error {
	client := lambda.NewFromConfig(cfg)
	var code bytes.Buffer
	archive := zip.NewWriter(&code)
	file, err := archive.Create("index.js")
	if err != nil {
		return err
	}
	if _, err = file.Write([]byte("exports.handler = async ({ n }) => ({ twice: 2 * n });")); err != nil {
		return err
	}
	if err = archive.Close(); err != nil {
		return err
	}
	name := aws.String("go")
	_, err = client.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: name, Runtime: lambdatypes.RuntimeNodejs22x, Handler: aws.String("index.handler"),
		Role: aws.String("arn:aws:iam::000000000000:role/go"),
		Code: &lambdatypes.FunctionCode{ZipFile: code.Bytes()},
	})
	if err != nil {
		return err
	}
	waiter := lambda.NewFunctionActiveV2Waiter(client)
	if err = waiter.Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, time.Minute); err != nil {
		return err
	}
	answer, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, Payload: []byte(`{"n":21}`)})
	if err != nil {
		return err
	}
	return want("answer", string(answer.Payload), `{"twice":42}`)
}

func tryKMS(ctx context.Context, cfg aws.Config) error {
	client := kms.NewFromConfig(cfg)
	key, err := client.CreateKey(ctx, &kms.CreateKeyInput{Description: aws.String("Go's")})
	if err != nil {
		return err
	}
	secret, err := client.Encrypt(ctx, &kms.EncryptInput{KeyId: key.KeyMetadata.KeyId, Plaintext: []byte("hello")})
	if err != nil {
		return err
	}
	plain, err := client.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: secret.CiphertextBlob})
	if err != nil {
		return err
	}
	return want("text", string(plain.Plaintext), "hello")
}

func trySES(ctx context.Context, cfg aws.Config) error {
	client := sesv2.NewFromConfig(cfg)
	sender := aws.String("go@example.com")
	_, err := client.CreateEmailIdentity(ctx, &sesv2.CreateEmailIdentityInput{EmailIdentity: sender})
	if err != nil {
		return err
	}
	content := func(text string) *sesv2types.Content { return &sesv2types.Content{Data: aws.String(text)} }
	sent, err := client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: sender,
		Destination:      &sesv2types.Destination{ToAddresses: []string{"go@example.com"}},
		Content: &sesv2types.EmailContent{Simple: &sesv2types.Message{
			Subject: content("Hello"), Body: &sesv2types.Body{Text: content("Hello")},
		}},
	})
	if err != nil {
		return err
	}
	return want("message id", aws.ToString(sent.MessageId) != "", true)
}

func trySSM(ctx context.Context, cfg aws.Config) error {
	client := ssm.NewFromConfig(cfg)
	name := aws.String("/go/limit")
	_, err := client.PutParameter(ctx, &ssm.PutParameterInput{
		Name: name, Value: aws.String("5"), Type: ssmtypes.ParameterTypeSecureString,
	})
	if err != nil {
		return err
	}
	got, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return err
	}
	return want("value", aws.ToString(got.Parameter.Value), "5")
}

func tryEC2(ctx context.Context, cfg aws.Config) error {
	client := ec2.NewFromConfig(cfg)
	vpcs, err := client.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{})
	if err != nil {
		return err
	}
	group, err := client.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName: aws.String("go"), Description: aws.String("Go"), VpcId: vpcs.Vpcs[0].VpcId,
	})
	if err != nil {
		return err
	}
	_, err = client.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("go-client"),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{
			InstanceType: ec2types.InstanceTypeT3Micro, SecurityGroupIds: []string{*group.GroupId},
		},
	})
	if err != nil {
		return err
	}
	read, err := client.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateName: aws.String("go-client"),
	})
	if err != nil {
		return err
	}
	groups := read.LaunchTemplateVersions[0].LaunchTemplateData.SecurityGroupIds
	if len(groups) != 1 {
		return fmt.Errorf("got %v; expected %s", groups, *group.GroupId)
	}
	return want("security group", groups[0], *group.GroupId)
}
