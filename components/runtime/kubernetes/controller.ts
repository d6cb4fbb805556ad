import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { queuedRun } from "../../cluster/queues.ts";
import { refine, type Transform } from "../../component.ts";
import type {
  Batch,
  CustomResource,
  Erasure,
  Operated,
  OperatedPods,
  Scheduled,
  Service,
  Workload,
} from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { withAnnotations } from "./annotations.ts";
import { DISRUPTION_IS_NO_FAILURE } from "./disruption.ts";
import type { podTemplate } from "./pod.ts";
import { selectorOf } from "./selectors.ts";

type ObjectMeta = kubernetes.types.input.meta.v1.ObjectMeta;

/** What makes a workload's pods. */
export type Controller =
  | kubernetes.apps.v1.Deployment
  | kubernetes.apps.v1.StatefulSet
  | kubernetes.apps.v1.DaemonSet
  | kubernetes.apiextensions.CustomResource
  | kubernetes.batch.v1.CronJob
  | kubernetes.batch.v1.Job;

export interface ControllerArgs {
  readonly planned: PlannedWorkload;
  readonly metadata: ObjectMeta;
  /** Those of the metadata. */
  readonly labels: Record<string, string>;
  readonly template: ReturnType<typeof podTemplate>;
  /** What pods of the workload have that an operator makes. */
  readonly operatedPods: OperatedPods;
  /** What hands its runs over to a queue; undefined where nothing does. */
  readonly run: ReturnType<typeof queuedRun>;
}

/** The controller of a workload's form, as {@link controllerKind} names it. */
export function createController(name: string, given: ControllerArgs, opts: pulumi.CustomResourceOptions): Controller {
  const { workload } = given.planned;
  const args = { ...given, metadata: withAnnotations(given.metadata, dataAnnotations(workload)) };
  switch (workload.form) {
    case "daemon":
      return createDaemonSet(name, args, opts);
    case "operated":
      return createOperated(name, workload, args, opts);
    case "scheduled":
      return createCronJob(name, workload, given, opts);
    case "batch":
      return createJob(name, workload, given, opts);
    case "service":
    case undefined:
      return Object.keys(workload.volumes ?? {}).length === 0
        ? createDeployment(name, workload, args, opts)
        : createStatefulSet(name, workload, args, opts);
  }
}

const selectorFor = ({ planned }: ControllerArgs) => ({ matchLabels: selectorOf(planned.name) });
const overrideOf = ({ planned: { workload } }: ControllerArgs) => workload.override?.kubernetes;

/** Left out where an autoscaler owns the number. */
const fixed = (replicas: Service["replicas"]): { readonly replicas?: number } =>
  typeof replicas === "number" ? { replicas } : {};

/**
 * The operator makes pods of the resource that bears the workload's name; what stands beside it comes after it, in the
 * order of the definition.
 */
function createOperated(
  name: string,
  { resources }: Operated,
  args: ControllerArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const { metadata, planned, operatedPods } = args;
  const main = resources.find((resource) => resource.name === undefined);
  if (main === undefined) throw new Error(`workload ${planned.name} has no custom resource of its own name`);
  const create = (
    { apiVersion, kind, name: own = planned.name, spec }: CustomResource,
    more: pulumi.CustomResourceOptions,
    transform?: Transform<kubernetes.apiextensions.CustomResourceArgs>,
  ) => {
    const resource = { apiVersion, kind, metadata: { ...metadata, name: own }, spec: specOf(spec, operatedPods) };
    return new kubernetes.apiextensions.CustomResource(
      `${name}-${kind.toLowerCase()}${own === planned.name ? "" : `-${own}`}`,
      transform === undefined ? resource : transform(resource),
      more,
    );
  };
  const created = create(main, opts, overrideOf(args)?.customResource);
  for (const other of resources) if (other !== main) create(other, { ...opts, dependsOn: [created] });
  return created;
}

const specOf = (spec: CustomResource["spec"], pods: OperatedPods): object =>
  typeof spec === "function" ? spec(pods) : spec;

function createDeployment(
  name: string,
  { replicas }: Service,
  args: ControllerArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  return new kubernetes.apps.v1.Deployment(
    `${name}-deployment`,
    refine<kubernetes.apps.v1.DeploymentArgs>(
      "kubernetes:apps/v1:Deployment",
      { metadata: args.metadata, spec: { ...fixed(replicas), selector: selectorFor(args), template: args.template } },
      overrideOf(args)?.deployment,
    ),
    opts,
  );
}

