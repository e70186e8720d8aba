import {
  DescribeInstanceAttributeCommand,
  EC2ServiceException,
  ModifyInstanceAttributeCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { Ec2World, SUBNETS } from "./support";

describe("instances that are protected from termination", () => {
  let world: Ec2World;
  beforeEach(async () => {
    world = await Ec2World.start();
  });
  afterEach(() => world.close());

  const launch = async (SubnetId: string, DisableApiTermination = false): Promise<string> => {
    const [instance] = await world.run({ SubnetId, DisableApiTermination });
    if (instance?.InstanceId === undefined) throw new Error("no instance was launched");
    return instance.InstanceId;
  };
  const terminate = (...InstanceIds: string[]) =>
    world.client.send(new TerminateInstancesCommand({ InstanceIds }));
  const protect = (InstanceId: string, Value: boolean) =>
    world.client.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value } }));
  const isProtected = async (InstanceId: string) => {
    const { DisableApiTermination } = await world.client.send(
      new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "disableApiTermination" }),
    );
    return DisableApiTermination?.Value;
  };
  const stateOf = async (id: string) => {
    const { Reservations = [] } = await world.cloud.call("ec2", "DescribeInstances", { InstanceIds: [id] });
    return Reservations[0]?.Instances?.[0]?.State?.Name;
  };

  it("keep those of their zone alive that are to end with them, and no others", async () => {
    const [a, b] = [await launch(SUBNETS[0]), await launch(SUBNETS[0])];
    const [d, c] = [await launch(SUBNETS[1]), await launch(SUBNETS[1], true)];
    await world.clock.advance(60_000);
    const error = await refusal(terminate(a, b, d, c));
    expect(error.name).to.equal("OperationNotPermitted");
    expect(error.message).to.include(`The instance '${c}' may not be terminated.`);
    expect(await Promise.all([a, b, d, c].map(stateOf))).to.deep.equal([
      "shutting-down",
      "shutting-down",
      "running",
      "running",
    ]);
  });

  it("tell of it, and end once the protection is lifted", async () => {
    const id = await launch(SUBNETS[0]);
    expect(await isProtected(id)).to.equal(false);
    await protect(id, true);
    expect(await isProtected(id)).to.equal(true);
    expect(await refusal(terminate(id))).to.include({ name: "OperationNotPermitted" });
    await protect(id, false);
    const { TerminatingInstances = [] } = await terminate(id, id);
    expect(TerminatingInstances.map(({ InstanceId }) => InstanceId)).to.deep.equal([id]);
  });

  it("take the attribute by its name, too, and one at a time", async () => {
    const InstanceId = await launch(SUBNETS[0]);
    const modify = (input: object) =>
      world.client.send(new ModifyInstanceAttributeCommand({ InstanceId, ...input }));
    await modify({ Attribute: "disableApiTermination", Value: "true" });
    expect(await isProtected(InstanceId)).to.equal(true);
    for (const [input, name] of [
      [{}, "InvalidParameterCombination"],
      [
        { Attribute: "disableApiTermination", Value: "true", DisableApiTermination: { Value: true } },
        "InvalidParameterCombination",
      ],
      [{ Attribute: "disableApiTermination", Value: "yes" }, "InvalidParameterValue"],
      [{ Attribute: "disableApiTermination" }, "InvalidParameterValue"],
      [{ DisableApiTermination: { Value: false }, DryRun: true }, "DryRunOperation"],
    ] as const)
      expect(await refusal(modify(input)), JSON.stringify(input)).to.include({ name });
    expect(await isProtected(InstanceId)).to.equal(true);
  });

  it("say which attributes are not supported", async () => {
    const InstanceId = await launch(SUBNETS[0]);
    const error = await refusal(
      world.client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "userData" })),
    );
    expect(error.message).to.match(/userData/);
  });
});

async function refusal(call: Promise<unknown>): Promise<EC2ServiceException> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EC2ServiceException)) throw new Error("expected EC2 to refuse it", { cause: error });
  return error;
}
