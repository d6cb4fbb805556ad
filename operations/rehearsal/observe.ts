import { setTimeout as sleep } from "node:timers/promises";
import type { ApiServer, Query } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import { Refusal } from "../../sandbox/twin/kinds/kubernetes/connection.ts";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";
import { type Cluster, clusterOf, OBSERVED, type ObservedKind, QUEUED, type QueuedKind } from "./cluster.ts";
import { isSettled, podReports } from "./pods.ts";

/** Reads what the cluster holds now. */
export async function readCluster(server: Pick<ApiServer, "list">): Promise<Cluster> {
  const kinds = Object.entries({ ...OBSERVED, ...QUEUED }) as [ObservedKind | QueuedKind, string][];
  const lists = await Promise.all(
    kinds.map(async ([kind, apiVersion]) => [kind, await listIfDefined(server, { apiVersion, kind })] as const),
  );
  return clusterOf(Object.fromEntries(lists) as Record<ObservedKind | QueuedKind, Properties[]>);
}

/** Nothing of a kind that nobody has defined. */
async function listIfDefined(server: Pick<ApiServer, "list">, query: Query): Promise<Properties[]> {
  try {
    return await server.list(query);
  } catch (error) {
    if (error instanceof Refusal && error.reason === "NoMatch") return [];
    throw error;
  }
}

export interface SettleOptions {
  /** How long nothing may change. @default 2 s */
  readonly quietMs?: number;
  /** When to give up. @default 60 s */
  readonly limitMs?: number;
  readonly pollMs?: number;
  /** Whether something is on its way that the cluster does not show yet, such as an instance that boots. */
  readonly isBusy?: () => boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

export interface Observation {
  readonly cluster: Cluster;
  /** False where pods were still without a verdict when the time was up. */
  readonly settled: boolean;
}

/** Watches until every pod has its verdict and no verdict has changed for a while. */
export async function untilSettled(read: () => Promise<Cluster>, options: SettleOptions = {}): Promise<Observation> {
  const {
    quietMs = 2_000,
    limitMs = 60_000,
    pollMs = 250,
    isBusy = () => false,
    signal,
    now = () => performance.now(),
    wait = sleep,
  } = options;
  const end = now() + limitMs;
  let since = now();
  let last = "";
  for (;;) {
    signal?.throwIfAborted();
    const cluster = await read();
    const verdicts = JSON.stringify(
      podReports(cluster).map(({ namespace, name, node, phase }) => [namespace, name, node, phase]),
    );
    if (verdicts !== last || !isSettled(cluster) || isBusy()) since = now();
    last = verdicts;
    if (now() - since >= quietMs) return { cluster, settled: true };
    if (now() >= end) return { cluster, settled: false };
    await wait(pollMs);
  }
}
