import { AwsError } from "../../core/errors";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { operationsOf } from "../../wire/operation";
import { ClientTokens, clientTokenRule } from "./clientTokens";
import { endpointService, prefixLists } from "./endpointServices";
import { invalidParameter, notFound } from "./errors";
import type { FilterValues } from "./filters";
import { describeRules, ids, tagsFor, tagSpecificationMembers, tagSpecificationRules } from "./inputs";
import { tagSet } from "./instance";
import type { EndpointInterface, Vpc, VpcEndpoint } from "./network";
import { anywhere, making, type NetworkParts, on, takeAddresses } from "./networkParts";
import { filteredPage } from "./pages";

const FILTERS: FilterValues<VpcEndpoint> = {
  "service-name": ({ serviceName }) => [serviceName],
  "vpc-endpoint-id": ({ id }) => [id],
  "vpc-endpoint-state": ({ state }) => [state],
  "vpc-endpoint-type": ({ kind }) => [kind],
  "vpc-id": ({ vpcId }) => [vpcId],
};
const PREFIX_LIST_FILTERS: FilterValues<{ readonly id: string; readonly name: string }> = {
  "prefix-list-id": ({ id }) => [id],
  "prefix-list-name": ({ name }) => [name],
};

/** What an endpoint lets through that is given no policy: AWS PrivateLink guide, "Endpoint policies". */
const OPEN_POLICY = JSON.stringify({
  Statement: [{ Action: "*", Effect: "Allow", Principal: "*", Resource: "*" }],
});

/**
 * VPC endpoints: AWS's services inside a network. Nothing here sends requests through them, so that their policies
 * are kept and shown, and decide on nothing.
 */
