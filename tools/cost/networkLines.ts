import { line, n, type CostLine } from "./line";
import { prices } from "./prices";
import { assumptions, type Workload } from "./workload";

/** What the fleet's network costs, by how its instances reach the outside; see `scalerNetwork`, `scalerNetworkEgress`. */
export function networkLines(workload: Workload): CostLine[] {
  const { network, zones, endpoints, instances, outboundGigabytes: gigabytes } = workload;
  const { hoursAMonth } = assumptions;
  const hours = (item: string, count: number, price: number, words: string) =>
    line(item, "fixed", `${words} × ${n(hoursAMonth)} hours`, {
      quantity: count * hoursAMonth,
      unit: "hours",
      price,
    });
  const through = (item: string, price: number) =>
    line(item, "fixed", n(gigabytes), { quantity: gigabytes, unit: "GB", price });
  switch (network) {
    case "default":
      return [
        hours("Public IPv4 addresses", instances, prices.publicAddressHour, `${n(instances)} instances`),
      ];
    case "nat":
    case "natPerZone": {
      const gateways = network === "nat" ? 1 : zones;
      return [
        hours("NAT gateways", gateways, prices.natGatewayHour, n(gateways)),
        through("NAT gateways, traffic", prices.natGatewayGigabyte),
        hours("NAT gateways, public IPv4 addresses", gateways, prices.publicAddressHour, n(gateways)),
      ];
    }
    case "endpoints":
      return [
        hours(
          "VPC endpoints",
          endpoints * zones,
          prices.endpointHour,
          `${n(endpoints)} services × ${n(zones)} zones`,
        ),
        through("VPC endpoints, traffic", prices.endpointGigabyte),
      ];
    case "none":
      return [];
  }
}