function createStatefulSet(
  name: string,
  { replicas, volumes = {} }: Service,
  args: ControllerArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.StatefulSet {
  const { metadata, template, planned } = args;
  const keep = Object.values(volumes).some((volume) => volume.keep) ? "Retain" : "Delete";
  return new kubernetes.apps.v1.StatefulSet(
    `${name}-stateful-set`,
    refine<kubernetes.apps.v1.StatefulSetArgs>(
      "kubernetes:apps/v1:StatefulSet",
      {
        metadata,
        spec: {
          ...fixed(replicas),
          selector: selectorFor(args),
          template,
          serviceName: planned.name,
          podManagementPolicy: "Parallel",
          persistentVolumeClaimRetentionPolicy: { whenDeleted: keep, whenScaled: keep },
          volumeClaimTemplates: Object.entries(volumes).map(([volume, { sizeGiB }]) => ({
            metadata: { name: volume, labels: metadata.labels ?? {} },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${sizeGiB}Gi` } } },
          })),
        },
      },
      overrideOf(args)?.statefulSet,
    ),
    opts,
  );
}

/**
 * Retention, backup and erasure of what it keeps, for rules and for what copies and deletes. On the controller, because
 * a change of a StatefulSet's claim templates would replace it.
 */
function dataAnnotations({ volumes = {}, erasure }: Workload): Record<string, string> {
  const facts = Object.entries(volumes).flatMap(([volume, { retentionDays, backup, archiveDays }]) => [
    { name: `splitfleet/${volume}-retention-days`, value: retentionDays },
    { name: `splitfleet/${volume}-backup-hours`, value: backup?.everyHours },
    { name: `splitfleet/${volume}-backup-keep-days`, value: backup?.keepDays },
    { name: `splitfleet/${volume}-archive-days`, value: archiveDays },
  ]);
  const keeps = erasure !== undefined || Object.values(volumes).some(({ keep }) => keep);
  const named = [...facts, { name: "splitfleet/erasure", value: keeps ? erasureOf(erasure) : undefined }];
  return Object.fromEntries(named.flatMap(({ name, value }) => (value === undefined ? [] : [[name, String(value)]])));
}

const erasureOf = (erasure: Erasure | undefined): string => {
  if (erasure === undefined) return "unstated";
  return "impossible" in erasure ? "impossible" : "run";
};

function createDaemonSet(
  name: string,
  args: ControllerArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.DaemonSet {
  return new kubernetes.apps.v1.DaemonSet(
    `${name}-daemon-set`,
    refine<kubernetes.apps.v1.DaemonSetArgs>(
      "kubernetes:apps/v1:DaemonSet",
      { metadata: args.metadata, spec: { selector: selectorFor(args), template: args.template } },
      overrideOf(args)?.daemonSet,
    ),
    opts,
  );
}

/** Kubernetes gives up on a schedule of which it missed a hundred runs, unless it looks back no further than this. */
const STARTING_DEADLINE_SECONDS = 3600;

function createCronJob(
  name: string,
  workload: Scheduled,
  args: ControllerArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.batch.v1.CronJob {
  const spec = {
    schedule: workload.schedule,
    timeZone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: STARTING_DEADLINE_SECONDS,
    jobTemplate: { metadata: { labels: runLabels(args) }, spec: runSpec(workload, args) },
  };
  return new kubernetes.batch.v1.CronJob(
    `${name}-cron-job`,
    refine<kubernetes.batch.v1.CronJobArgs>(
      "kubernetes:batch/v1:CronJob",
      { metadata: args.metadata, spec },
      overrideOf(args)?.cronJob,
    ),
    opts,
  );
}

/** Nobody waits for its end: a training run takes longer than `up` has patience. */
function createJob(
  name: string,
  workload: Batch,
  args: ControllerArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.batch.v1.Job {
  const labelled = { ...args.metadata, labels: runLabels(args) };
  const metadata = withAnnotations(labelled, { "pulumi.com/skipAwait": "true" });
  return new kubernetes.batch.v1.Job(
    `${name}-job`,
    refine<kubernetes.batch.v1.JobArgs>(
      "kubernetes:batch/v1:Job",
      { metadata, spec: runSpec(workload, args) },
      overrideOf(args)?.job,
    ),
    // Whoever admits the run lets it go on, and may stop it for another one.
    { ...opts, deleteBeforeReplace: true, ...(args.run === undefined ? {} : { ignoreChanges: ["spec.suspend"] }) },
  );
}

const runLabels = ({ labels, run }: ControllerArgs): Record<string, string> => ({ ...labels, ...run?.labels });

const runSpec = (
  { deadlineSeconds, retries }: Scheduled | Batch,
  { template, run }: ControllerArgs,
): kubernetes.types.input.batch.v1.JobSpec => ({
  ...(run === undefined ? {} : { suspend: run.suspend }),
  activeDeadlineSeconds: deadlineSeconds,
  backoffLimit: retries,
  podFailurePolicy: DISRUPTION_IS_NO_FAILURE,
  template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } },
});
