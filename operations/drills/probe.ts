import { z } from "zod";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";
import { MEASURED_WORK } from "../../sandbox/control-plane/stages.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { entryOf } from "../../stacks/spec/of-kind.ts";
import { DISRUPTION_IS_NO_FAILURE, QUEUE_NAME, queuedRun } from "../../stacks/spec/queues.ts";

/** Where the objects of drills are that belong to no team. */
export const DRILL_NAMESPACE = "splitfleet-drill";

export interface Probe {
  readonly namespace: string;
  readonly name: string;
  readonly pool: string;
  /** By resource name. */
  readonly requests: Readonly<Record<string, string>>;
}

/** A pod of a drill's own, as the restricted profile wants it, bound to a pool as every workload's pods are. */
function podOf({ spec }: Environment, { name, pool, requests }: Probe): Properties {
  const { taints } = taintedOf(entryOf("pools", spec.pools, pool));
  // Extended resources and memory can not be asked for without a limit of the same size.
  const limits = Object.fromEntries(Object.entries(requests).filter(([resource]) => resource !== "cpu"));
  return {
    nodeSelector: { "splitfleet/pool": pool },
    tolerations: taints.map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect })),
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "main",
        // Nothing is pulled: the kubelets are simulated.
        image: `example.org/${name}`,
        resources: { requests: { ...requests }, limits },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  };
}

/** As burst and on-prem pools have them; pools without nodes have none. */
const taintedOf = (pool: Environment["spec"]["pools"][string]): Pick<TaintedPool, "taints"> =>
  "taints" in pool ? pool : { taints: [] };
type TaintedPool = Extract<Environment["spec"]["pools"][string], { kind: "aws" }>;

/** A job that ends when its work is done, not after a while. A pod that a disruption ends is no failure of its own. */
export const jobManifest = (environment: Environment, probe: Probe): Properties => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { namespace: probe.namespace, name: probe.name },
  spec: {
    backoffLimit: 6,
    podFailurePolicy: DISRUPTION_IS_NO_FAILURE,
    template: {
      metadata: { annotations: { [MEASURED_WORK]: "true" } },
      spec: { ...podOf(environment, probe), restartPolicy: "Never" },
    },
  },
});

/** As {@link jobManifest}, in the queue of the namespace as the fleet's own runs are. */
export function queuedManifest(environment: Environment, probe: Probe): Properties {
  const { labels = {}, suspend = true } = queuedRun("batch") ?? {};
  const manifest = jobManifest(environment, probe);
  return {
    ...manifest,
    metadata: { namespace: probe.namespace, name: probe.name, labels },
    spec: { ...(manifest["spec"] as Properties), suspend },
  };
}

const ownJob = z.object({
  metadata: z.object({ namespace: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.looseObject({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.record(z.string(), z.json()),
    }),
  }),
});
/** What the API server adds to the job that it was. */
const ADDED = ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"];

/** A job of the fleet once more, with work that is measured. It waits for its queue again where it has one. */
export function runAgain(job: Properties, name: string): Properties {
  const { metadata, spec } = ownJob.parse(job);
  const { selector: _selector, template, ...rest } = spec;
  const labels = Object.entries(template.metadata.labels).filter(([key]) => !ADDED.includes(key));
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { namespace: metadata.namespace, name, labels: metadata.labels },
    spec: {
      ...(rest as Properties),
      suspend: QUEUE_NAME in metadata.labels,
      template: {
        metadata: { labels: Object.fromEntries(labels), annotations: { [MEASURED_WORK]: "true" } },
        spec: template.spec,
      },
    },
  };
}

/** Many pods of one shape. */
export const floodManifest = (environment: Environment, probe: Probe, replicas: number): Properties => {
  const labels = { "app.kubernetes.io/name": probe.name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: probe.namespace, name: probe.name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podOf(environment, probe) },
    },
  };
};
