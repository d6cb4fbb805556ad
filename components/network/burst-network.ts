import { InternetGateway, type InternetGatewayArgs } from "@pulumi/aws/ec2/internetGateway.js";
import { RouteTable, type RouteTableArgs } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation, type RouteTableAssociationArgs } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { SecurityGroup, type SecurityGroupArgs } from "@pulumi/aws/ec2/securityGroup.js";
import { Subnet, type SubnetArgs } from "@pulumi/aws/ec2/subnet.js";
import { Vpc, type VpcArgs } from "@pulumi/aws/ec2/vpc.js";
import { VpcEndpoint, type VpcEndpointArgs } from "@pulumi/aws/ec2/vpcEndpoint.js";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";
import { subnetRange } from "./ranges.ts";

const FIRST_ZONE = "a".charCodeAt(0);

export interface BurstNetworkArgs {
  readonly region: string;
  /** Address range of the VPC, a /24 or larger: each zone takes the sixteenth that belongs to its letter. */
  readonly range: string;
  /** Full zone names, such as `eu-north-1a`. */
  readonly zones: readonly string[];
  readonly labels: Record<string, string>;
  readonly transform?: {
    readonly vpc?: Transform<VpcArgs>;
    readonly subnet?: Transform<SubnetArgs>;
    readonly endpoint?: Transform<VpcEndpointArgs>;
    readonly securityGroup?: Transform<SecurityGroupArgs>;
  };
}

/**
 * Where burst nodes start: a VPC with one public subnet a zone, a gateway endpoint that keeps S3 traffic off the internet
 * gateway, and a security group without any inbound rule. Costs nothing while no node runs.
 */
export class BurstNetwork extends pulumi.ComponentResource {
  readonly subnetIds: pulumi.Output<string>[];
  readonly securityGroupId: pulumi.Output<string>;
  readonly nodes: {
    readonly vpc: Vpc;
    readonly subnets: Record<string, Subnet>;
    readonly securityGroup: SecurityGroup;
  };

  constructor(name: string, args: BurstNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:network:BurstNetwork", name, {}, opts);
    const { region, range, zones, labels, transform } = args;
    const child = { parent: this };

    const vpc = new Vpc(
      `${name}-vpc`,
      refine<VpcArgs>("aws:ec2/vpc:Vpc", { cidrBlock: range, enableDnsHostnames: true, tags: labels }, transform?.vpc),
      child,
    );
    const gateway = new InternetGateway(
      `${name}-gateway`,
      refine<InternetGatewayArgs>("aws:ec2/internetGateway:InternetGateway", { vpcId: vpc.id, tags: labels }),
      child,
    );
    const routes = new RouteTable(
      `${name}-routes`,
      refine<RouteTableArgs>("aws:ec2/routeTable:RouteTable", {
        vpcId: vpc.id,
        routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }],
        tags: labels,
      }),
      child,
    );
    const subnets = Object.fromEntries(
      zones.map((zone) => {
        const subnet = new Subnet(
          `${name}-${zone}`,
          refine<SubnetArgs>(
            "aws:ec2/subnet:Subnet",
            {
              vpcId: vpc.id,
              availabilityZone: zone,
              cidrBlock: subnetRange(range, zone.charCodeAt(zone.length - 1) - FIRST_ZONE),
              mapPublicIpOnLaunch: true,
              tags: labels,
            },
            transform?.subnet,
          ),
          child,
        );
        new RouteTableAssociation(
          `${name}-${zone}-routes`,
          refine<RouteTableAssociationArgs>("aws:ec2/routeTableAssociation:RouteTableAssociation", {
            subnetId: subnet.id,
            routeTableId: routes.id,
          }),
          child,
        );
        return [zone, subnet];
      }),
    );
    new VpcEndpoint(
      `${name}-s3`,
      refine<VpcEndpointArgs>(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {
          vpcId: vpc.id,
          serviceName: `com.amazonaws.${region}.s3`,
          vpcEndpointType: "Gateway",
          routeTableIds: [routes.id],
          tags: labels,
        },
        transform?.endpoint,
      ),
      child,
    );
    const securityGroup = new SecurityGroup(
      `${name}-nodes`,
      refine<SecurityGroupArgs>(
        "aws:ec2/securityGroup:SecurityGroup",
        {
          vpcId: vpc.id,
          description: "Burst nodes reach out through the mesh; nothing reaches in",
          ingress: [],
          egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
          tags: labels,
        },
        transform?.securityGroup,
      ),
      child,
    );

    this.subnetIds = Object.values(subnets).map((subnet) => subnet.id);
    this.securityGroupId = securityGroup.id;
    this.nodes = { vpc, subnets, securityGroup };
    this.registerOutputs({ subnetIds: this.subnetIds, securityGroupId: this.securityGroupId });
  }
}
