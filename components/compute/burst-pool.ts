import { gzipSync } from "node:zlib";
import { Group, type GroupArgs } from "@pulumi/aws/autoscaling/group.js";
import { LaunchTemplate, type LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate.js";
import { InstanceProfile, type InstanceProfileArgs } from "@pulumi/aws/iam/instanceProfile.js";
import { Role, type RoleArgs } from "@pulumi/aws/iam/role.js";
import { RolePolicy, type RolePolicyArgs } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { refine, type Transform } from "../component.ts";
import { scheduleBurst, type BurstScheduleArgs } from "./burst-schedule.ts";
import type { NodeBundle } from "./node-config/bundle/bundle.ts";
import { CapacityBlock, type CapacityBlockArgs } from "./capacity-block.ts";
import { type K3sRole, registeredLabels } from "./node-config/k3s.ts";

export interface BurstInstanceType {
  readonly type: string;
  readonly onDemandUsdPerHour: number;
}

export interface BurstPoolArgs {
  readonly cluster: string;
  /** Types of one shape, in order of preference. The autoscaler models the first. */
  readonly instanceTypes: readonly [BurstInstanceType, ...BurstInstanceType[]];
  /** With NVIDIA's driver and container toolkit. */
  readonly image: {
    readonly id: string;
    readonly name: string;
    /** Day on which it was made. */
    readonly created: string;
    readonly rootDevice: string;
  };
  readonly subnetIds: pulumi.Input<string>[];
  readonly securityGroupId: pulumi.Input<string>;
  readonly minimum: number;
  readonly maximum: number;
  /** Highest accepted spot price as a share of the cheapest type's on-demand price. */
  readonly maximumPriceShare: number;
  /** Instances that were bought for a time, in place of spot. */
  readonly capacityBlock: Omit<CapacityBlockArgs, "instances" | "labels" | "transform"> | undefined;
  /** When its nodes may be there, and until which day. */
  readonly schedule: Pick<BurstScheduleArgs, "hours" | "expires">;
  readonly rootDiskGiB: number;
  /** Holds the bundle: nobody reaches a node that may be gone before it is asked for. */
  readonly userData: string;
  readonly bundle: NodeBundle;
  /** Of everything at AWS. */
  readonly labels: Record<string, string>;
  /** What its nodes register with: the autoscaler is told of the next one what the kubelet is told. */
  readonly node: Pick<K3sRole, "allocation" | "topology" | "accelerator" | "taints">;
  /** What a node leaves to pods. */
  readonly allocatable: {
    readonly cpu: number;
    readonly memoryMiB: number;
    readonly ephemeralStorageMiB: number;
    readonly gpus: number;
  };
  readonly transform?: {
    readonly launchTemplate?: Transform<LaunchTemplateArgs>;
    readonly group?: Transform<GroupArgs>;
    readonly role?: Transform<RoleArgs>;
  };
}

/**
 * GPU spot instances that come when a pod waits and go when none does. Cluster Autoscaler owns the desired size, so it is
 * never written here. Costs nothing at zero; at most `maximum` instances at the spot price cap.
 */
export class BurstPool extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  readonly groupName: pulumi.Output<string>;
  readonly nodes: {
    readonly role: Role;
    readonly launchTemplate: LaunchTemplate;
    readonly group: Group;
  };

  constructor(name: string, args: BurstPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    // Rules read the image's age and the pool's last day.
    super("splitfleet:compute:BurstPool", name, { image: args.image, expires: args.schedule.expires }, opts);
    const { labels, transform } = args;

    const role = new Role(
      `${name}-node`,
      refine<RoleArgs>(
        "aws:iam/role:Role",
        {
          description: "Burst nodes prove who they are with it; they hold no key",
          assumeRolePolicy: policy([
            { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
          ]),
          tags: labels,
        },
        transform?.role,
      ),
      { parent: this },
    );
    new RolePolicy(
      `${name}-identity`,
      refine<RolePolicyArgs>("aws:iam/rolePolicy:RolePolicy", {
        role: role.id,
        policy: policy([{ Effect: "Allow", Action: "sts:GetWebIdentityToken", Resource: "*" }]),
      }),
      { parent: this },
    );
    const profile = new InstanceProfile(
      `${name}-profile`,
      refine<InstanceProfileArgs>("aws:iam/instanceProfile:InstanceProfile", { role: role.name, tags: labels }),
      { parent: this },
    );
    const block =
      args.capacityBlock === undefined
        ? undefined
        : new CapacityBlock(
            `${name}-block`,
            { ...args.capacityBlock, instances: args.maximum, labels },
            { parent: this },
          );
    const launchTemplate = new LaunchTemplate(
      `${name}-template`,
      refine<LaunchTemplateArgs>(
        "aws:ec2/launchTemplate:LaunchTemplate",
        { ...launchTemplateArgs(args, profile), ...(block === undefined ? {} : boughtArgs(args, block)) },
        transform?.launchTemplate,
      ),
      { parent: this },
    );
    const group = new Group(
      `${name}-group`,
      refine<GroupArgs>("aws:autoscaling/group:Group", groupArgs(args, launchTemplate), transform?.group),
      { parent: this },
    );

    scheduleBurst(name, { ...args.schedule, minimum: args.minimum, maximum: args.maximum }, group, this);

    this.roleArn = role.arn;
    this.groupName = group.name;
    this.nodes = { role, launchTemplate, group };
    this.registerOutputs({ roleArn: this.roleArn, groupName: this.groupName, bundle: args.bundle.hash });
  }
}

const policy = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

function launchTemplateArgs(args: BurstPoolArgs, profile: InstanceProfile): LaunchTemplateArgs {
  const { image, securityGroupId, rootDiskGiB, userData, labels } = args;
  return {
    imageId: image.id,
    updateDefaultVersion: true,
    iamInstanceProfile: { arn: profile.arn },
    vpcSecurityGroupIds: [securityGroupId],
    // Named by its id: an address comes back, and k3s refuses a new machine under the name of an old one.
    privateDnsNameOptions: { hostnameType: "resource-name" },
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [
      {
        deviceName: image.rootDevice,
        ebs: { volumeSize: rootDiskGiB, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
      },
    ],
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: labels })),
    tags: labels,
    userData: packed(userData),
  };
}

