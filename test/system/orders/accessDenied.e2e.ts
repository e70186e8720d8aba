import { expect } from "chai";
import { GetQueueAttributesCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { peekQueue } from "../../../tools/demonstration/observe";
import { deployedProgram, type DeployedProgram } from "../support/deployedProgram";

interface Document {
  readonly Statement: readonly { readonly Action: string | readonly string[] }[];
}

describe("a function whose role lacks a permission", function () {
  this.timeout(60_000);
  const deployed = deployedProgram();
  let program: DeployedProgram;
  let role: { readonly RoleName: string; readonly PolicyName: string };
  let granted: string;
  let queueSettings: Record<string, string>;

  before(async () => {
    program = deployed();
    const { cloud } = program;
    const { Role = "" } = await cloud.call("lambda", "GetFunctionConfiguration", {
      FunctionName: program.output("processOrdersFunctionName"),
    });
    const RoleName = Role.split("/").at(-1) ?? "";
    const { PolicyNames } = await cloud.call("iam", "ListRolePolicies", { RoleName });
    expect(PolicyNames).to.have.length(1);
    role = { RoleName, PolicyName: PolicyNames[0] ?? "" };
    const { PolicyDocument } = await cloud.call("iam", "GetRolePolicy", role);
    granted = decodeURIComponent(PolicyDocument);
    const { Attributes } = await program.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: program.output("orderQueueUrl"),
        AttributeNames: ["VisibilityTimeout", "RedrivePolicy"],
      }),
    );
    queueSettings = Attributes ?? {};
  });

  /** Resolves once the change counts. */
  const setPolicy = async (PolicyDocument: string) => {
    const { call, context } = program.cloud;
    await call("iam", "PutRolePolicy", { ...role, PolicyDocument });
    await context.clock.sleep(context.conditions.iamPropagationMs);
  };

  const setQueue = (Attributes: Record<string, string>) =>
    program.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: program.output("orderQueueUrl"), Attributes }),
    );

  afterEach(async () => {
    await setPolicy(granted);
    await setQueue(queueSettings);
  });

  function without(action: string): string {
    const document = JSON.parse(granted) as Document;
    const Statement = document.Statement.filter(({ Action }) => ![Action].flat().includes(action));
    expect(Statement).to.have.length(document.Statement.length - 1);
    return JSON.stringify({ ...document, Statement });
  }

  it("is refused by action and resource; its order comes back, and is dead-lettered in the end", async () => {
    const queueName = program.output("orderQueueUrl").split("/").at(-1) ?? "";
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${program.output("orderDeadLetterQueueUrl").split("/").at(-1) ?? ""}`;
    await setQueue({
      VisibilityTimeout: "1",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }),
    });
    await setPolicy(without("dynamodb:PutItem"));
    const body = JSON.stringify({ orderId: "denied-1", customerName: "Ann", totalAmount: 1 });
    const id = await program.send(body);

    const table = program.output("ordersTableName");
    const { errorMessage } = await program.log.first(
      "request",
      ({ operation, errorCode }) => operation === "PutItem" && errorCode === "AccessDeniedException",
    );
    expect(errorMessage).to.match(
      new RegExp(
        `^User: arn:aws:sts::000000000000:assumed-role/${role.RoleName}/\\S+ is not authorized to perform: ` +
          `dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/${table} `,
      ),
    );
    await program.log.first(
      "log",
      ({ message }) => message.includes("denied-1") && message.includes("dynamodb:PutItem"),
    );
    const moved = await program.log.first("message-dead-lettered", ({ messageId }) => messageId === id);
    expect(moved.queueName).to.equal(queueName);
    expect(
      program.log
        .all("message-received")
        .filter(({ messageId, queueName: name }) => messageId === id && name === queueName),
    ).to.have.length(2);
    expect(await program.order("denied-1")).to.equal(undefined);
    const letters = await peekQueue(program.sqs, program.output("orderDeadLetterQueueUrl"));
    expect(letters.filter(({ Body }) => Body === body)).to.have.length(1);
  });

  it("works again as soon as it has the permission", async () => {
    await program.process(JSON.stringify({ orderId: "denied-2", customerName: "Ann", totalAmount: 1 }));
    expect(await program.order("denied-2")).to.include({ status: "Processed" });
  });
});
