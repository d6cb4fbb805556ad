import { demandOfPod, type PodDemand, replicasOf } from "../../../components/workloads/contract.ts";
import type { WorkloadFacts } from "../../../components/workloads/facts.ts";
import { type PlannedWorkload, type Survey, surveyWorkloads } from "../../../components/workloads/plan.ts";
import { runsOf } from "../../../components/workloads/runs.ts";

/** The sections that workloads are built from. */
export const WORKLOAD_FACTS = ["environment", "mesh", "pools", "workloads", "models", "budget"] as const;

export interface Demand extends Survey {
  /** Names of the images they run, whether or not the lock has them. */
  readonly images: ReadonlySet<string>;
}

/** Several checks ask about the same facts, and building is most of what they cost. */
const known = new WeakMap<object, Demand>();

/** The workloads as their definitions build them, with stand-ins for images: a lock without one is another check's. */
export function planned(facts: WorkloadFacts): Demand {
  const demand = known.get(facts) ?? build(facts);
  known.set(facts, demand);
  return demand;
}

function build(facts: WorkloadFacts): Demand {
  const images = new Set<string>();
  const standIns = new Proxy<Readonly<Record<string, string>>>(
    {},
    {
      get: (_target, name) => {
        images.add(String(name));
        return String(name);
      },
    },
  );
  return { ...surveyWorkloads(facts, standIns), images };
}

/** One pod that there may be, with the name that people know it by. */
export interface PlannedPod extends PodDemand {
  readonly name: string;
}

/**
 * A workload's pods at their most: every replica and worker, every job once, and every copy of a volume, which may come
 * at the same time. What only runs when somebody asks for it finds room or waits.
 *
 * @param nodes With a pod on each, for a workload that has one on every node.
 */
export function podsOf(planned: PlannedWorkload, nodes: number): readonly PlannedPod[] {
  const { name, workload } = planned;
  const count = workload.form === "daemon" ? nodes : replicasOf(workload).maximum;
  const pod = { name, ...demandOfPod(workload) };
  const runs = runsOf(planned).filter(({ trigger }) => trigger.kind !== "demand");
  return [
    ...Array.from({ length: count }, () => pod),
    ...workersOf(planned),
    ...runs.map((run) => ({ name: run.name, ...demandOfPod({ container: run.container }) })),
  ];
}

function workersOf({ name, workload }: PlannedWorkload): readonly PlannedPod[] {
  if (workload.form !== "operated" || workload.workers === undefined) return [];
  const { container, maximum } = workload.workers;
  return Array.from({ length: maximum }, () => ({ name: `${name}-workers`, ...demandOfPod({ container }) }));
}