/** Of instances that the block has paid for. */
const boughtArgs = ({ instanceTypes: [only] }: BurstPoolArgs, block: CapacityBlock): Partial<LaunchTemplateArgs> => ({
  instanceType: only.type,
  instanceMarketOptions: { marketType: "capacity-block" },
  capacityReservationSpecification: {
    capacityReservationTarget: { capacityReservationId: block.reservationId },
  },
});

/** EC2 takes 16 KiB of user data; cloud-init unpacks it. The same text is the same everywhere, whatever packs it. */
function packed(userData: string): string {
  const bytes = gzipSync(userData, { level: 9 });
  // The header's last byte names the operating system.
  bytes[9] = UNKNOWN_SYSTEM;
  return bytes.toString("base64");
}

/** RFC 1952, section 2.3.1. */
const UNKNOWN_SYSTEM = 255;

function groupArgs(args: BurstPoolArgs, launchTemplate: LaunchTemplate): GroupArgs {
  const { subnetIds, minimum, maximum } = args;
  return {
    minSize: minimum,
    maxSize: maximum,
    vpcZoneIdentifiers: subnetIds,
    capacityRebalance: false,
    suspendedProcesses: ["AZRebalance"],
    ...(args.capacityBlock === undefined
      ? { mixedInstancesPolicy: spotPolicy(args, launchTemplate) }
      : { launchTemplate: { id: launchTemplate.id, version: "$Latest" } }),
    tags: groupTags(args),
  };
}

type MixedInstancesPolicy = NonNullable<GroupArgs["mixedInstancesPolicy"]>;

function spotPolicy(
  { instanceTypes, maximumPriceShare }: BurstPoolArgs,
  launchTemplate: LaunchTemplate,
): MixedInstancesPolicy {
  const listPrice = Math.min(...instanceTypes.map((instance) => instance.onDemandUsdPerHour));
  return {
    launchTemplate: {
      launchTemplateSpecification: { launchTemplateId: launchTemplate.id, version: "$Latest" },
      overrides: instanceTypes.map(({ type }) => ({ instanceType: type })),
    },
    instancesDistribution: {
      onDemandBaseCapacity: 0,
      onDemandPercentageAboveBaseCapacity: 0,
      spotAllocationStrategy: "price-capacity-optimized",
      spotMaxPrice: (listPrice * maximumPriceShare).toFixed(4),
    },
  };
}

/**
 * Labels for the instances, and what Cluster Autoscaler must know to start the first one from zero. It takes what it is told
 * for allocatable: with the size of the machine it would start nodes on which the pod that waits has no room.
 */
function groupTags({
  cluster,
  labels,
  schedule: { expires },
  capacityBlock,
  node,
  allocatable,
}: BurstPoolArgs): { key: string; value: string; propagateAtLaunch: boolean }[] {
  const template = "k8s.io/cluster-autoscaler/node-template";
  const resources = {
    cpu: String(allocatable.cpu),
    memory: `${allocatable.memoryMiB}Mi`,
    "ephemeral-storage": `${allocatable.ephemeralStorageMiB}Mi`,
    ...(allocatable.gpus === 0 ? {} : { "nvidia.com/gpu": String(allocatable.gpus) }),
  };
  const hints: Record<string, string> = {
    "k8s.io/cluster-autoscaler/enabled": "true",
    [`k8s.io/cluster-autoscaler/${cluster}`]: "owned",
    ...below(`${template}/resources`, resources),
    ...below(`${template}/label`, registeredLabels(node)),
    ...below(
      `${template}/taint`,
      Object.fromEntries(node.taints.map(({ key, value, effect }) => [key, `${value}:${effect}`])),
    ),
  };
  const tag =
    (propagateAtLaunch: boolean) =>
    ([key, value]: [string, string]) => ({ key, value, propagateAtLaunch });
  const passedOn = {
    ...labels,
    ...(expires === undefined ? {} : { "splitfleet/expires": expires }),
    ...(capacityBlock === undefined ? {} : { "splitfleet/market": "capacity-block" }),
  };
  return [...Object.entries(passedOn).map(tag(true)), ...Object.entries(hints).map(tag(false))];
}

const below = (prefix: string, entries: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [`${prefix}/${key}`, value]));
