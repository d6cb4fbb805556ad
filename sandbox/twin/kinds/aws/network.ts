import type { Kind, Reference } from "../../kind.ts";
import { textAt } from "../../protocol/paths.ts";
import { hexOf } from "../derive.ts";
import {
  ACCOUNT,
  EGRESS_RULE,
  INTERNET_GATEWAY,
  ROUTE_TABLE,
  SECURITY_GROUP,
  SUBNET,
  VPC,
  ec2,
  nameClaims,
  namedByPrefix,
  nameOfAtMost,
  regionOf,
} from "./common.ts";

const IN_VPC: Reference = { at: "vpcId", to: VPC, holds: true };

/** The VPC and what lies in it. */
export const network: Readonly<Record<string, Kind>> = {
  [VPC]: {
    idPrefix: "vpc",
    replaceOn: ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    outputs: {
      ...ec2("vpc"),
      ownerId: () => ACCOUNT,
      enableDnsSupport: () => true,
      enableDnsHostnames: () => false,
      defaultNetworkAclId: ({ id }) => `twin-acl-0${hexOf(`${id} acl`, 16)}`,
      defaultRouteTableId: ({ id }) => `twin-rtb-0${hexOf(`${id} table`, 16)}`,
      mainRouteTableId: ({ id }) => `twin-rtb-0${hexOf(`${id} table`, 16)}`,
      defaultSecurityGroupId: ({ id }) => `twin-sg-0${hexOf(`${id} group`, 16)}`,
    },
  },
  [SUBNET]: {
    idPrefix: "subnet",
    replaceOn: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"],
    references: [IN_VPC],
    claims: ({ vpcId, cidrBlock }) => [
      {
        key: `${String(vpcId)}/${String(cidrBlock)}`,
        conflict: `InvalidSubnet.Conflict: The CIDR '${String(cidrBlock)}' conflicts with another subnet`,
      },
    ],
    outputs: {
      ...ec2("subnet"),
      ownerId: () => ACCOUNT,
      availabilityZone: (facts) => `${regionOf(facts)}a`,
      mapPublicIpOnLaunch: () => false,
    },
  },
  [INTERNET_GATEWAY]: {
    idPrefix: "igw",
    replaceOn: [],
    references: [IN_VPC],
    claims: ({ vpcId }) =>
      typeof vpcId === "string"
        ? [{ key: vpcId, conflict: `Resource.AlreadyAssociated: ${vpcId} has an internet gateway` }]
        : [],
    outputs: { ...ec2("internet-gateway"), ownerId: () => ACCOUNT },
  },
  [ROUTE_TABLE]: {
    idPrefix: "rtb",
    replaceOn: ["vpcId"],
    references: [IN_VPC, { at: "routes[*].gatewayId", to: INTERNET_GATEWAY, except: /^local$/, holds: true }],
    outputs: { ...ec2("route-table"), ownerId: () => ACCOUNT, routes: () => [], propagatingVgws: () => [] },
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    idPrefix: "rtbassoc",
    // Another table is associated in place, another subnet never.
    replaceOn: ["subnetId", "gatewayId"],
    references: [
      { at: "subnetId", to: SUBNET, holds: true },
      { at: "gatewayId", to: INTERNET_GATEWAY, holds: true },
      { at: "routeTableId", to: ROUTE_TABLE, holds: true },
    ],
    claims: ({ subnetId, gatewayId }) => [
      { key: String(subnetId ?? gatewayId), conflict: "Resource.AlreadyAssociated: the association already exists" },
    ],
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    idPrefix: "vpce",
    replaceOn: ["vpcId", "serviceName", "vpcEndpointType", "serviceRegion"],
    references: [
      IN_VPC,
      { at: "routeTableIds[*]", to: ROUTE_TABLE },
      { at: "subnetIds[*]", to: SUBNET, holds: true },
      { at: "securityGroupIds[*]", to: SECURITY_GROUP, holds: true },
    ],
    outputs: {
      ...ec2("vpc-endpoint"),
      ownerId: () => ACCOUNT,
      state: () => "available",
      prefixListId: ({ id }) => `pl-${hexOf(id, 8)}`,
      routeTableIds: () => [],
      subnetIds: () => [],
      securityGroupIds: () => [],
      vpcEndpointType: () => "Gateway",
      privateDnsEnabled: () => false,
    },
  },
  [SECURITY_GROUP]: {
    idPrefix: "sg",
    replaceOn: ["name", "namePrefix", "description", "vpcId"],
    naming: nameOfAtMost(255),
    references: [IN_VPC],
    claims: (inputs) => {
      const name = textAt(inputs, "name");
      const conflict = `InvalidGroup.Duplicate: The security group '${name}' already exists`;
      return nameClaims(inputs, conflict, textAt(inputs, "vpcId"));
    },
    outputs: {
      ...namedByPrefix,
      ...ec2("security-group"),
      ownerId: () => ACCOUNT,
      description: () => "Managed by Pulumi",
      ingress: () => [],
      egress: () => [],
    },
    cascade: ({ id }, world) => world.ofType(EGRESS_RULE).filter(({ inputs }) => inputs["securityGroupId"] === id),
  },
  [EGRESS_RULE]: {
    idPrefix: "sgr",
    replaceOn: ["securityGroupId"],
    references: [
      { at: "securityGroupId", to: SECURITY_GROUP },
      { at: "referencedSecurityGroupId", to: SECURITY_GROUP, holds: true },
    ],
    outputs: { ...ec2("security-group-rule"), securityGroupRuleId: ({ id }) => id },
  },
};
