import type { V1Pod } from "@kubernetes/client-node";
import { admits, type NodeTemplate, place } from "./template.ts";

/** A group as Cluster Autoscaler sees it. */
export interface Candidate {
  readonly name: string;
  readonly template: NodeTemplate;
  /** Nodes that may still be added. */
  readonly room: number;
  /** What is free on each of its nodes: those that run, and those that were asked for and have not registered yet. */
  readonly free: readonly NodeTemplate["resources"][];
}

/** Groups that must grow, with by how many nodes. */
export type Growth = ReadonlyMap<string, number>;

/**
 * How many nodes each group needs more, so that the pods find room: first on the nodes that are there or coming, then on as few
 * new ones as taking them in turn allows. Of several groups that would do, the first with the least to waste.
 */
export function growthFor(pods: readonly V1Pod[], candidates: readonly Candidate[]): Growth {
  const bySize = candidates.toSorted((a, b) => sizeOf(a.template) - sizeOf(b.template));
  const nodes = bySize.flatMap((candidate) => candidate.free.map((free) => ({ candidate, free })));
  const growth = new Map<string, number>();
  for (const pod of pods) {
    const taken = nodes.some((node) => {
      const free = admits(node.candidate.template, pod) ? place(node.free, pod) : undefined;
      if (free !== undefined) node.free = free;
      return free !== undefined;
    });
    if (taken) continue;
    for (const candidate of bySize) {
      const added = growth.get(candidate.name) ?? 0;
      const { template } = candidate;
      const free = added < candidate.room && admits(template, pod) ? place(template.resources, pod) : undefined;
      if (free === undefined) continue;
      growth.set(candidate.name, added + 1);
      nodes.push({ candidate, free });
      break;
    }
  }
  return growth;
}

/** GPUs before cores: they are what a node costs. */
const sizeOf = ({ resources }: NodeTemplate): number =>
  (resources["nvidia.com/gpu"] ?? 0) * 1e6 + (resources["cpu"] ?? 0);