export function endpointOperations(parts: NetworkParts) {
  const { context, network, groups, controls } = parts;
  const operation = operationsOf("ec2", context);
  const tokens = new ClientTokens<string>(context);
  const element = (endpoint: VpcEndpoint) => ({
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.kind,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    // The model begins them with capitals; EC2 does not.
    State: endpoint.state as "Available",
    PolicyDocument: endpoint.policy,
    RouteTableIds: [...endpoint.routeTableIds],
    SubnetIds: endpoint.interfaces.map(({ subnetId }) => subnetId),
    Groups: endpoint.groupIds.map((GroupId) => ({ GroupId, GroupName: groups.byId(GroupId)?.name })),
    IpAddressType: "ipv4" as const,
    PrivateDnsEnabled: endpoint.privateDns,
    RequesterManaged: false,
    NetworkInterfaceIds: endpoint.interfaces.map(({ id }) => id),
    DnsEntries:
      endpoint.kind === "Interface"
        ? [{ DnsName: `${endpoint.id}-${endpoint.id.slice(-8)}.${vpceDomain(endpoint)}` }]
        : [],
    CreationTimestamp: new Date(endpoint.createdAt),
    OwnerId: context.accountId,
    Tags: tagSet(endpoint.tags),
  });

  /** @throws AwsError for a subnet of another VPC, and for two of one zone. */
  const newInterfaces = (
    vpcId: string,
    subnetIds: readonly string[],
    there: readonly EndpointInterface[],
  ) => {
    const zones = new Set(there.map(({ subnetId }) => network.subnets.get(subnetId)?.zone));
    return network.get("subnets", subnetIds).map((subnet): EndpointInterface => {
      if (subnet.vpcId !== vpcId) throw foreign("subnet", subnet.id, vpcId);
      if (zones.has(subnet.zone))
        throw new AwsError(
          "DuplicateSubnetsInSameZone",
          `Found another VPC endpoint subnet in the availability zone of ${subnet.id}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`,
        );
      zones.add(subnet.zone);
      const [privateIp = ""] = takeAddresses(parts, subnet, 1);
      return { id: network.newId("eni"), subnetId: subnet.id, privateIp };
    });
  };
  const checkGroups = (vpcId: string, groupIds: readonly string[]) => {
    for (const group of groups.get(groupIds))
      if (group.vpcId !== vpcId) throw foreign("security group", group.id, vpcId);
  };
  const checkTables = (vpcId: string, tableIds: readonly string[]) => {
    for (const table of network.get("routeTables", tableIds))
      if (table.vpcId !== vpcId) throw foreign("route table", table.id, vpcId);
  };
  /** @throws AwsError where the VPC, or another endpoint, leaves no room for the service's own name. */
  const checkPrivateDns = (vpc: Vpc, serviceName: string, own?: VpcEndpoint) => {
    if (!vpc.dnsSupport || !vpc.dnsHostnames)
      throw new AwsError(
        "InvalidParameter",
        `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.id}`,
      );
    const taken = [...network.endpoints.values()].some(
      (other) =>
        other !== own && other.vpcId === vpc.id && other.serviceName === serviceName && other.privateDns,
    );
    if (taken)
      throw new AwsError(
        "InvalidParameter",
        `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${serviceName.split(".").slice(3).join(".")}.${network.region}.amazonaws.com in the VPC ${vpc.id}`,
      );
  };

  return {
    ...operation(
      "CreateVpcEndpoint",
      {
        supports: [
          "VpcEndpointType",
          "VpcId",
          "ServiceName",
          "PolicyDocument",
          "RouteTableIds",
          "SubnetIds",
          "SecurityGroupIds",
          "PrivateDnsEnabled",
          "IpAddressType",
          "ClientToken",
          ...tagSpecificationMembers,
        ],
        rules: {
          VpcEndpointType: {
            oneOf: ["Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"],
            supported: ["Interface", "Gateway"],
          },
          IpAddressType: { oneOf: ["ipv4", "dualstack", "ipv6"], supported: ["ipv4"] },
          ...clientTokenRule,
          ...tagSpecificationRules("vpc-endpoint"),
        },
      },
      ({ VpcId, ServiceName = "", SubnetIds, SecurityGroupIds, RouteTableIds, TagSpecifications }) =>
        making(
          network,
          "CreateVpcEndpoint",
          "vpc-endpoint",
          TagSpecifications,
          network.one("vpcs", VpcId),
          ...network.get("subnets", SubnetIds ?? []),
          ...groups.get(SecurityGroupIds ?? []),
          ...network.get("routeTables", RouteTableIds ?? []),
        ).map((access) =>
          access.resource.endsWith("vpc-endpoint/*") && access.action === "ec2:CreateVpcEndpoint"
            ? { ...access, context: { ...access.context, "ec2:VpceServiceName": ServiceName } }
            : access,
        ),
      ({ ClientToken, ...input }) => {
        const request = JSON.stringify(input);
        const known = tokens.find(ClientToken, request);
        if (known !== undefined)
          return { VpcEndpoint: element(network.one("endpoints", known)), ClientToken };

        const { VpcId, ServiceName = "", SubnetIds = [], RouteTableIds = [], TagSpecifications } = input;
        const kind = input.VpcEndpointType === "Interface" ? "Interface" : "Gateway";
        const vpc = network.one("vpcs", VpcId);
        endpointService(ServiceName, kind, network.region);
        const isInterface = kind === "Interface";
        if (isInterface ? RouteTableIds.length > 0 : SubnetIds.length > 0 || input.SecurityGroupIds)
          throw invalidParameter(
            isInterface
              ? "Endpoints of type Interface take no RouteTableIds"
              : "Endpoints of type Gateway take no SubnetIds and no SecurityGroupIds",
          );
        checkTables(VpcId, RouteTableIds);
        const groupIds = isInterface ? (input.SecurityGroupIds ?? [groups.defaultOf(VpcId).id]) : [];
        checkGroups(VpcId, groupIds);
        // "The default is true" where the API is used as such: EC2 API reference, CreateVpcEndpoint.
        const privateDns = isInterface && (input.PrivateDnsEnabled ?? true);
        if (privateDns) checkPrivateDns(vpc, ServiceName);
        const endpoint: VpcEndpoint = {
          ...network.named("endpoints", tagsFor("vpc-endpoint", TagSpecifications)),
          vpcId: VpcId,
          serviceName: ServiceName,
          kind,
          createdAt: context.clock.now(),
          privateDns,
          policy: policyOf(input.PolicyDocument),
          groupIds,
          routeTableIds: RouteTableIds,
          interfaces: newInterfaces(VpcId, SubnetIds, []),
          state: isInterface ? "pending" : "available",
        };
        network.endpoints.set(endpoint.id, endpoint);
        tokens.remember(ClientToken, request, endpoint.id);
        context.clock.after(controls.networkMs, () => {
          if (endpoint.state === "pending") endpoint.state = "available";
        });
        return { VpcEndpoint: element(endpoint), ClientToken };
      },
    ),

    ...operation(
      "DescribeVpcEndpoints",
      {
        supports: ["VpcEndpointIds", "Filters", "MaxResults", "NextToken"],
        rules: { VpcEndpointIds: ids, ...describeRules },
      },
      anywhere("DescribeVpcEndpoints"),
      ({ VpcEndpointIds, ...query }) => {
        const asked = network.asked("endpoints", VpcEndpointIds);
        const { items, NextToken } = filteredPage(asked, query, FILTERS, ({ tags }) => tags);
        return { VpcEndpoints: items.map(element), NextToken };
      },
    ),

    ...operation(
      "ModifyVpcEndpoint",
      {
        supports: [
          "VpcEndpointId",
          "PolicyDocument",
          "ResetPolicy",
          "AddRouteTableIds",
          "RemoveRouteTableIds",
          "AddSubnetIds",
          "RemoveSubnetIds",
          "AddSecurityGroupIds",
          "RemoveSecurityGroupIds",
          "PrivateDnsEnabled",
        ],
      },
      ({ VpcEndpointId }) => on("ModifyVpcEndpoint", network.one("endpoints", VpcEndpointId)),
      (input) => {
        const endpoint = network.one("endpoints", input.VpcEndpointId);
        const { vpcId } = endpoint;
        const { AddRouteTableIds = [], AddSecurityGroupIds = [], AddSubnetIds = [] } = input;
        checkTables(vpcId, AddRouteTableIds);
        checkGroups(vpcId, AddSecurityGroupIds);
        if (input.PrivateDnsEnabled === true)
          checkPrivateDns(network.one("vpcs", vpcId), endpoint.serviceName, endpoint);
        const policy = input.ResetPolicy === true ? OPEN_POLICY : input.PolicyDocument;
        const staying = endpoint.interfaces.filter(
          ({ subnetId }) => !(input.RemoveSubnetIds ?? []).includes(subnetId),
        );
        const interfaces = [...staying, ...newInterfaces(vpcId, AddSubnetIds, staying)];
        endpoint.policy = policy === undefined ? endpoint.policy : policyOf(policy);
        endpoint.interfaces = interfaces;
        endpoint.routeTableIds = changed(endpoint.routeTableIds, AddRouteTableIds, input.RemoveRouteTableIds);
        endpoint.groupIds = changed(endpoint.groupIds, AddSecurityGroupIds, input.RemoveSecurityGroupIds);
        endpoint.privateDns = input.PrivateDnsEnabled ?? endpoint.privateDns;
        return { Return: true };
      },
    ),

    ...operation(
      "DeleteVpcEndpoints",
      { supports: ["VpcEndpointIds"], rules: { VpcEndpointIds: ids } },
      ({ VpcEndpointIds }) =>
        on("DeleteVpcEndpoints", ...VpcEndpointIds.flatMap((id) => network.endpoints.get(id) ?? [])),
      ({ VpcEndpointIds }) => ({
        Unsuccessful: VpcEndpointIds.flatMap((id) => {
          const endpoint = network.endpoints.get(id);
          if (endpoint === undefined) {
            const { code, message } = notFound("InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id", [id]);
            return [{ ResourceId: id, Error: { Code: code, Message: message } }];
          }
          endpoint.state = "deleting";
          const remove = () => network.endpoints.delete(id);
          if (endpoint.kind === "Gateway") remove();
          else context.clock.after(controls.networkMs, remove);
          return [];
        }),
      }),
    ),

    ...operation(
      "DescribePrefixLists",
      {
        supports: ["PrefixListIds", "Filters", "MaxResults", "NextToken"],
        rules: { PrefixListIds: ids, ...describeRules },
      },
      anywhere("DescribePrefixLists"),
      ({ PrefixListIds = [], ...query }) => {
        const all = prefixLists(network.region);
        const unknown = PrefixListIds.filter((id) => !all.some((list) => list.id === id));
        if (unknown.length > 0) throw notFound("InvalidPrefixListID.NotFound", "prefixList ID", unknown);
        const asked = all.filter(({ id }) => PrefixListIds.length === 0 || PrefixListIds.includes(id));
        const { items, NextToken } = filteredPage(asked, query, PREFIX_LIST_FILTERS);
        return {
          // Of the ranges behind them nothing here needs any.
          PrefixLists: items.map(({ id, name }) => ({ PrefixListId: id, PrefixListName: name, Cidrs: [] })),
          NextToken,
        };
      },
    ),
  };
}

/** @throws AwsError for what is no policy. */
function policyOf(text = OPEN_POLICY): string {
  try {
    parsePolicyDocument(text, "resource");
  } catch (error) {
    throw new AwsError(
      "InvalidPolicyDocument",
      `Policy document is not valid: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return text;
}

function changed(
  there: readonly string[],
  added: readonly string[],
  removed: readonly string[] = [],
): string[] {
  return [...new Set([...there, ...added])].filter((id) => !removed.includes(id));
}

function foreign(what: string, id: string, vpcId: string): AwsError {
  return invalidParameter(`The ${what} ${id} does not belong to VPC ${vpcId}`);
}

/** "ssm.us-east-1.vpce.amazonaws.com" */
function vpceDomain({ serviceName }: VpcEndpoint): string {
  const [, , region = "", ...service] = serviceName.split(".");
  return `${service.join(".")}.${region}.vpce.amazonaws.com`;
}
