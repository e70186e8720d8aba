import { eip, internetGateway, natGateway } from "./gateways";
import { launchTemplate } from "./launchTemplate";
import { route, routeTable, routeTableAssociation } from "./routes";
import { defaultSecurityGroup, securityGroup } from "./securityGroups";
import { subnet, vpc } from "./vpc";
import { vpcEndpoint } from "./vpcEndpoint";

export const ec2 = [
  launchTemplate,
  securityGroup,
  vpc,
  subnet,
  internetGateway,
  eip,
  natGateway,
  routeTable,
  route,
  routeTableAssociation,
  vpcEndpoint,
  defaultSecurityGroup,
];
