import type { Claim, Facts, Kind, Naming } from "../../kind.ts";
import { textAt } from "../../protocol/paths.ts";
import { isObject, type Properties, type Value } from "../../protocol/values.ts";
import { hexOf } from "../derive.ts";

export const VPC = "aws:ec2/vpc:Vpc";
export const SUBNET = "aws:ec2/subnet:Subnet";
export const INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway";
export const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
export const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
export const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
export const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const GROUP = "aws:autoscaling/group:Group";
export const SCHEDULE = "aws:autoscaling/schedule:Schedule";
/** Paid up front: no API takes it back. */
export const CAPACITY_BLOCK = "aws:ec2/capacityBlockReservation:CapacityBlockReservation";
/** Made by groups alone: nothing of the program is one. */
export const INSTANCE = "aws:ec2/instance:Instance";
export const ROLE = "aws:iam/role:Role";
export const INSTANCE_PROFILE = "aws:iam/instanceProfile:InstanceProfile";

/** No AWS account has this number. */
export const ACCOUNT = "000000000000";
/** Where neither the resource nor its provider names a region. */
const DEFAULT_REGION = "eu-central-1";

/** Says on an instance which group has launched it. */
export const GROUP_TAG = "aws:autoscaling:groupName";

export function groupOfInstance({ tags }: Properties): string | undefined {
  const name = isObject(tags) ? tags[GROUP_TAG] : undefined;
  return typeof name === "string" ? name : undefined;
}

type Outputs = NonNullable<Kind["outputs"]>;

/** A name that the provider makes, unless the owner gave one or a prefix for the API's own. */
export function nameOfAtMost(maxLength: number): Naming {
  return { property: "name", prefixProperty: "namePrefix", maxLength, randomDigits: 7, mark: "defaults" };
}

/** Nothing is claimed where the API makes the name of a prefix. */
export function nameClaims(inputs: Properties, conflict: string, scope = ""): Claim[] {
  const name = textAt(inputs, "name");
  return name === undefined ? [] : [{ key: `${scope}/${name}`, conflict }];
}

/** A name that the API made of a prefix. */
export const namedByPrefix: Outputs = {
  name: ({ id, inputs }) => `${textAt(inputs, "namePrefix") ?? ""}${hexOf(id, 26)}`,
};

export function regionOf({ inputs, facts }: Facts): string {
  return textAt(inputs, "region") ?? textAt(facts, "region") ?? DEFAULT_REGION;
}

/** What every EC2 object answers. */
export function ec2(kind: string): Outputs {
  return {
    arn: (facts) => `arn:aws:ec2:${regionOf(facts)}:${ACCOUNT}:${kind}/${facts.id}`,
    region: regionOf,
    tagsAll: ({ inputs }) => tags(inputs),
  };
}

/** What every named IAM object answers. */
export function iam(kind: string, uniquePrefix: string): Outputs {
  return {
    ...namedByPrefix,
    arn: ({ id, inputs }) =>
      `arn:aws:iam::${ACCOUNT}:${kind}${textAt(inputs, "path") ?? "/"}${textAt(inputs, "name") ?? id}`,
    createDate: ({ createdAt }) => createdAt,
    uniqueId: ({ id }) => `${uniquePrefix}${hexOf(id, 17).toUpperCase()}`,
    tagsAll: ({ inputs }) => tags(inputs),
  };
}

function tags({ tags: own }: Properties): Value {
  return isObject(own) ? own : {};
}
