import { containersOf, replicasOf } from "../../../components/workloads/contract.ts";
import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import { poolNetworks } from "../../../components/runtime/compose/networks.ts";
import type { Complaint } from "../../problems.ts";
import { ofKind } from "../of-kind.ts";
import { check } from "./check.ts";
import type { Fault } from "./fault.ts";
import { planned, WORKLOAD_FACTS } from "./planned.ts";

/** Docker Compose runs on one node, and there is nothing that would run it on a second one. */
export const composeNodes = check(["pools"], function* ({ pools }): Iterable<Complaint> {
  for (const [name, pool] of Object.entries(ofKind(pools, "hetzner"))) {
    if (pool.cluster !== "none" || pool.nodes.length === 1) continue;
    yield {
      path: ["pools", name, "nodes"],
      got: `${pool.nodes.length} nodes that run Docker Compose`,
      expected: "one node: a compose project has no scheduler",
      fix: "make a pool of each, or write `cluster: agent`",
    };
  }
});

export const composeWorkloads = check(WORKLOAD_FACTS, (facts) => composeFaults(planned(facts).workloads));

/** What workloads on Docker Compose ask for that it does not have. */
export function* composeFaults(all: readonly PlannedWorkload[]): Iterable<Complaint> {
  const composed = all.filter(({ runtime }) => runtime === "compose");
  for (const workload of composed) {
    const { name, definition, entry } = workload;
    for (const { got, expected, fix } of lacking(workload)) {
      const elsewhere = `run it on a pool in k3s instead of ${entry.pool}`;
      yield {
        path: ["workloads", name],
        atKey: true,
        got,
        expected,
        fix: `${fix} in ${definition.file}, or ${elsewhere}`,
      };
    }
  }
  for (const pool of new Set(composed.map(({ entry }) => entry.pool))) yield* sharedPorts(pool, composed);
}

function* lacking({ workload, definition: { kind } }: PlannedWorkload): Iterable<Fault> {
  if (workload.form === "operated") {
    yield {
      got: `kind ${kind} as resources of the operator ${workload.operator}, which Docker Compose has none of`,
      expected: "containers of its own where `context.runtime` is compose",
      fix: "build another form for it",
    };
  }
  const { maximum } = replicasOf(workload);
  if (maximum > 1) {
    yield {
      got: `up to ${maximum} replicas on the one node of a compose project`,
      expected: "1 replica",
      fix: "lower `replicas` of the entry, or build one where `context.runtime` is compose",
    };
  }
  if (containersOf(workload).some(({ gpus = 0 }) => gpus > 0)) {
    yield { got: "a container with GPUs, which no VPS has", expected: "none", fix: "leave out `gpus`" };
  }
  if ((workload.clusterAccess ?? []).length > 0) {
    yield {
      got: "access to the API server, which there is none of on Docker Compose",
      expected: "no `clusterAccess`",
      fix: "leave it out where `context.runtime` is compose",
    };
  }
}

/** A node has each port once, and all workloads that the mesh reaches share its address. */
function* sharedPorts(pool: string, all: readonly PlannedWorkload[]): Iterable<Complaint> {
  const own = all.filter(({ entry }) => entry.pool === pool);
  const { reach } = poolNetworks({ own, all, models: {} });
  const holders = new Map<string, string>();
  for (const [name, { published }] of reach) {
    for (const { port, protocol } of published) {
      const key = `${port}/${protocol}`;
      const holder = holders.get(key);
      if (holder === undefined) holders.set(key, name);
      else {
        yield {
          path: ["workloads", name, "pool"],
          got: `port ${key} of pool ${pool}, which workload ${holder} has on the mesh already`,
          expected: "a port of its own for each workload that other nodes reach",
          fix: "put one of them on another pool, or their consumers on this one",
        };
      }
    }
  }
}
