import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  PolicyV1Api,
  type V1Node,
  type V1PersistentVolume,
  type V1PersistentVolumeClaim,
  type V1Pod,
  type V1PodDisruptionBudget,
  type V1StatefulSet,
} from "@kubernetes/client-node";
import { isReady } from "../../sandbox/burst/template.ts";

/** The cluster as a drill looks at it. */
export interface View {
  readonly nodes: readonly NodeView[];
  readonly pods: readonly PodView[];
  readonly workloads: readonly WorkloadView[];
  readonly jobs: readonly JobView[];
  readonly claims: readonly ClaimView[];
  /** `namespace/name` of every secret, with its uid. */
  readonly secrets: ReadonlyMap<string, string>;
}

export interface NodeView {
  readonly name: string;
  readonly pool: string;
  readonly zone: string;
  readonly ready: boolean;
  readonly schedulable: boolean;
  readonly taints: readonly string[];
  readonly gpus: number;
  /** Of its kubelet. */
  readonly version: string;
  /** What its cloud calls the machine: the last part of its provider id. */
  readonly machine: string;
}

export interface PodView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Empty for pods that are no workload's. */
  readonly workload: string;
  /** Name of the Job that it belongs to; empty for others. */
  readonly job: string;
  readonly node: string | undefined;
  readonly phase: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** The scheduler's words, where it has found no node. */
  readonly unscheduled: string;
  readonly gpus: number;
}

/** What runs all the time. */
export interface WorkloadView {
  readonly namespace: string;
  readonly name: string;
  readonly wanted: number;
  /** Pods that serve: ready, on a machine that has power. */
  readonly serving: number;
  /** Pods that its disruption budget wants to serve at any time; 0 without one. */
  readonly floor: number;
}

export interface JobView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly state: "active" | "complete" | "failed";
  /** Whether it waits for whoever admits it. */
  readonly suspended: boolean;
}

export interface ClaimView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly bound: boolean;
  /** Whose disk holds it; undefined where no node's does. */
  readonly node: string | undefined;
  /** Whether what it holds can not be fetched again. */
  readonly kept: boolean;
  /** Hours between two copies; undefined where none is made. */
  readonly backupHours: number | undefined;
  /** Whether an operator archives every change of it. */
  readonly archived: boolean;
}

/** Reads the whole view, again and again. */
export class Viewer {
  readonly #core: CoreV1Api;
  readonly #apps: AppsV1Api;
  readonly #batch: BatchV1Api;
  readonly #policy: PolicyV1Api;

  constructor(kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#apps = config.makeApiClient(AppsV1Api);
    this.#batch = config.makeApiClient(BatchV1Api);
    this.#policy = config.makeApiClient(PolicyV1Api);
  }

  /** @param withoutPower Machines that are off, whether or not the cluster knows it */
  async read(withoutPower: ReadonlySet<string>): Promise<View> {
    const [nodes, pods, deployments, statefulSets, jobs, budgets, claims, volumes, secrets] = await Promise.all([
      this.#core.listNode(),
      this.#core.listPodForAllNamespaces(),
      this.#apps.listDeploymentForAllNamespaces(),
      this.#apps.listStatefulSetForAllNamespaces(),
      this.#batch.listJobForAllNamespaces(),
      this.#policy.listPodDisruptionBudgetForAllNamespaces(),
      this.#core.listPersistentVolumeClaimForAllNamespaces(),
      this.#core.listPersistentVolume(),
      this.#core.listSecretForAllNamespaces(),
    ]);
    const podViews = pods.items.map(podView);
    const serving = podViews.filter(
      ({ ready, terminating, node, job }) => ready && !terminating && job === "" && !withoutPower.has(node ?? ""),
    );
    return {
      nodes: nodes.items.map(nodeView),
      pods: podViews,
      workloads: [...deployments.items, ...statefulSets.items].flatMap(({ metadata, spec }) => {
        const workload = metadata?.labels?.["splitfleet/workload"];
        if (workload === undefined) return [];
        const namespace = metadata?.namespace ?? "";
        const own = serving.filter((pod) => pod.workload === workload && pod.namespace === namespace);
        const floor = floorOf(budgets.items, namespace, spec?.template.metadata?.labels ?? {});
        return [{ namespace, name: workload, wanted: spec?.replicas ?? 1, serving: own.length, floor }];
      }),
      jobs: jobs.items.map(({ metadata, spec, status }) => {
        const ended = (type: string): boolean =>
          (status?.conditions ?? []).some((each) => each.type === type && each.status === "True");
        const state = ended("Complete") ? "complete" : ended("Failed") ? "failed" : "active";
        return { ...nameOf(metadata), state, suspended: spec?.suspend === true };
      }),
      claims: claims.items.map((claim) => claimView(claim, volumes.items, statefulSets.items)),
      secrets: new Map(
        secrets.items.map(({ metadata }) => [
          `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`,
          metadata?.uid ?? "",
        ]),
      ),
    };
  }
}

