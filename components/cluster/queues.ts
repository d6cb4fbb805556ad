import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Taint } from "../compute/node-config/k3s.ts";

/** What a pool has for pods, or a part of it. */
export interface Room {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly gpus: number;
}

export interface QueuedPool {
  /** Of all its nodes at their most. */
  readonly room: Room;
  readonly taints: readonly Taint[];
}

export interface QueueTeam {
  readonly namespace: pulumi.Input<string>;
  /** By pool: the share that is the team's whenever it wants it, above 0 and at most 1. */
  readonly shares: Readonly<Record<string, number>>;
  /** The most that the team may have, borrowed room included. */
  readonly limit: Room;
}

export interface QueuesArgs {
  /** Whose unused room may be lent to each other. */
  readonly cohort: string;
  readonly pools: Readonly<Record<string, QueuedPool>>;
  readonly teams: Readonly<Record<string, QueueTeam>>;
  /** Whether no run is admitted, and those that were are stopped and wait again. @default false */
  readonly held?: boolean;
  readonly labels: Record<string, string>;
}

const API = "kueue.x-k8s.io/v1beta2";

/** The queue of every namespace. */
const QUEUE = "runs";

/** Label by which Kueue knows that a Job is its own. */
export const QUEUE_NAME = "kueue.x-k8s.io/queue-name";

/** Which run goes first in a queue: one that somebody has asked for, before one that comes again by itself. */
const RUNS = { batch: 1_000, scheduled: 100 } as const;

/**
 * What hands the runs of a workload over to the queue of their namespace: labels for the Job, which starts suspended
 * until Kueue admits it. Undefined for a workload that is no run.
 */
export function queuedRun(form: string | undefined): { labels: Record<string, string>; suspend: true } | undefined {
  if (form !== "batch" && form !== "scheduled") return undefined;
  return { labels: { [QUEUE_NAME]: QUEUE, "kueue.x-k8s.io/priority-class": form }, suspend: true };
}

/** A share of what there is; never more, so cores and mebibytes are rounded down. GPUs come whole: a check sees to it. */
export const shareOf = ({ cpu, memoryMiB, gpus }: Room, share: number): Room => ({
  cpu: Math.floor(cpu * share * 1000) / 1000,
  memoryMiB: Math.floor(memoryMiB * share),
  gpus: Math.round(gpus * share * 1000) / 1000,
});

/**
 * Kueue's queues: a flavor for each pool, a cluster queue for each team with the share that is reserved for it, and in
 * the team's namespace the queue that its runs go to. What is reserved for nobody belongs to the cohort. A team may borrow
 * what others leave unused, up to its own limit, and gives it back when its owner asks. Keeps no data.
 */
export class Queues extends pulumi.ComponentResource {
  readonly nodes: { readonly localQueues: Readonly<Record<string, kubernetes.apiextensions.CustomResource>> };

  constructor(name: string, args: QueuesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:cluster:Queues", name, {}, opts);
    const { cohort, pools, teams, labels } = args;
    const child = { parent: this };
    const object = (child: string, kind: string, metadata: object, rest: object, opts: pulumi.CustomResourceOptions) =>
      new kubernetes.apiextensions.CustomResource(
        `${name}-${child}`,
        { apiVersion: API, kind, metadata: { labels, ...metadata }, ...rest },
        opts,
      );

    for (const [run, value] of Object.entries(RUNS)) {
      object(`${run}-priority`, "WorkloadPriorityClass", { name: run }, { value }, child);
    }
    const flavors = Object.entries(pools).map(([pool, { taints }]) => {
      const spec = { nodeLabels: { "splitfleet/pool": pool }, nodeTaints: taints };
      return object(`${pool}-flavor`, "ResourceFlavor", { name: pool }, { spec }, child);
    });
    const common = object(
      "cohort",
      "Cohort",
      { name: cohort },
      { spec: { resourceGroups: [unreserved(args)] } },
      { ...child, dependsOn: flavors },
    );
    const localQueues = Object.entries(teams).map(([team, { namespace }]) => {
      const clusterQueue = object(
        `${team}-cluster-queue`,
        "ClusterQueue",
        { name: team },
        { spec: clusterQueueSpec(team, args) },
        { ...child, dependsOn: [common] },
      );
      const spec = { clusterQueue: team };
      const metadata = { name: QUEUE, namespace };
      const queue = object(`${team}-queue`, "LocalQueue", metadata, { spec }, { ...child, dependsOn: [clusterQueue] });
      return [team, queue] as const;
    });
    this.nodes = { localQueues: Object.fromEntries(localQueues) };
    this.registerOutputs({});
  }
}

const RESOURCES = ["cpu", "memory", "nvidia.com/gpu"] as const;

const quantitiesOf = ({ cpu, memoryMiB, gpus }: Room): Record<(typeof RESOURCES)[number], string> => ({
  cpu: Number.isInteger(cpu) ? String(cpu) : `${Math.round(cpu * 1000)}m`,
  memory: `${memoryMiB}Mi`,
  "nvidia.com/gpu": String(gpus),
});

/** What no team has reserved. */
function unreserved({ pools, teams }: QueuesArgs): object {
  const flavors = Object.entries(pools).map(([pool, { room }]) => {
    const reserved = Object.values(teams).map(({ shares }) => shareOf(room, shares[pool] ?? 0));
    const left = reserved.reduce<Room>(difference, room);
    const quantities = quantitiesOf(left);
    return { name: pool, resources: RESOURCES.map((name) => ({ name, nominalQuota: quantities[name] })) };
  });
  return { coveredResources: RESOURCES, flavors };
}

function clusterQueueSpec(team: string, { cohort, pools, teams, held = false }: QueuesArgs): object {
  const { shares = {}, limit } = teams[team] ?? {};
  const flavors = Object.entries(pools).map(([pool, { room }]) => {
    const reserved = shareOf(room, shares[pool] ?? 0);
    const nominal = quantitiesOf(reserved);
    const borrowed = quantitiesOf(difference(limit === undefined ? room : smaller(room, limit), reserved));
    const resources = RESOURCES.map((name) => ({
      name,
      nominalQuota: nominal[name],
      borrowingLimit: borrowed[name],
    }));
    return { name: pool, resources };
  });
  return {
    cohortName: cohort,
    namespaceSelector: { matchLabels: { "splitfleet/team": team } },
    queueingStrategy: "BestEffortFIFO",
    // Always stated: what is left out, an apply does not take back.
    stopPolicy: held ? "HoldAndDrain" : "None",
    resourceGroups: [{ coveredResources: RESOURCES, flavors }],
    preemption: { reclaimWithinCohort: "Any", withinClusterQueue: "LowerPriority" },
  };
}

const difference = (from: Room, what: Room): Room => ({
  cpu: Math.max(0, Math.round((from.cpu - what.cpu) * 1000) / 1000),
  memoryMiB: Math.max(0, Math.floor(from.memoryMiB - what.memoryMiB)),
  gpus: Math.max(0, from.gpus - what.gpus),
});

const smaller = (one: Room, other: Room): Room => ({
  cpu: Math.min(one.cpu, other.cpu),
  memoryMiB: Math.min(one.memoryMiB, other.memoryMiB),
  gpus: Math.min(one.gpus, other.gpus),
});
