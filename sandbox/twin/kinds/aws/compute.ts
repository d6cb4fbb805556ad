import type { Kind, Reference } from "../../kind.ts";
import { textAt } from "../../protocol/paths.ts";
import { hexOf } from "../derive.ts";
import {
  ACCOUNT,
  CAPACITY_BLOCK,
  GROUP,
  groupOfInstance,
  INSTANCE,
  INSTANCE_PROFILE,
  LAUNCH_TEMPLATE,
  SCHEDULE,
  SECURITY_GROUP,
  SUBNET,
  ec2,
  nameClaims,
  namedByPrefix,
  nameOfAtMost,
  regionOf,
} from "./common.ts";

/** EC2's limit, before Base64. */
const USER_DATA_BYTES = 16 * 1024;

const OF_GROUP: Reference = { at: "autoscalingGroupName", to: GROUP, by: "name" };

/** Launch templates and the Auto Scaling groups made of them. `sandbox/burst` launches their instances. */
export const compute: Readonly<Record<string, Kind>> = {
  [LAUNCH_TEMPLATE]: {
    idPrefix: "lt",
    replaceOn: ["name", "namePrefix"],
    naming: nameOfAtMost(125),
    references: [
      { at: "vpcSecurityGroupIds[*]", to: SECURITY_GROUP },
      { at: "networkInterfaces[*].securityGroups[*]", to: SECURITY_GROUP },
      { at: "iamInstanceProfile.name", to: INSTANCE_PROFILE, by: "name" },
      { at: "iamInstanceProfile.arn", to: INSTANCE_PROFILE, by: "arn" },
    ],
    claims: (inputs) =>
      nameClaims(inputs, "InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use."),
    outputs: {
      ...namedByPrefix,
      ...ec2("launch-template"),
      latestVersion: ({ revision }) => revision,
      defaultVersion: ({ revision, inputs }) => (inputs["updateDefaultVersion"] === true ? revision : 1),
    },
    volatile: ["latestVersion", "defaultVersion"],
    admit: ({ inputs }) => {
      if (Buffer.from(textAt(inputs, "userData") ?? "", "base64").byteLength > USER_DATA_BYTES) {
        throw new Error(`InvalidUserData.Malformed: User data is limited to ${USER_DATA_BYTES} bytes`);
      }
    },
  },
  [GROUP]: {
    idPrefix: "asg",
    replaceOn: ["name", "namePrefix", "availabilityZones", "placementGroup"],
    naming: nameOfAtMost(255),
    references: [
      { at: "vpcZoneIdentifiers[*]", to: SUBNET, holds: true },
      { at: "launchTemplate.id", to: LAUNCH_TEMPLATE },
      { at: "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId", to: LAUNCH_TEMPLATE },
    ],
    claims: (inputs) => {
      const name = textAt(inputs, "name");
      return nameClaims(inputs, `AlreadyExists: AutoScalingGroup by this name already exists - ${name}`);
    },
    outputs: {
      ...namedByPrefix,
      arn: (facts) => {
        const scope = `arn:aws:autoscaling:${regionOf(facts)}:${ACCOUNT}`;
        const name = textAt(facts.inputs, "name") ?? facts.id;
        return `${scope}:autoScalingGroup:${hexOf(facts.id, 8)}:autoScalingGroupName/${name}`;
      },
      region: regionOf,
      availabilityZones: () => [],
      desiredCapacity: ({ inputs }) => inputs["minSize"] ?? 0,
      predictedCapacity: () => 0,
      defaultCooldown: () => 300,
      healthCheckType: () => "EC2",
      serviceLinkedRoleArn: () =>
        `arn:aws:iam::${ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      warmPoolSize: () => 0,
    },
    // `force_delete` or not, the provider waits until the instances are gone.
    cascade: ({ inputs }, world) =>
      world.ofType(INSTANCE).filter((instance) => groupOfInstance(instance.inputs) === textAt(inputs, "name")),
    admit: ({ inputs }) => {
      const [min, max] = [Number(inputs["minSize"]), Number(inputs["maxSize"])];
      if (min > max) throw new Error("ValidationError: Max bound must be greater than or equal to min bound");
      const desired = Number(inputs["desiredCapacity"] ?? min);
      if (desired < min || desired > max) {
        const bounds = `min size:${min} and max size:${max}`;
        throw new Error(`ValidationError: Desired capacity:${desired} must be between the specified ${bounds}`);
      }
    },
  },
  [CAPACITY_BLOCK]: {
    idPrefix: "cr",
    replaceOn: ["capacityBlockOfferingId", "instancePlatform"],
    outputs: { ...ec2("capacity-reservation"), reservationType: () => "capacity-block" },
    isKept: true,
    claims: ({ capacityBlockOfferingId }) => [
      {
        key: String(capacityBlockOfferingId),
        conflict: `InvalidCapacityBlockOffering: the offering '${String(capacityBlockOfferingId)}' is not available any more`,
      },
    ],
  },
  [SCHEDULE]: {
    idPrefix: "schedule",
    replaceOn: ["autoscalingGroupName", "scheduledActionName"],
    references: [OF_GROUP],
    claims: ({ autoscalingGroupName, scheduledActionName }) => [
      {
        key: `${String(autoscalingGroupName)}/${String(scheduledActionName)}`,
        conflict: `AlreadyExists: Scheduled action by this name already exists - ${String(scheduledActionName)}`,
      },
    ],
    outputs: {
      arn: ({ id, inputs }) =>
        `arn:aws:autoscaling:::scheduledUpdateGroupAction:${hexOf(id, 8)}:${textAt(inputs, "scheduledActionName")}`,
      region: regionOf,
    },
    admit: ({ inputs, object, world }) => {
      const start = textAt(inputs, "startTime");
      if (start === undefined || start === textAt(object?.inputs ?? {}, "startTime")) return;
      if (Date.parse(start) < world.now().getTime()) {
        throw new Error("ValidationError: Given start time is in the past");
      }
    },
  },
  "aws:autoscaling/lifecycleHook:LifecycleHook": {
    idPrefix: "hook",
    replaceOn: ["autoscalingGroupName", "name"],
    naming: nameOfAtMost(255),
    references: [OF_GROUP],
    outputs: { defaultResult: () => "ABANDON", region: regionOf },
  },
};
