import { type Lifecycle, tags, TAGS } from "./parts";

const ID = { name: "id", type: "S" };
const CUSTOMER = { name: "customer", type: "S" };

export const dynamodb: readonly Lifecycle[] = [
  {
    type: "aws:dynamodb/table:Table",
    base: () => ({
      name: "orders",
      hashKey: "id",
      attributes: [ID],
      billingMode: "PAY_PER_REQUEST",
      tags,
    }),
    changes: {
      billingMode: { billingMode: "PROVISIONED", readCapacity: 2, writeCapacity: 3 },
      readCapacity: { billingMode: "PROVISIONED", readCapacity: 9, writeCapacity: 1 },
      writeCapacity: { billingMode: "PROVISIONED", readCapacity: 1, writeCapacity: 9 },
      streamEnabled: { streamEnabled: true, streamViewType: "NEW_IMAGE" },
      streamViewType: { streamEnabled: true, streamViewType: "OLD_IMAGE" },
      pointInTimeRecovery: { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 7 } },
      serverSideEncryption: { serverSideEncryption: { enabled: true } },
      deletionProtectionEnabled: { deletionProtectionEnabled: true },
      ttl: { ttl: { enabled: true, attributeName: "expires" } },
      tableClass: { tableClass: "STANDARD_INFREQUENT_ACCESS" },
      globalSecondaryIndexes: {
        attributes: [ID, CUSTOMER],
        globalSecondaryIndexes: [
          { name: "byCustomer", hashKey: "customer", projectionType: "ALL" },
          { name: "ids", hashKey: "customer", rangeKey: "id", projectionType: "KEYS_ONLY" },
        ],
      },
      tags: TAGS,
    },
    // Alone: it comes and goes with an index.
    refused: { attributes: [{ name: "id", type: "N" }] },
    describe: async (call, TableName) => {
      const { Table = {} } = await call("dynamodb", "DescribeTable", { TableName });
      const { BillingModeSummary, SSEDescription, LatestStreamArn, TableClassSummary, ...table } = Table;
      // What a table has had before is seen on it for ever: when, and the names of its former streams.
      return {
        ...table,
        LatestStreamLabel: undefined,
        billing: BillingModeSummary?.BillingMode ?? "PROVISIONED",
        class: TableClassSummary?.TableClass ?? "STANDARD",
        encrypted: SSEDescription?.Status ?? "DISABLED",
        stream: table.StreamSpecification?.StreamEnabled === true && LatestStreamArn !== undefined,
        ttl: (await call("dynamodb", "DescribeTimeToLive", { TableName })).TimeToLiveDescription
          ?.AttributeName,
        recovery: (await call("dynamodb", "DescribeContinuousBackups", { TableName }))
          .ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.RecoveryPeriodInDays,
        tags: (await call("dynamodb", "ListTagsOfResource", { ResourceArn: Table.TableArn })).Tags,
        ProvisionedThroughput: {
          r: table.ProvisionedThroughput?.ReadCapacityUnits,
          w: table.ProvisionedThroughput?.WriteCapacityUnits,
        },
      };
    },
  },

  {
    type: "aws:dynamodb/tableItem:TableItem",
    base: async (make) => {
      await make("aws:dynamodb/table:Table", {
        name: "items",
        hashKey: "id",
        attributes: [ID],
        billingMode: "PAY_PER_REQUEST",
      });
      return { tableName: "items", hashKey: "id", item: JSON.stringify({ id: { S: "a" }, n: { N: "1" } }) };
    },
    changes: { item: { item: JSON.stringify({ id: { S: "b" }, n: { N: "2" } }) } },
    describe: async (call) => (await call("dynamodb", "Scan", { TableName: "items" })).Items?.[0],
  },
];
