import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { refine } from "../../component.ts";
import { type Run, runsOf } from "../../workloads/runs.ts";
import { runPolicySpec, type Surroundings } from "./network-policy.ts";
import { type PodArgs, runTemplate } from "./pod.ts";
import { selectorOf } from "./selectors.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";

type ObjectMeta = kubernetes.types.input.meta.v1.ObjectMeta;

export interface RunsArgs {
  readonly pod: PodArgs & { readonly planned: PlannedWorkload };
  readonly metadata: (object: string) => ObjectMeta;
  readonly surroundings: Surroundings;
}

/** Never comes: whoever wants the run makes a Job of its template. */
const ON_DEMAND = "0 0 1 1 *";

/** What runs beside a workload, each with a network policy of its own. */
export function createRuns(
  name: string,
  { pod, metadata, surroundings }: RunsArgs,
  opts: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
): void {
  const { planned } = pod;
  for (const run of runsOf(planned)) {
    const resource = `${name}${run.name.slice(planned.name.length)}`;
    new kubernetes.networking.v1.NetworkPolicy(
      `${resource}-flows`,
      refine<kubernetes.networking.v1.NetworkPolicyArgs>("kubernetes:networking.k8s.io/v1:NetworkPolicy", {
        metadata: metadata(run.name),
        spec: runPolicySpec(planned, run, surroundings),
      }),
      { parent: opts.parent },
    );
    createRun(resource, run, pod, metadata(run.name), opts);
  }
}

function createRun(
  resource: string,
  run: Run,
  pod: RunsArgs["pod"],
  metadata: ObjectMeta,
  opts: pulumi.CustomResourceOptions,
): void {
  const { container, trigger, mount } = run;
  const labels = { ...pod.labels, ...selectorOf(run.name) };
  const owner = mount === undefined ? undefined : `${pod.planned.name}-${mount.pod}`;
  const claims =
    mount === undefined ? {} : { [mount.volume]: { claim: `${mount.volume}-${owner}`, readOnly: mount.readOnly } };
  // What is restored is restored while the workload stands still.
  const besidePod = mount?.readOnly === true && owner !== undefined ? { besidePod: owner } : {};
  const template = runTemplate({ ...pod, labels }, { container, claims, ...besidePod });
  const spec = { backoffLimit: 6, template: { ...template, spec: { ...template.spec, restartPolicy: "OnFailure" } } };
  if (trigger.kind === "change") {
    new kubernetes.batch.v1.Job(
      resource,
      refine<kubernetes.batch.v1.JobArgs>("kubernetes:batch/v1:Job", { metadata, spec }),
      { ...opts, deleteBeforeReplace: true },
    );
    return;
  }
  new kubernetes.batch.v1.CronJob(
    resource,
    refine<kubernetes.batch.v1.CronJobArgs>("kubernetes:batch/v1:CronJob", {
      metadata,
      spec: {
        schedule: trigger.kind === "clock" ? trigger.schedule : ON_DEMAND,
        timeZone: "Etc/UTC",
        suspend: trigger.kind === "demand",
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 3600,
        jobTemplate: { metadata: { labels }, spec },
      },
    }),
    opts,
  );
}
