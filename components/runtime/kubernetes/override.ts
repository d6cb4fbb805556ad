import type * as kubernetes from "@pulumi/kubernetes";
import type { Transform } from "../../component.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { controllerKind } from "./form.ts";

/**
 * Changes to the objects of one workload, applied last. Each names an object that the workload has: see
 * {@link overridable}.
 */
export interface KubernetesOverride {
  readonly deployment?: Transform<kubernetes.apps.v1.DeploymentArgs>;
  readonly statefulSet?: Transform<kubernetes.apps.v1.StatefulSetArgs>;
  readonly daemonSet?: Transform<kubernetes.apps.v1.DaemonSetArgs>;
  readonly cronJob?: Transform<kubernetes.batch.v1.CronJobArgs>;
  readonly job?: Transform<kubernetes.batch.v1.JobArgs>;
  /** Of an operated workload: the resource that bears its name. */
  readonly customResource?: Transform<kubernetes.apiextensions.CustomResourceArgs>;
  readonly service?: Transform<kubernetes.core.v1.ServiceArgs>;
  readonly networkPolicy?: Transform<kubernetes.networking.v1.NetworkPolicyArgs>;
}

const CONTROLLERS = {
  Deployment: "deployment",
  StatefulSet: "statefulSet",
  DaemonSet: "daemonSet",
  CronJob: "cronJob",
  Job: "job",
  CustomResource: "customResource",
} as const;

/** Objects of a workload that an override can name. */
export const overridable = ({
  definition,
  workload,
}: Pick<PlannedWorkload, "definition" | "workload">): (keyof KubernetesOverride)[] => [
  CONTROLLERS[controllerKind(workload)],
  "networkPolicy",
  ...(Object.keys(definition.ports).length === 0 ? [] : (["service"] as const)),
];
