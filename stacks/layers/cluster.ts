import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Operator } from "../../components/cluster/operator.ts";
import { kueue } from "../../components/cluster/operators/kueue.ts";
import { operatorsFor } from "../../components/cluster/operators/registry.ts";
import { PriorityClasses } from "../../components/cluster/priority-classes.ts";
import { Queues } from "../../components/cluster/queues.ts";
import { TenantNamespace } from "../../components/cluster/tenant-namespace.ts";
import { labelsOf } from "../../components/labels.ts";
import { MESH_RANGE } from "../../components/mesh/range.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import { OPERATOR_NAMESPACE } from "../../components/runtime/kubernetes/operators.ts";
import { namespaceOf, NODE_AGENTS } from "../../components/workloads/neighbour.ts";
import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import { holdsRuns } from "../mode.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import type { EnvironmentLock } from "../spec/lock.ts";
import { machineOf } from "../spec/machines.ts";
import { entryOf, ofKind } from "../spec/of-kind.ts";
import type { ClusterSpec } from "../spec/optional-parts.ts";
import { queuedPools, roomOf } from "../spec/queues.ts";
import { taintsOf } from "../spec/pools.ts";
import { k3sServers } from "./nodes.ts";
import type { FleetNodes } from "./pools.ts";

const API_PORT = 6443;
const VAULT_PORT = 8200;

const MIB_PER_GIB = 1024;

export interface FleetCluster {
  /** Namespaces by team. */
  readonly teams: Readonly<Record<string, TenantNamespace>>;
  /** Namespace of agents that look after their node; undefined where there are none. */
  readonly nodeAgents: TenantNamespace | undefined;
  /** By name, those that something in the environment needs. */
  readonly operators: Readonly<Record<string, Operator>>;
  readonly priorities: PriorityClasses["names"];
  /** Queues by team, with what they need to be of use; undefined where no share of any pool is reserved. */
  readonly queues: Queues | undefined;
}

interface QueueSurroundings {
  readonly teams: Readonly<Record<string, TenantNamespace>>;
  readonly labels: Record<string, string>;
}

/** What the cluster holds before any workload: the fleet's own namespace with its operators, and a closed namespace for each team. */
export function createCluster(
  spec: ClusterSpec,
  lock: EnvironmentLock,
  planned: readonly PlannedWorkload[],
  nodes: FleetNodes,
  provider: kubernetes.Provider,
): FleetCluster {
  const environment = spec.environment.name;
  const opts: pulumi.ComponentResourceOptions = {
    providers: [provider],
    ...(nodes.serverPool === undefined ? {} : { dependsOn: [nodes.serverPool], deletedWith: nodes.serverPool }),
  };
  const apiServers = apiServersOf(spec);
  const platformLabels = labelsOf({ environment, team: "platform", dataClass: "confidential" });
  const priorities = new PriorityClasses("priorities", { labels: platformLabels }, opts);
  const system = new TenantNamespace(
    OPERATOR_NAMESPACE,
    {
      namespace: OPERATOR_NAMESPACE,
      egress: [...apiServers, { range: MESH_RANGE, port: VAULT_PORT }],
      labels: platformLabels,
    },
    opts,
  );
  const gpuSlices = [
    ...new Set(
      Object.entries(spec.pools).flatMap(([name, pool]) => Object.keys(machineOf(name, pool, lock)?.slices ?? {})),
    ),
  ];
  const teams = Object.fromEntries(
    Object.entries(spec.teams).map(([team, { quota: limits }]) => {
      const quota = { ...limits, gpuSlices };
      const name = namespaceOf(team);
      const labels = labelsOf({ environment, team, dataClass: "personal" });
      return [team, new TenantNamespace(name, { namespace: name, quota, labels }, opts)];
    }),
  );
  const hasNodeAgents = planned.some(({ namespace }) => namespace === NODE_AGENTS);
  const nodeAgents = hasNodeAgents
    ? new TenantNamespace(
        NODE_AGENTS,
        { namespace: NODE_AGENTS, podSecurity: "privileged", labels: platformLabels },
        opts,
      )
    : undefined;
  const needed = operatorsFor(
    planned.map(({ workload }) => workload),
    { queues: queuedPools(spec.teams).size > 0 },
  );
  const settings = {
    pool: k3sServers(spec)[0]?.pool ?? "",
    priorityClass: priorities.names.platform,
    vaultAddress: spec.secrets.vault.address,
  };
  const byName: Record<string, Operator> = {};
  for (const definition of needed) {
    const { podRange } = spec.cluster;
    const args = { definition, namespace: system.namespace, settings, podRange, labels: platformLabels };
    const dependsOn = (definition.needs ?? []).map(({ name }) => entryOf("operators", byName, name));
    byName[definition.name] = new Operator(definition.name, args, pulumi.mergeOptions(opts, { dependsOn }));
  }
  const queues = createQueues(
    spec,
    lock,
    { teams, labels: platformLabels },
    pulumi.mergeOptions(opts, { dependsOn: byName[kueue.name] ?? [] }),
  );
  return { teams, nodeAgents, operators: byName, priorities: priorities.names, queues };
}

/** The API servers as pods reach them. */
export function apiServersOf(spec: EnvironmentSpec): { range: string; port: number }[] {
  const pools = ofKind(spec.pools, "hetzner");
  return k3sServers(spec).map(({ pool, number }) => ({
    range: `${hostAddress(entryOf("pools", pools, pool).subnet, number)}/32`,
    port: API_PORT,
  }));
}

/** Kueue and its queues, where a team has reserved a share of a pool. */
function createQueues(
  spec: EnvironmentSpec,
  lock: EnvironmentLock,
  { teams, labels }: QueueSurroundings,
  opts: pulumi.ComponentResourceOptions,
): Queues | undefined {
  const names = queuedPools(spec.teams);
  if (names.size === 0) return undefined;
  const pools = Object.entries(spec.pools).flatMap(([name, pool]) => {
    const room = names.has(name) ? roomOf(name, pool, lock) : undefined;
    return room === undefined ? [] : [[name, { room, taints: taintsOf(pool) }] as const];
  });
  const members = Object.entries(spec.teams).map(([team, { shares, quota }]) => {
    const limit = { cpu: quota.cpu, memoryMiB: quota.memoryGiB * MIB_PER_GIB, gpus: quota.gpus };
    return [team, { namespace: entryOf("teams", teams, team).namespace, shares, limit }] as const;
  });
  return new Queues(
    "queues",
    {
      cohort: spec.environment.name,
      pools: Object.fromEntries(pools),
      teams: Object.fromEntries(members),
      held: holdsRuns(spec),
      labels,
    },
    opts,
  );
}
