import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "embedded-aws/testing";
import { parse } from "yaml";
import { standingIn } from "../support/standing";
import { configure, requireAnew } from "../unit/support/program";
import { changed } from "./changes";
import { recordReferences } from "./referenceRecorder";
import { findTerraform, Terraform } from "./terraform";
import { terraformResources, type TerraformResources } from "./terraformProgram";
import { outputsOf, type ResourceSchemas, terraformType } from "./terraformSchema";

/** Types whose resources are made anew: what others refer to, so that these follow. */
const REPLACED = [
  "aws_sqs_queue",
  "aws_dynamodb_table",
  "aws_iam_role",
  "aws_lambda_function",
  "aws_sns_topic",
];

/** Of the embedded account. */
const IMAGE = "ami-0123456789abcdef0";

/**
 * The program's resources by HashiCorp's AWS provider, the code under Pulumi's: what it reads back must be what it
 * wrote, or its next plan is not empty.
 */
describe("the program's resources, by HashiCorp's AWS provider", () => {
  for (const stack of ["dev", "prod"])
    describe(`stack ${stack}`, () => {
      let cloud: TestCloud;
      let atFirst: readonly string[];
      let directory: string;
      let terraform: Terraform;
      let resources: TerraformResources;

      before(async function () {
        const found = await findTerraform();
        if (found === undefined) {
          this.skip();
          return;
        }
        directory = await mkdtemp(path.join(tmpdir(), `provider-${stack}-`));
        cloud = await startTestCloud({ images: [IMAGE] });
        atFirst = await standingIn(cloud);
        terraform = new Terraform(directory, found.plugins, cloud.endpoint);
        const schemas = await terraform.start();
        resources = await programResources(cloud, stack, schemas, directory);
      });
      after(async () => {
        await (cloud as TestCloud | undefined)?.close();
        if ((directory as string | undefined) !== undefined) await rm(directory, { recursive: true });
      });

      it("are created, and read back as they were written", async () => {
        await terraform.apply(resources);
        expect(await terraform.pending()).to.deep.equal([]);
        expect((await standingIn(cloud)).length).to.be.greaterThan(atFirst.length);
      });

      it("are changed in every argument that can be, and read back", async () => {
        const output = await terraform.apply(changed(resources));
        expect(output).to.match(/ 0 added, \d+ changed, 0 destroyed/);
        expect(await terraform.pending()).to.deep.equal([]);
      });

      it("are replaced, with whatever refers to them, and read back", async () => {
        const addresses = REPLACED.flatMap((type) =>
          Object.keys(resources[type] ?? {}).map((name) => `${type}.${name}`),
        );
        const output = await terraform.apply(changed(resources), addresses);
        expect(output).to.not.match(/Resources: 0 added/);
        // A function's permissions go with it, in AWS too; the next run grants them to the function of its name anew.
        await terraform.apply(changed(resources));
        expect(await terraform.pending()).to.deep.equal([]);
      });

      it("are destroyed, and leave an empty cloud", async () => {
        // Of what has just ended EC2 tells late that it has; this is about what ends.
        cloud.setConditions({ instanceLagMs: 0 });
        await terraform.destroy();
        expect(await standingIn(cloud)).to.deep.equal(atFirst);
      });
    });
});

async function programResources(
  cloud: TestCloud,
  stack: string,
  schemas: ResourceSchemas,
  directory: string,
): Promise<TerraformResources> {
  const recorder = recordReferences({
    address: (type, name) => `${terraformType(schemas, type)}.${name}`,
    outputs: (type) => outputsOf(schemas, terraformType(schemas, type)),
    answers: await answersOf(cloud),
  });
  configure(await configurationOf(stack));
  requireAnew("index");
  await recorder.settled();
  return terraformResources(schemas, recorder, directory);
}

/** The stack's own configuration, with an image that the embedded account has. */
async function configurationOf(stack: string): Promise<Record<string, string>> {
  const { config } = parse(await readFile(`Pulumi.${stack}.yaml`, "utf8")) as {
    config: Record<string, unknown>;
  };
  const own = Object.entries(config).filter(([key]) => key.startsWith("event-driven-aws:"));
  const values = own.map(([key, value]) => [key.slice("event-driven-aws:".length), String(value)]);
  const given = Object.fromEntries(values) as Record<string, string>;
  return {
    ...given,
    ...(given.scalerAmiId !== undefined && { scalerAmiId: IMAGE }),
    deletionProtection: "false",
  };
}

/** What AWS answers to the functions that the program calls, from the cloud itself. */
async function answersOf({ client, context }: TestCloud) {
  const ec2 = new EC2Client(client);
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  ec2.destroy();
  return new Map<string, Readonly<Record<string, unknown>>>([
    ["aws:index/getCallerIdentity:getCallerIdentity", { accountId: context.accountId }],
    ["aws:index/getRegion:getRegion", { region: context.region }],
    ["aws:index/getPartition:getPartition", { partition: "aws", dnsSuffix: "amazonaws.com" }],
    ["aws:ec2/getVpc:getVpc", { id: Vpcs[0]?.VpcId }],
    ["aws:ec2/getSubnets:getSubnets", { ids: Subnets.map(({ SubnetId }) => SubnetId) }],
  ]);
}
