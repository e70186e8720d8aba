import { EC2Client, type Instance } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import sinon from "sinon";
import { awsEc2 } from "../../../../handlers/scaling/awsEc2";
import { recordOf } from "../../../../handlers/scaling/describeInstances";
import { answering } from "./awsCalls";
import { sdkError } from "./sdkError";

const LaunchTime = new Date("2026-06-01T12:00:00Z");
const instance = (InstanceId: string, more: Partial<Instance> = {}): Instance => ({
  InstanceId,
  State: { Name: "running" },
  LaunchTime,
  ...more,
});
const record = (id: string) => recordOf(instance(id));
const ec2 = () => awsEc2({ key: "Fleet", value: "web" });

describe("awsEc2", () => {
  afterEach(() => sinon.restore());

  it("describes every instance with the tag, page by page, and which of them are impaired", async () => {
    const { calls } = answering(EC2Client, [
      {
        Reservations: [{ Instances: [instance("i-1"), instance("i-2")] }, { Instances: [instance("i-3")] }],
        NextToken: "more",
      },
      { Reservations: [{}, { Instances: [instance("i-4", { State: { Name: "pending" } })] }], NextToken: "" },
      {
        InstanceStatuses: [
          { InstanceId: "i-1", InstanceStatus: { Status: "impaired" }, SystemStatus: { Status: "ok" } },
          { InstanceId: "i-2", InstanceStatus: { Status: "ok" }, SystemStatus: { Status: "impaired" } },
          { InstanceId: "i-3", InstanceStatus: { Status: "ok" }, SystemStatus: { Status: "initializing" } },
          { InstanceStatus: { Status: "impaired" } },
        ],
      },
    ]);
    expect(await ec2().describe()).to.deep.equal([
      { ...record("i-1"), impaired: true },
      { ...record("i-2"), impaired: true },
      record("i-3"),
      { ...record("i-4"), state: "pending" },
    ]);
    const asked = { Filters: [{ Name: "tag:Fleet", Values: ["web"] }], MaxResults: 1_000 };
    expect(await calls()).to.deep.equal([
      { operation: "DescribeInstances", input: asked, attempts: 3 },
      { operation: "DescribeInstances", input: { ...asked, NextToken: "more" }, attempts: 3 },
      {
        operation: "DescribeInstanceStatus",
        input: { InstanceIds: ["i-1", "i-2", "i-3"] },
        attempts: 3,
      },
    ]);
  });

  it("asks for the checks of a hundred instances a call, and of none where none runs", async () => {
    const many = Array.from({ length: 201 }, (_, index) => instance(`i-${index}`));
    const { calls } = answering(EC2Client, [
      { Reservations: [{ Instances: many }] },
      {},
      {},
      { InstanceStatuses: [{ InstanceId: "i-200", SystemStatus: { Status: "impaired" } }] },
    ]);
    const records = await ec2().describe();
    expect(records.filter(({ impaired }) => impaired).map(({ id }) => id)).to.deep.equal(["i-200"]);
    const [, ...checks] = await calls();
    const ids = checks.map(({ input }) => (input as { readonly InstanceIds: readonly string[] }).InstanceIds);
    expect(ids.map((each) => each.length)).to.deep.equal([100, 100, 1]);
    expect(ids.flat()).to.deep.equal(many.map(({ InstanceId }) => InstanceId));
    sinon.restore();
    answering(EC2Client, [
      { Reservations: [{ Instances: [instance("i-1", { State: { Name: "stopped" } })] }] },
    ]);
    expect(await ec2().describe()).to.have.length(1);
    sinon.restore();
    answering(EC2Client, [{}]);
    expect(await ec2().describe()).to.deep.equal([]);
  });

  it("leaves the checks for the next time where one of the instances has just gone, and no other failure", async () => {
    const one = { Reservations: [{ Instances: [instance("i-1")] }] };
    answering(EC2Client, [one, sdkError("InvalidInstanceID.NotFound", "gone", 400)]);
    expect(await ec2().describe()).to.deep.equal([record("i-1")]);
    sinon.restore();
    const denied = sdkError("UnauthorizedOperation", "no", 403);
    for (const failure of [denied, Object.assign(new Error("no"), { name: "Other" })]) {
      answering(EC2Client, [one, failure]);
      const thrown: unknown = await ec2()
        .describe()
        .catch((error: unknown) => error);
      expect(thrown).to.equal(failure);
      sinon.restore();
    }
  });

  const request = {
    launchTemplateId: "lt-1",
    launchTemplateVersion: "3",
    subnetId: "subnet-1",
    securityGroupIds: ["sg-1", "sg-2"],
    publicIp: false,
    tags: { Fleet: "web", Name: "w" },
    count: 2,
  };

  it("launches as many as there is room for, in one attempt, all of it tagged", async () => {
    const { calls } = answering(EC2Client, [{ Instances: [instance("i-1"), instance("i-2")] }]);
    expect(await ec2().run(request, "token")).to.deep.equal([record("i-1"), record("i-2")]);
    const Tags = [
      { Key: "Fleet", Value: "web" },
      { Key: "Name", Value: "w" },
    ];
    expect(await calls()).to.deep.equal([
      {
        operation: "RunInstances",
        input: {
          ClientToken: "token",
          LaunchTemplate: { LaunchTemplateId: "lt-1", Version: "3" },
          NetworkInterfaces: [
            {
              DeviceIndex: 0,
              SubnetId: "subnet-1",
              Groups: ["sg-1", "sg-2"],
              AssociatePublicIpAddress: false,
              DeleteOnTermination: true,
            },
          ],
          MinCount: 1,
          MaxCount: 2,
          TagSpecifications: ["instance", "volume", "network-interface"].map((ResourceType) => ({
            ResourceType,
            Tags,
          })),
        },
        attempts: 1,
      },
    ]);
  });

  it("fails where EC2 names no instance", async () => {
    for (const answer of [{}, { Instances: [] }]) {
      answering(EC2Client, [answer]);
      const failure: unknown = await ec2()
        .run(request, "token")
        .catch((error: unknown) => error);
      expect(failure)
        .to.be.instanceOf(Error)
        .and.include({ message: "RunInstances answered without an instance" });
      sinon.restore();
    }
  });

  it("terminates by id", async () => {
    const { calls } = answering(EC2Client, [{}]);
    expect(await ec2().terminate(["i-1", "i-2"])).to.deep.equal({ ended: ["i-1", "i-2"], kept: [] });
    expect(await calls()).to.deep.equal([
      { operation: "TerminateInstances", input: { InstanceIds: ["i-1", "i-2"] }, attempts: 3 },
    ]);
  });

  it("terminates each by itself where one of them is protected, which stays", async () => {
    const isProtected = sdkError("OperationNotPermitted", "protected", 400);
    const { calls } = answering(EC2Client, [isProtected, {}, isProtected, {}]);
    expect(await ec2().terminate(["i-1", "i-2", "i-3"])).to.deep.equal({
      ended: ["i-1", "i-3"],
      kept: ["i-2"],
    });
    expect((await calls()).map(({ input }) => input)).to.deep.equal(
      [["i-1", "i-2", "i-3"], ["i-1"], ["i-2"], ["i-3"]].map((InstanceIds) => ({ InstanceIds })),
    );
  });

  it("asks for a single one once", async () => {
    const { calls } = answering(EC2Client, [sdkError("OperationNotPermitted", "protected", 400)]);
    expect(await ec2().terminate(["i-1"])).to.deep.equal({ ended: [], kept: ["i-1"] });
    expect(await calls()).to.have.length(1);
  });

  it("does not forget what has ended when EC2 refuses the next", async () => {
    const isProtected = sdkError("OperationNotPermitted", "protected", 400);
    const throttled = sdkError("RequestLimitExceeded", "too fast", 503);
    answering(EC2Client, [isProtected, {}, isProtected, throttled]);
    expect(await ec2().terminate(["i-1", "i-2", "i-3", "i-4"])).to.deep.equal({
      ended: ["i-1"],
      kept: ["i-2"],
    });
    sinon.restore();
    answering(EC2Client, [isProtected, throttled]);
    const failure: unknown = await ec2()
      .terminate(["i-1", "i-2"])
      .catch((error: unknown) => error);
    expect(failure).to.equal(throttled);
  });

  it("says what else keeps instances from ending", async () => {
    const denied = sdkError("UnauthorizedOperation", "denied", 403);
    answering(EC2Client, [denied]);
    const failure: unknown = await ec2()
      .terminate(["i-1"])
      .catch((error: unknown) => error);
    expect(failure).to.equal(denied);
  });
});

