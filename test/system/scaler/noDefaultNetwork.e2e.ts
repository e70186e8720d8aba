import path from "node:path";
import { expect } from "chai";
import { startTestCloud } from "embedded-aws/testing";
import { deploy } from "embedded-pulumi";

describe("a fleet without a network", function () {
  this.timeout(60_000);

  it("is refused in an account without a default VPC, with the keys that mend it", async () => {
    const cloud = await startTestCloud();
    try {
      const { Vpcs = [] } = await cloud.call("ec2", "DescribeVpcs", {});
      const [{ VpcId = "" } = {}] = Vpcs;
      const { Subnets = [] } = await cloud.call("ec2", "DescribeSubnets", {});
      for (const { SubnetId = "" } of Subnets) await cloud.call("ec2", "DeleteSubnet", { SubnetId });
      const { InternetGateways = [] } = await cloud.call("ec2", "DescribeInternetGateways", {});
      for (const { InternetGatewayId = "" } of InternetGateways) {
        await cloud.call("ec2", "DetachInternetGateway", { InternetGatewayId, VpcId });
        await cloud.call("ec2", "DeleteInternetGateway", { InternetGatewayId });
      }
      await cloud.call("ec2", "DeleteVpc", { VpcId });

      const failure: unknown = await deploy(cloud, {
        directory: ".",
        stack: "dev",
        cacheDirectory: path.resolve(".local/cache"),
        assetDirectory: ".",
      }).catch((reason: unknown) => reason);
      expect(String(failure)).to.contain("the account has no default VPC in this region");
      expect(String(failure)).to.contain(
        "Set scalerNetwork to private, or scalerSubnetIds and scalerSecurityGroupIds.",
      );
    } finally {
      await cloud.close();
    }
  });
});