interface Metadata {
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
}

const nameOf = (metadata: Metadata | undefined): { namespace: string; name: string; uid: string } => ({
  namespace: metadata?.namespace ?? "",
  name: metadata?.name ?? "",
  uid: metadata?.uid ?? "",
});

function nodeView(node: V1Node): NodeView {
  const { metadata, spec, status } = node;
  return {
    name: metadata?.name ?? "",
    pool: metadata?.labels?.["splitfleet/pool"] ?? "",
    zone: metadata?.labels?.["topology.kubernetes.io/zone"] ?? "",
    ready: isReady(node),
    schedulable: spec?.unschedulable !== true,
    taints: (spec?.taints ?? []).map(({ key }) => key),
    gpus: Number(status?.allocatable?.["nvidia.com/gpu"] ?? 0),
    version: status?.nodeInfo?.kubeletVersion ?? "",
    machine: spec?.providerID?.split("/").at(-1) ?? "",
  };
}

function podView({ metadata, spec, status }: V1Pod): PodView {
  const conditions = status?.conditions ?? [];
  const unscheduled = conditions.find(({ type, status: value }) => type === "PodScheduled" && value === "False");
  return {
    ...nameOf(metadata),
    workload: metadata?.labels?.["splitfleet/workload"] ?? "",
    job: (metadata?.ownerReferences ?? []).find(({ kind }) => kind === "Job")?.name ?? "",
    node: spec?.nodeName,
    phase: status?.phase ?? "Pending",
    ready: conditions.some(({ type, status: value }) => type === "Ready" && value === "True"),
    terminating: metadata?.deletionTimestamp !== undefined,
    unscheduled: unscheduled?.message ?? "",
    gpus: (spec?.containers ?? []).reduce((sum, { resources }) => {
      return sum + Number(resources?.requests?.["nvidia.com/gpu"] ?? 0);
    }, 0),
  };
}

function floorOf(
  budgets: readonly V1PodDisruptionBudget[],
  namespace: string,
  labels: Readonly<Record<string, string>>,
): number {
  const own = budgets.filter(
    ({ metadata, spec }) =>
      metadata?.namespace === namespace &&
      Object.entries(spec?.selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value),
  );
  return Math.max(0, ...own.map(({ status }) => status?.desiredHealthy ?? 0));
}

function claimView(
  { metadata, spec, status }: V1PersistentVolumeClaim,
  volumes: readonly V1PersistentVolume[],
  statefulSets: readonly V1StatefulSet[],
): ClaimView {
  const volume = volumes.find((each) => each.metadata?.name === spec?.volumeName);
  const terms = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const hosts = terms.flatMap(({ matchExpressions = [] }) => matchExpressions.flatMap(({ values = [] }) => values));
  // A set's claims are named `<template>-<set>-<number>`.
  const made = statefulSets.flatMap((set) =>
    (set.spec?.volumeClaimTemplates ?? [])
      .map((template) => ({ set, template: template.metadata?.name ?? "" }))
      .filter(({ template }) => (metadata?.name ?? "").startsWith(`${template}-${set.metadata?.name ?? ""}-`)),
  );
  const [owner] = made.filter(({ set }) => set.metadata?.namespace === metadata?.namespace);
  // A workload that dumps its data to a volume of its own has copies of that one instead.
  const annotations = Object.entries(owner?.set.metadata?.annotations ?? {});
  const copied = annotations.filter(([key]) => /^splitfleet\/.+-backup-hours$/.test(key));
  const [, hours] =
    copied.find(([key]) => key === `splitfleet/${owner?.template ?? ""}-backup-hours`) ?? copied[0] ?? [];
  return {
    ...nameOf(metadata),
    bound: status?.phase === "Bound",
    node: hosts[0],
    // What no set has made was made by hand, and nobody knows what it holds.
    kept: owner?.set.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted !== "Delete",
    backupHours: hours === undefined ? undefined : Number(hours),
    archived: annotations.some(([key]) => /^splitfleet\/.+-archive-days$/.test(key)),
  };
}
