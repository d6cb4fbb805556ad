import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { queuedRun } from "../cluster/queues.ts";
import { refine } from "../component.ts";
import type { Taint } from "../compute/node-config/k3s.ts";
import { labelsOf, type Allocation } from "../labels.ts";
import { replicasOf } from "../workloads/contract.ts";
import type { PlannedWorkload } from "../workloads/plan.ts";
import { type Controller, createController } from "./kubernetes/controller.ts";
import { withAnnotations } from "./kubernetes/annotations.ts";
import { configFiles } from "./kubernetes/config-files.ts";
import { jobPolicySpec, networkPolicySpec } from "./kubernetes/network-policy.ts";
import { podTemplate, selectorOf, type PodArgs } from "./kubernetes/pod.ts";
import { secretObjects, type SecretSource } from "./kubernetes/secrets.ts";

export interface KubernetesWorkloadArgs {
  readonly planned: PlannedWorkload;
  /** Workloads that declared a need for this one. */
  readonly consumers: readonly PlannedWorkload[];
  readonly namespace: pulumi.Input<string>;
  readonly allocation: Allocation;
  /** Taints of the pool's nodes. */
  readonly taints: readonly Taint[];
  /** Name of the class of its pods. */
  readonly priorityClass: pulumi.Input<string>;
  /** Where its runs wait for room; undefined for a pool without queues. */
  readonly queue: pulumi.Resource | undefined;
  readonly vault: SecretSource;
}

/**
 * A workload on Kubernetes: the controller of its form, service, configuration, secrets from Vault, network policy,
 * disruption budget, jobs. Everything follows from the definition; nothing here knows a kind.
 */
export class KubernetesWorkload extends pulumi.ComponentResource {
  readonly nodes: {
    readonly controller: Controller;
    /** Undefined for a workload without ports. */
    readonly service: kubernetes.core.v1.Service | undefined;
    readonly networkPolicy: kubernetes.networking.v1.NetworkPolicy;
  };

  constructor(name: string, args: KubernetesWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:runtime:KubernetesWorkload", name, {}, opts);
    const { planned, consumers, namespace, allocation, taints, priorityClass, queue, vault } = args;
    const { workload } = planned;
    const override = workload.override?.kubernetes;
    const labels = { ...labelsOf(allocation), ...selectorOf(planned.name) };
    const metadata = (object: string): kubernetes.types.input.meta.v1.ObjectMeta => ({
      name: object,
      namespace,
      labels,
    });
    const child = { parent: this };

    const account = new kubernetes.core.v1.ServiceAccount(
      `${name}-account`,
      refine<kubernetes.core.v1.ServiceAccountArgs>("kubernetes:core/v1:ServiceAccount", {
        metadata: metadata(planned.name),
        automountServiceAccountToken: false,
      }),
      child,
    );
    const files = configFiles(workload.files ?? {});
    const config =
      files === undefined
        ? undefined
        : new kubernetes.core.v1.ConfigMap(
            `${name}-config`,
            refine<kubernetes.core.v1.ConfigMapArgs>("kubernetes:core/v1:ConfigMap", {
              metadata: metadata(`${planned.name}-config`),
              data: files.data,
            }),
            child,
          );
    const secrets = secretObjects(name, planned, vault, metadata, this);
    const pods = { planned, labels, allocation, taints, priorityClass, files, account: planned.name };
    const template = podTemplate(pods);
    const run = queue === undefined ? undefined : queuedRun(workload.form);
    const dependsOn = [
      account,
      ...(config === undefined ? [] : [config]),
      ...secrets,
      ...(queue === undefined ? [] : [queue]),
    ];

    const controller = createController(
      name,
      { planned, metadata: metadata(planned.name), labels, template, run },
      { ...child, dependsOn },
    );
    const service = createService(name, planned, metadata, this);
    const networkPolicy = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-flows`,
      refine<kubernetes.networking.v1.NetworkPolicyArgs>(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        { metadata: metadata(planned.name), spec: networkPolicySpec(planned, consumers) },
        override?.networkPolicy,
      ),
      child,
    );
    if (replicasOf(workload).maximum > 1) createDisruptionBudget(name, planned, metadata, this);
    createJobs(name, pods, metadata, {
      ...child,
      dependsOn: service === undefined ? [controller] : [controller, service],
    });

    this.nodes = { controller, service, networkPolicy };
    this.registerOutputs({});
  }
}

type Metadata = (object: string) => kubernetes.types.input.meta.v1.ObjectMeta;

function createService(
  name: string,
  { name: workload, entry: { hostnames = {} }, definition: { ports }, workload: { override } }: PlannedWorkload,
  metadata: Metadata,
  parent: pulumi.Resource,
): kubernetes.core.v1.Service | undefined {
  const served = Object.entries(ports).map(([port, { port: number, protocol = "TCP" }]) => ({
    name: port,
    port: number,
    targetPort: number,
    protocol,
  }));
  if (served.length === 0) return undefined;
  // For the edge to read; to the network policy the port is closed.
  const names = Object.fromEntries(
    Object.entries(hostnames).map(([port, host]) => [`splitfleet/${port}-hostname`, host]),
  );
  return new kubernetes.core.v1.Service(
    `${name}-service`,
    refine<kubernetes.core.v1.ServiceArgs>(
      "kubernetes:core/v1:Service",
      { metadata: withAnnotations(metadata(workload), names), spec: { selector: selectorOf(workload), ports: served } },
      override?.kubernetes?.service,
    ),
    { parent },
  );
}

function createDisruptionBudget(
  name: string,
  planned: PlannedWorkload,
  metadata: Metadata,
  parent: pulumi.Resource,
): void {
  new kubernetes.policy.v1.PodDisruptionBudget(
    `${name}-disruption`,
    refine<kubernetes.policy.v1.PodDisruptionBudgetArgs>("kubernetes:policy/v1:PodDisruptionBudget", {
      metadata: metadata(planned.name),
      spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(planned.name) } },
    }),
    { parent },
  );
}

function createJobs(
  name: string,
  pod: Omit<PodArgs, "job"> & { readonly planned: PlannedWorkload },
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [job, container] of Object.entries(pod.planned.workload.jobs ?? {})) {
    const object = `${pod.planned.name}-${job}`;
    const labels = { ...pod.labels, ...selectorOf(object) };
    const template = podTemplate({ ...pod, job: container, labels });
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-${job}-flows`,
      refine<kubernetes.networking.v1.NetworkPolicyArgs>("kubernetes:networking.k8s.io/v1:NetworkPolicy", {
        metadata: metadata(object),
        spec: jobPolicySpec(pod.planned, object),
      }),
      { ...(opts.parent === undefined ? {} : { parent: opts.parent }) },
    );
    new kubernetes.batch.v1.Job(
      `${name}-${job}`,
      refine<kubernetes.batch.v1.JobArgs>("kubernetes:batch/v1:Job", {
        metadata: metadata(object),
        spec: { backoffLimit: 6, template: { ...template, spec: { ...template.spec, restartPolicy: "OnFailure" } } },
      }),
      { ...opts, deleteBeforeReplace: true },
    );
  }
}
