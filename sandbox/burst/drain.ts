import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, type CoreV1Api, type V1NodeSpec, type V1Taint } from "@kubernetes/client-node";
import { keepsNode } from "./template.ts";

const RETRY_MS = 200;

export interface DrainOptions {
  /** When whoever drains gives up. */
  readonly until: Date;
  readonly signal: AbortSignal;
}

/** Keeps the scheduler from a node; with a taint, as controllers do it, or without, as `kubectl cordon` does. */
export const cordon = (core: CoreV1Api, name: string, taint?: V1Taint): Promise<void> =>
  changeNode(core, name, ({ taints = [], ...spec }) => ({
    ...spec,
    unschedulable: true,
    taints: taint === undefined ? taints : [...taints, taint],
  }));

/** Lets the scheduler use a node again. */
export const uncordon = (core: CoreV1Api, name: string): Promise<void> =>
  changeNode(core, name, (spec) => ({ ...spec, unschedulable: false }));

/** Reads and writes again while somebody else writes in between. */
async function changeNode(core: CoreV1Api, name: string, change: (spec: V1NodeSpec) => V1NodeSpec): Promise<void> {
  for (;;) {
    const node = await core.readNode({ name });
    try {
      await core.replaceNode({ name, body: { ...node, spec: change(node.spec ?? {}) } });
      return;
    } catch (error) {
      if (!(error instanceof ApiException) || error.code !== 409) throw error;
    }
  }
}

/**
 * Asks every pod to leave, as `kubectl drain` does: by eviction, so that disruption budgets hold. Pods of daemon sets stay.
 *
 * @returns Names of the pods that were still there when the time was up
 */
export async function drain(
  core: CoreV1Api,
  node: string,
  { until, signal }: DrainOptions,
): Promise<readonly string[]> {
  for (;;) {
    const { items } = await core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` });
    const left = items.filter(keepsNode);
    if (left.length === 0 || signal.aborted || Date.now() > until.getTime()) {
      return left.map(({ metadata }) => metadata?.name ?? "");
    }
    const staying = left.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    await Promise.all(
      staying.map(({ metadata }) => evict(core, metadata?.name ?? "", metadata?.namespace ?? "default")),
    );
    await sleep(RETRY_MS);
  }
}

async function evict(core: CoreV1Api, name: string, namespace: string): Promise<void> {
  try {
    await core.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } });
  } catch (error) {
    // 429: a disruption budget does not allow it now; 404: it has left by itself.
    if (!(error instanceof ApiException) || (error.code !== 429 && error.code !== 404)) throw error;
  }
}