describe("recordOf", () => {
  it("keeps what a decision needs", () => {
    expect(
      recordOf(
        instance("i-1", {
          State: { Name: "terminated" },
          ImageId: "ami-1",
          ClientToken: "token",
          SubnetId: "subnet-1",
          SecurityGroups: [{ GroupId: "sg-1" }, {}],
          StateTransitionReason: "User initiated (2026-06-01 12:34:56 GMT)",
          Tags: [
            { Key: "aws:ec2launchtemplate:version", Value: "3" },
            { Key: "aws:ec2launchtemplate:id", Value: "lt-1" },
          ],
        }),
      ),
    ).to.deep.equal({
      id: "i-1",
      state: "terminated",
      launchTime: LaunchTime.getTime(),
      endedAt: Date.UTC(2026, 5, 1, 12, 34, 56),
      imageId: "ami-1",
      clientToken: "token",
      subnetId: "subnet-1",
      securityGroupIds: ["sg-1"],
      launchTemplateId: "lt-1",
    });
  });

  it("knows why EC2 ended one as it started, and takes no other end for that", () => {
    const of = (Code?: string, Message?: string) =>
      recordOf(instance("i-1", { StateReason: { Code, Message } }));
    for (const code of [
      "Server.InsufficientInstanceCapacity",
      "Server.InternalError",
      "Client.InternalError",
      "Client.VolumeLimitExceeded",
      "Client.InvalidSnapshot.NotFound",
      "Client.InvalidKMSKey.InvalidState",
    ]) {
      expect(of(code, `${code}: no`)).to.have.property("failedToStart", `${code}: no`);
      expect(of(code)).to.have.property("failedToStart", code);
    }
    for (const code of [
      undefined,
      "Client.UserInitiatedShutdown",
      "Client.InstanceInitiatedShutdown",
      "Client.InstanceTerminated",
      "Server.SpotInstanceTermination",
      "Server.ScheduledStop",
      "Other.Server.InternalError",
      "Client.InternalErrorOfAnotherKind",
    ])
      expect(of(code, "x"), code).not.to.have.property("failedToStart");
  });

  it("makes nothing up where EC2 says nothing", () => {
    for (const given of [
      {},
      { ClientToken: "", SubnetId: "", StateTransitionReason: "" },
      { StateTransitionReason: "Server.SpotInstanceTermination" },
    ]) {
      const found = recordOf(instance("i-1", given));
      expect(found).to.include({ imageId: "", launchTemplateId: undefined, securityGroupIds: undefined });
      expect(found).not.to.have.any.keys("endedAt", "clientToken", "subnetId");
    }
  });

  it("fails on an instance without id, state or launch time", () => {
    const { InstanceId: _id, ...anonymous } = instance("i-1");
    const { State: _state, ...stateless } = instance("i-1");
    const { LaunchTime: _time, ...timeless } = instance("i-1");
    for (const given of [anonymous, stateless, { ...stateless, State: {} }, timeless])
      expect(() => recordOf(given)).to.throw(/without id, state or launch time: \{/);
  });
});
