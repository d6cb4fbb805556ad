import { z } from "zod";

const labels = z.record(z.string(), z.string()).default({});
const metadata = z.object({ name: z.string(), namespace: z.string().default(""), uid: z.string(), labels });
const quantities = z.record(z.string(), z.string()).default({});
const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});
const container = z.object({
  /** `Always` makes a sidecar of an init container. */
  restartPolicy: z.string().optional(),
  resources: z.object({ requests: quantities }).prefault({}),
});
const containerStatus = z.object({
  state: z
    .object({ waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).optional() })
    .prefault({}),
});

const pod = z.object({
  metadata,
  spec: z.object({
    nodeName: z.string().optional(),
    containers: z.array(container),
    initContainers: z.array(container).default([]),
    overhead: quantities,
  }),
  status: z.object({
    phase: z.enum(["Pending", "Running", "Succeeded", "Failed", "Unknown"]),
    message: z.string().default(""),
    conditions: z.array(condition).default([]),
    containerStatuses: z.array(containerStatus).default([]),
  }),
});

const node = z.object({ metadata, status: z.object({ capacity: quantities, allocatable: quantities }) });
const quota = z.object({ metadata, status: z.object({ hard: quantities, used: quantities }).prefault({}) });

/** ReplicaSet, StatefulSet, Job or DaemonSet: whoever makes pods. */
const controller = z.object({
  metadata,
  spec: z.object({
    replicas: z.int().optional(),
    parallelism: z.int().optional(),
    completions: z.int().optional(),
    suspend: z.boolean().default(false),
    podManagementPolicy: z.string().optional(),
    template: z.object({ metadata: z.object({ labels }).prefault({}) }),
  }),
  status: z
    .object({
      replicas: z.int().default(0),
      active: z.int().default(0),
      succeeded: z.int().default(0),
      failed: z.int().default(0),
      desiredNumberScheduled: z.int().default(0),
      currentNumberScheduled: z.int().default(0),
      conditions: z
        .array(condition)
        .nullish()
        .transform((conditions) => conditions ?? []),
    })
    .prefault({}),
});

/** Of a cluster queue: what it may have of each flavor, and what its admitted runs have. */
const clusterQueue = z.object({
  metadata,
  spec: z.object({
    resourceGroups: z
      .array(
        z.object({
          flavors: z.array(
            z.object({
              name: z.string(),
              resources: z.array(
                z.object({
                  name: z.string(),
                  nominalQuota: z.coerce.string(),
                  borrowingLimit: z.coerce.string().optional(),
                }),
              ),
            }),
          ),
        }),
      )
      .default([]),
  }),
  status: z
    .object({
      flavorsReservation: z
        .array(
          z.object({
            name: z.string(),
            resources: z.array(z.object({ name: z.string(), total: z.coerce.string().default("0") })),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

/** A Job as Kueue sees it. */
const run = z.object({
  metadata: metadata.extend({ ownerReferences: z.array(z.object({ uid: z.string() })).default([]) }),
  status: z.object({ conditions: z.array(condition).default([]) }).prefault({}),
});

const event = z.object({
  involvedObject: z.object({ uid: z.string().default("") }),
  type: z.string().default("Normal"),
  reason: z.string().default(""),
  message: z.string().default(""),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

export type Pod = z.output<typeof pod>;
export type ClusterNode = z.output<typeof node>;
export type Quota = z.output<typeof quota>;
export type Controller = z.output<typeof controller> & { readonly kind: ControllerKind };
export type ClusterQueue = z.output<typeof clusterQueue>;
export type Run = z.output<typeof run>;
export type Event = z.output<typeof event>;

/** Kinds that make pods, with the group that they belong to. */
export const CONTROLLERS = {
  ReplicaSet: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Job: "batch/v1",
} as const;
export type ControllerKind = keyof typeof CONTROLLERS;

/** Every kind that a verdict is made of, by its group. */
export const OBSERVED = { Pod: "v1", Node: "v1", ResourceQuota: "v1", Event: "v1", ...CONTROLLERS } as const;
export type ObservedKind = keyof typeof OBSERVED;

/** Kinds that are there only where Kueue is. */
export const QUEUED = { ClusterQueue: "kueue.x-k8s.io/v1beta2", Workload: "kueue.x-k8s.io/v1beta2" } as const;
export type QueuedKind = keyof typeof QUEUED;

/** What an API server holds, as far as a verdict depends on it. */
export interface Cluster {
  readonly pods: readonly Pod[];
  readonly nodes: readonly ClusterNode[];
  readonly quotas: readonly Quota[];
  readonly controllers: readonly Controller[];
  readonly events: readonly Event[];
  readonly queues: readonly ClusterQueue[];
  readonly runs: readonly Run[];
}

/**
 * @param lists The API server's answers by kind, each in the order that it gave.
 * @throws ZodError where an answer has another form than Kubernetes 1.36 gives
 */
export function clusterOf(
  lists: Readonly<Record<ObservedKind, readonly unknown[]>> & Readonly<Partial<Record<QueuedKind, readonly unknown[]>>>,
): Cluster {
  const kinds = Object.keys(CONTROLLERS) as ControllerKind[];
  return {
    pods: z.array(pod).parse(lists.Pod),
    nodes: z.array(node).parse(lists.Node),
    quotas: z.array(quota).parse(lists.ResourceQuota),
    controllers: kinds.flatMap((kind) =>
      z
        .array(controller)
        .parse(lists[kind])
        .map((each) => ({ ...each, kind })),
    ),
    events: z.array(event).parse(lists.Event),
    queues: z.array(clusterQueue).parse(lists.ClusterQueue ?? []),
    runs: z.array(run).parse(lists.Workload ?? []),
  };
}
