import { planWorkloads, type PlannedWorkload, type WorkloadFacts } from "../../../components/workloads/plan.ts";
import type { Container } from "../../../components/workloads/contract.ts";

export interface Demand {
  readonly workloads: readonly PlannedWorkload[];
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
  return { workloads: planWorkloads(facts, standIns), images };
}

/** A workload's pods at their most: every replica, and every job once. */
export const podsOf = ({ name, workload }: PlannedWorkload): readonly { name: string; container: Container }[] => [
  ...Array.from({ length: workload.replicas }, () => ({ name, container: workload.container })),
  ...Object.entries(workload.jobs ?? {}).map(([job, container]) => ({ name: `${name}-${job}`, container })),
];
