import { expect } from "chai";
import type { ServiceName } from "../../../src/core/service";
import { startTestCloud } from "../../../src/testing/testCloud";

/** What an operation does to its subject. All of these that AWS has for one subject belong together. */
const VERB =
  /^(Create|Put|SetDefault|Set|Add|Attach|Tag|Untag|Enable|Disable|Start|Stop|Get|Describe|List|Update|Modify|Delete|Remove|Detach|Schedule|Cancel|Authorize|Revoke|Associate|Disassociate|Import|Run|Terminate)(?=[A-Z])/;

/** Operations whose name is no verb and subject. */
const SUBJECTS: Readonly<Record<string, string>> = { Subscribe: "Subscription", Unsubscribe: "Subscription" };

/** What an operation is about ("LogGroup"); undefined for one that only uses what is there (`Invoke`). */
function subjectOf(operation: string): string | undefined {
  const known = SUBJECTS[operation];
  if (known !== undefined) return known;
  const subject = operation.replace(VERB, "");
  if (subject === operation) return undefined;
  const bare = subject
    // ListTagsForResource, GetParametersByPath, AddTagsToResource
    .replace(/(?<=[a-z])(For|Of|By|To|From)[A-Z].*$/, "")
    .replace(/(?<=[a-z])(Tags|Attributes?|Description)$/, "")
    .replace(/ies$/, "y")
    // Buses and Aliases as Bus and Alias, both without their last letter.
    .replace(/(?<=[au]s)es$/, "")
    .replace(/s$/, "");
  // TagResource and ListTags are the two halves of one thing.
  return bare === "Resource" ? "Tag" : bare;
}

const NO_USERS = "the account has its root user alone";

/** What is left out all the same, and why. */
const LEFT_OUT: Partial<Record<ServiceName, Readonly<Record<string, string>>>> = {
  apigateway: { ImportApi: "reads an OpenAPI document; APIs are made of their parts here" },
  dynamodb: { ImportTable: "reads a bucket, and S3 is not here" },
  ec2: {
    AssociateAddress: "addresses are for NAT gateways, which take them at their creation",
    ModifyAddressAttribute: "addresses point back to no name here",
    CreateImage: "images are given to the cloud, and hold nothing",
    ImportImage: "reads a bucket, and S3 is not here",
    EnableImage: "images are AWS's own, or given to the cloud",
    DisableImage: "as EnableImage",
    ModifyImageAttribute: "as EnableImage",
    DescribeImageAttribute: "DescribeImages tells what images have here",
    GetInstanceTypesFromInstanceRequirements: "launches name their type",
    GetSecurityGroupsForVpc: "DescribeSecurityGroups tells the same",
    CreateNetworkAcl: "every VPC keeps the list that it begins with",
    DeleteNetworkAcl: "as CreateNetworkAcl",
    CreateNetworkInterface: "interfaces come and go with what has them",
    DeleteNetworkInterface: "as CreateNetworkInterface",
    AttachNetworkInterface: "as CreateNetworkInterface",
    DetachNetworkInterface: "as CreateNetworkInterface",
    DescribeNetworkInterfaceAttribute: "DescribeNetworkInterfaces tells what they have here",
    ModifyNetworkInterfaceAttribute: "as CreateNetworkInterface",
    ImportInstance: "deprecated by AWS",
    ModifySecurityGroupRules: "a rule is revoked, and another one authorised",
    StartInstances: "an instance here runs until it is terminated",
    StopInstances: "as StartInstances",
  },
  kms: { ListKeyRotations: "rotation is a setting here; no time passes by which keys turn" },
  iam: {
    ...{ CreateUser: NO_USERS, DeleteUser: NO_USERS, ListUsers: NO_USERS, UpdateUser: NO_USERS },
    ...{ TagUser: NO_USERS, UntagUser: NO_USERS, ListUserTags: NO_USERS },
    ...{ AddUserToGroup: NO_USERS, RemoveUserFromGroup: NO_USERS },
  },
  lambda: {
    ListFunctionsByCodeSigningConfig: "code signing is not here",
    PutFunctionCodeSigningConfig: "as ListFunctionsByCodeSigningConfig",
    DeleteFunctionCodeSigningConfig: "as ListFunctionsByCodeSigningConfig",
  },
  logs: {
    ListLogGroups: "DescribeLogGroups tells more",
    ListLogGroupsForQuery: "queries of Logs Insights are not here",
    TagLogGroup: "deprecated by AWS for TagResource",
    UntagLogGroup: "deprecated by AWS for UntagResource",
  },
  ses: { UpdateConfigurationSet: "changes message security, which no set has here" },
};

/** Operations of AWS's that share a subject with one that is here, and are not here. */
function missingHalves(known: Iterable<string>, done: readonly string[]): string[] {
  const subjects = new Set(done.map(subjectOf));
  return [...known].filter((operation) => {
    const subject = subjectOf(operation);
    return subject !== undefined && subjects.has(subject) && !done.includes(operation);
  });
}

describe("the other half of what is there", () => {
  it("knows what an operation is about", () => {
    const about = {
      LogStream: ["CreateLogStream", "DescribeLogStreams", "DeleteLogStream"],
      Tag: ["TagResource", "UntagResource", "ListTagsForResource", "ListTagsOfResource", "CreateTags"],
      Queue: ["TagQueue", "ListQueueTags", "SetQueueAttributes", "ListQueues"],
      Policy: ["CreatePolicy", "ListPolicies", "ListPolicyTags"],
      PolicyVersion: ["CreatePolicyVersion", "SetDefaultPolicyVersion", "ListPolicyVersions"],
      KeyRotation: ["EnableKeyRotation", "DisableKeyRotation"],
      Key: ["CreateKey", "UpdateKeyDescription", "ListKeys"],
      EventBu: ["CreateEventBus", "ListEventBuses"],
      Alia: ["CreateAlias", "ListAliases"],
      Parameter: ["PutParameter", "GetParametersByPath"],
    };
    for (const [subject, operations] of Object.entries(about))
      for (const operation of operations) expect(subjectOf(operation), operation).to.equal(subject);
    expect(subjectOf("Invoke")).to.equal(undefined);
    expect(missingHalves(["CreateThing", "ListThings", "Think"], ["CreateThing"])).to.deep.equal([
      "ListThings",
    ]);
  });

  it("is there: what reads, changes, untags and ends each thing that can be made or set", async () => {
    const cloud = await startTestCloud();
    try {
      const missing = [...cloud.services.values()].flatMap(({ name, wire, operations }) =>
        missingHalves(wire.model.operations.keys(), Object.keys(operations)).map(
          (half) => `${name}: ${half}`,
        ),
      );
      const leftOut = Object.entries(LEFT_OUT).flatMap(([service, reasons]) =>
        Object.keys(reasons).map((operation) => `${service}: ${operation}`),
      );
      // Both ways: a reason for what is there, or is no other half of anything, is old.
      expect(missing).to.have.members(leftOut);
    } finally {
      await cloud.close();
    }
  });
});
