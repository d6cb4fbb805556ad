import type * as kubernetes from "@pulumi/kubernetes";
import { operatorsOf } from "../../components/cluster/operators/registry.ts";
import { vaultSecretsOperator } from "../../components/cluster/operators/vault-secrets-operator.ts";
import { priorityOf } from "../../components/cluster/priority-classes.ts";
import type { TenantNamespace } from "../../components/cluster/tenant-namespace.ts";
import { KubernetesWorkload } from "../../components/runtime/kubernetes.ts";
import type { VaultEngines } from "../../components/secrets/vault-engines.ts";
import { NODE_AGENTS } from "../../components/workloads/neighbour.ts";
import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import { entryOf } from "../spec/of-kind.ts";
import { taintsOf } from "../spec/pools.ts";
import { queuedPools } from "../spec/queues.ts";
import { apiServersOf, type FleetCluster } from "./cluster.ts";
import type { FleetNodes } from "./pools.ts";

export interface Ground {
  readonly secrets: VaultEngines;
  readonly cluster: FleetCluster;
  readonly nodes: FleetNodes;
}

/** Every workload of the environment, each in its team's namespace. */
export function createWorkloads(
  spec: EnvironmentSpec,
  planned: readonly PlannedWorkload[],
  ground: Ground,
  provider: kubernetes.Provider,
): void {
  const { secrets, cluster, nodes } = ground;
  const environment = spec.environment.name;
  const queued = queuedPools(spec.teams);
  const surroundings = {
    fleet: planned.filter(({ runtime }) => runtime === "kubernetes"),
    apiServers: apiServersOf(spec),
  };
  for (const workload of planned) {
    const { team, pool, dataClass } = workload.entry;
    new KubernetesWorkload(
      workload.name,
      {
        planned: workload,
        surroundings,
        namespace: namespaceOfPods(workload, cluster).namespace,
        taints: taintsOf(entryOf("pools", spec.pools, pool)),
        priorityClass: cluster.priorities[priorityOf(workload.workload)],
        operators: operatorsOf(workload.workload).map(({ name }) => entryOf("operators", cluster.operators, name)),
        queue: queued.has(pool) ? cluster.queues?.nodes.localQueues[team] : undefined,
        allocation: { environment, team, dataClass, pool, workload: workload.name },
        vault: {
          kv: secrets.mounts.kv,
          loginMount: secrets.mounts.kubernetes,
          environment,
          dependsOn: [entryOf("operators", cluster.operators, vaultSecretsOperator.name)],
        },
      },
      {
        providers: [provider],
        ...(nodes.serverPool === undefined ? {} : { deletedWith: nodes.serverPool }),
      },
    );
  }
}

/** Where the workload's pods live, known to exist. */
const namespaceOfPods = (
  { namespace, entry }: PlannedWorkload,
  { nodeAgents, teams }: FleetCluster,
): TenantNamespace =>
  namespace === NODE_AGENTS && nodeAgents !== undefined ? nodeAgents : entryOf("teams", teams, entry.team);
