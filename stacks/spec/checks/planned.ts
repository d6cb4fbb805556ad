import { type Container, replicasOf } from "../../../components/workloads/contract.ts";
import type { WorkloadFacts } from "../../../components/workloads/facts.ts";
import { type PlannedWorkload, type Survey, surveyWorkloads } from "../../../components/workloads/plan.ts";

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
export interface PlannedPod {
  readonly name: string;
  readonly container: Container;
}

/**
 * A workload's pods at their most: every replica, and every job once.
 *
 * @param nodes Of its pool, for a workload with a pod on each.
 */
export const podsOf = ({ name, workload }: PlannedWorkload, nodes: number): readonly PlannedPod[] => [
  ...Array.from({ length: workload.form === "daemon" ? nodes : replicasOf(workload).maximum }, () => ({
    name,
    container: workload.container,
  })),
  ...Object.entries(workload.jobs ?? {}).map(([job, container]) => ({ name: `${name}-${job}`, container })),
];
