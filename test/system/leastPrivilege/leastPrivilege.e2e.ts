import { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import type { CloudEvent } from "embedded-aws";
import { matchesPattern } from "embedded-aws/testing";
import { deployedProgram } from "../support/deployedProgram";
import { deployEveryPermission, type Deployment, type RequestEvent } from "./deployment";
import { feedbackSubject } from "./feedbackScenarios";
import { grantsOf, without, type Grant, type PolicyDocument } from "./grants";
import { apiSubjects } from "./apiScenarios";
import { announcedSubjects } from "./announcedScenarios";
import { groupSubject } from "./groupScenarios";
import { orderSubjects } from "./orderScenarios";
import { listRoles, readRolePolicy } from "./rolePolicy";
import { endSubject } from "./endScenarios";
import { scalerSubject } from "./scalerScenarios";
import type { Scenario, Subject } from "./scenario";

/** What AWS needs and the embedded cloud cannot show, each with its reason. */
const WAIVED: ReadonlyMap<string, string> = new Map([
  [
    "ssm:GetParameters",
    "EC2's user guide asks for it where a template names its image by a parameter; the embedded EC2 reads the parameter by GetParameter, which launches were seen to need as well",
  ],
  ...["kms:ReEncryptFrom", "kms:ReEncryptTo"].map(
    (action) =>
      [
        action,
        "Amazon EBS's user guide asks for it where an image's snapshot is encrypted already; the embedded EC2 has no such image",
      ] as const,
  ),
]);

/** A bound for what would otherwise hang; a scenario takes a fraction of it. */
const LONGEST_SCENARIO_MS = 8_000;

/** What a key adds to an action on what it encrypts: whoever needs the one needs the other. */
const BY_A_KEY: Readonly<Record<string, readonly string[]>> = {
  "kms:Decrypt": [
    ...[
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:PartiQLInsert",
      "dynamodb:PartiQLUpdate",
      "dynamodb:GetRecords",
    ],
    ...["sqs:ReceiveMessage", "sqs:SendMessage"],
  ],
  "kms:GenerateDataKey": ["sqs:SendMessage"],
};

const SUBJECTS = [
  "shop",
  "orders-process",
  "orders-confirm",
  "customer",
  "orders-api-send",
  "orders-api-get",
  "tracked-process",
  "tracked-confirm",
  "tracked-confirm-feedback",
  "keyed-shop",
  "keyed-api-send",
  "keyed-api-get",
  "announced-process",
  "announced-announce",
  "fleet-scale",
  "image-fleet-scale",
  "group-fleet-scale",
  "fleet-end",
  "image-fleet-end",
] as const;

describe("least privilege", function () {
  this.timeout(60_000);
  const program = deployedProgram();
  let deployment: Deployment;
  let close = () => Promise.resolve();
  let subjects: readonly Subject[];
  const waived = new Set<string>();

  before(async () => {
    deployment = await deployEveryPermission();
    const ec2 = new EC2Client(deployment.cloud.client);
    close = async () => {
      ec2.destroy();
      await deployment.cloud.close();
    };
    const { output } = deployment;
    subjects = [
      ...(await orderSubjects(
        deployment,
        {
          queueUrl: output("orderQueueUrl"),
          inventoryTableName: output("inventoryTableName"),
          processFunctionName: output("processFunctionName"),
          confirmFunctionName: output("confirmFunctionName"),
        },
        output("shopRoleName"),
      )),
      ...(await apiSubjects(
        deployment,
        {
          url: output("orderApiUrl"),
          sendRoleName: output("apiSendRoleName"),
          getFunctionName: output("getOrderFunctionName"),
        },
        output("customerRoleName"),
      )),
      ...(await apiSubjects(deployment, {
        url: output("keyedApiUrl"),
        sendRoleName: output("keyedApiSendRoleName"),
        getFunctionName: output("keyedGetOrderFunctionName"),
      })),
      ...(await orderSubjects(deployment, {
        queueUrl: output("trackedQueueUrl"),
        inventoryTableName: output("trackedInventoryTableName"),
        processFunctionName: output("trackedProcessFunctionName"),
        confirmFunctionName: output("trackedConfirmFunctionName"),
      })),
      await feedbackSubject(
        deployment,
        output("trackedFeedbackFunctionName"),
        output("trackedOrdersTableName"),
      ),
      ...(await announcedSubjects(deployment)),
      await scalerSubject(deployment, ec2, output("fleetFunctionName"), ["ssm:GetParameter"]),
      await scalerSubject(
        deployment,
        ec2,
        output("imageFleetFunctionName"),
        [
          "iam:PassRole",
          "kms:CreateGrant",
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKeyWithoutPlaintext",
        ],
        ["events:PutEvents", "sns:Publish"],
      ),
      await groupSubject(deployment, output("groupFleetFunctionName")),
      await endSubject(deployment, ec2, output("fleetEndFunctionName"), output("fleetFunctionName")),
      await endSubject(
        deployment,
        ec2,
        output("imageFleetEndFunctionName"),
        output("imageFleetFunctionName"),
      ),
    ];
  });

  after(async () => {
    await close();
  });

  const subjectOf = (name: string) => {
    const found = subjects.find(
      ({ roleName }) => nameOf(roleName) === `${name}-role` || nameOf(roleName) === name,
    );
    if (found === undefined) throw new Error(`the program has no role ${name}`);
    return found;
  };

  it("concerns every role that may do anything", async () => {
    const { cloud, output } = deployment;
    const roles = await listRoles(cloud);
    expect(roles).to.have.members([...subjects.map(({ roleName }) => roleName), output("instanceRoleName")]);
    expect(await readRolePolicy(cloud, output("instanceRoleName"))).to.equal(undefined);
  });

  it("is shown on the very statements of the project's own program", async () => {
    const { cloud } = program();
    const proven = new Map(
      await Promise.all(
        subjects.map(async ({ roleName }) => {
          const policy = await readRolePolicy(deployment.cloud, roleName);
          return [nameOf(roleName), outline(policy?.document)] as const;
        }),
      ),
    );
    const roles = await listRoles(cloud);
    expect(roles).to.have.length.of.at.least(2);
    for (const roleName of roles) {
      const policy = await readRolePolicy(cloud, roleName);
      expect(outline(policy?.document), roleName).to.deep.equal(proven.get(nameOf(roleName)));
    }
  });

  for (const name of SUBJECTS) {
    it(`gives ${name} all that it needs`, async () => {
      const refusals: string[] = [];
      const stop = deployment.cloud.context.events.subscribe((event) => {
        if (isRefusal(event)) refusals.push(event.errorMessage ?? "");
      });
      for (const { run } of subjectOf(name).scenarios) await run(new AbortController().signal);
      stop();
      expect(refusals).to.deep.equal([]);
    });

    it(`gives ${name} nothing that it does not need`, async () => {
      const subject = subjectOf(name);
      const policy = await readRolePolicy(deployment.cloud, subject.roleName);
      if (policy === undefined) throw new Error(`${subject.roleName} has no policy`);
      const grants = grantsOf(policy.document);
      const problems: string[] = [];
      for (const grant of grants) {
        if (WAIVED.has(grant.action)) {
          waived.add(grant.action);
          continue;
        }
        const shownBy = [grant.action, ...(BY_A_KEY[grant.action] ?? [])];
        const scenario = subject.scenarios.find(({ needs }) => needs.some((need) => shownBy.includes(need)));
        const what = `${grant.action} on ${grant.resource}`;
        if (scenario === undefined) {
          problems.push(`${what}: no scenario needs it`);
          continue;
        }
        await policy.set(without(policy.document, grant));
        const problem = await expectRefusal(subject, grant, scenario);
        if (problem !== undefined) problems.push(`${what}: without it, "${scenario.title}" ${problem}`);
        await deployment.clock.settle();
        await policy.restore();
        await subject.recover();
      }
      expect(problems).to.deep.equal([]);
      expect(grants).not.to.have.length(0);
    });
  }

  it("waives only what some role is given", () => {
    expect([...waived]).to.have.members([...WAIVED.keys()]);
  });

  /** Runs a scenario that lacks a grant; undefined when it is refused just that. */
  async function expectRefusal(
    { roleName }: Subject,
    grant: Grant,
    scenario: Scenario,
  ): Promise<string | undefined> {
    const end = new AbortController();
    const hangs = new Error("neither ends nor is refused");
    const bound = setTimeout(() => end.abort(hangs), LONGEST_SCENARIO_MS);
    const refused = deployment
      .next((event) => isRefusal(event) && event.caller.roleName === roleName, end.signal)
      .then((event) => mismatch((event as RequestEvent).errorMessage ?? "", grant));
    const ran = scenario.run(end.signal).then(
      () => "works",
      (error: unknown) => (isLackOf(grant, String(error)) ? undefined : `fails: ${String(error)}`),
    );
    try {
      return await Promise.race([refused, ran]);
    } catch (error) {
      return String(error);
    } finally {
      clearTimeout(bound);
      end.abort();
      await ran;
    }
  }
});

/** Before Lambda takes a mapping it asks for some permissions itself, and names the one that is missing. */
function isLackOf({ action }: Grant, error: string): boolean {
  const [, operation] = action.split(":");
  return error.endsWith(`Missing: ${operation}`) || error.includes(`permissions to call ${operation} on `);
}

const isRefusal = (
  event: CloudEvent,
): event is RequestEvent & { readonly caller: { readonly kind: "role"; readonly roleName: string } } =>
  event.type === "request" &&
  event.caller.kind === "role" &&
  (event.errorMessage ?? "").includes("is not authorized to perform");

/** What a refusal names beside, or instead of, the grant that was taken away. */
function mismatch(message: string, { action, resource }: Grant): string | undefined {
  const [, refused, on = ""] = / is not authorized to perform: (\S+) on resource: (\S+)/.exec(message) ?? [];
  const same = refused === action && matchesPattern(resource, on, () => undefined);
  return same ? undefined : `is refused something else: ${message}`;
}

/** Without Pulumi's suffix of 7 hexadecimal digits. */
const nameOf = (roleName: string) => roleName.replace(/-[0-9a-f]{7}$/, "");

/** A policy by its statements' names and actions: what differs between two stacks is names of resources. */
function outline(document: PolicyDocument | undefined): unknown {
  return document?.Statement.map(({ Sid, Action }) => ({ Sid, Action }));
}
