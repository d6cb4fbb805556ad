import type { Cluster, Pod } from "./cluster.ts";
import { amountOf } from "../../policies/quantity.ts";
import type { NodeReport, NodeResources, QuotaReport } from "./report.ts";

const BYTES_PER_MIB = 2 ** 20;
const GPU = "nvidia.com/gpu";

type Quantities = Readonly<Record<string, string>>;

/** Every node with what it has and what its pods have asked for. */
export function nodeReports({ nodes, pods }: Cluster): NodeReport[] {
  return nodes.map(({ metadata: { name, labels }, status }) => {
    const own = pods.filter(
      ({ spec, status: { phase } }) => spec.nodeName === name && phase !== "Succeeded" && phase !== "Failed",
    );
    return {
      name,
      pool: labels["splitfleet/pool"] ?? "",
      zone: labels["topology.kubernetes.io/zone"] ?? "",
      capacity: { ...resourcesOf(status.capacity), pods: Number(status.capacity["pods"] ?? 0) },
      allocatable: { ...resourcesOf(status.allocatable), pods: Number(status.allocatable["pods"] ?? 0) },
      requested: { ...total(own.map(requestsOf)), pods: own.length },
    };
  });
}

/** What the scheduler reserves for a pod: its containers together, or one start container that needs more. */
function requestsOf({ spec }: Pod): Omit<NodeResources, "pods"> {
  const asked = (containers: Pod["spec"]["containers"]) =>
    containers.map(({ resources }) => resourcesOf(resources.requests));
  const sidecars = spec.initContainers.filter(({ restartPolicy }) => restartPolicy === "Always");
  const starters = spec.initContainers.filter(({ restartPolicy }) => restartPolicy !== "Always");
  const running = total([...asked(spec.containers), ...asked(sidecars)]);
  const starting = asked(starters);
  const largest = (of: (part: Omit<NodeResources, "pods">) => number): number =>
    Math.max(of(running), ...starting.map(of));
  const peak = {
    cpu: largest(({ cpu }) => cpu),
    memoryMiB: largest(({ memoryMiB }) => memoryMiB),
    gpus: largest(({ gpus }) => gpus),
  };
  return total([peak, resourcesOf(spec.overhead)]);
}

/** Every quota, resource by resource, in the API server's own figures: of namespaces, then of queues. */
export function quotaReports(cluster: Cluster): QuotaReport[] {
  return [...namespaceQuotas(cluster), ...queueQuotas(cluster)];
}

const namespaceQuotas = ({ quotas }: Cluster): QuotaReport[] =>
  quotas.flatMap(({ metadata: { namespace }, status: { hard, used } }) =>
    Object.entries(hard)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([resource, limit]) => ({
        namespace,
        queue: "",
        pool: "",
        resource,
        hard: limit,
        used: used[resource] ?? "0",
      })),
  );

/** What is reserved for a queue; its runs may have borrowed beyond it. */
const queueQuotas = ({ queues }: Cluster): QuotaReport[] =>
  queues.flatMap(({ metadata: { name: queue }, spec, status }) =>
    spec.resourceGroups
      .flatMap(({ flavors }) => flavors)
      .flatMap(({ name: pool, resources }) => {
        const reserved = status.flavorsReservation.find(({ name }) => name === pool)?.resources ?? [];
        return resources.map(({ name, nominalQuota }) => ({
          namespace: "",
          queue,
          pool,
          resource: name,
          hard: nominalQuota,
          used: reserved.find((each) => each.name === name)?.total ?? "0",
        }));
      }),
  );

function resourcesOf(quantities: Quantities): Omit<NodeResources, "pods"> {
  const amount = (name: string): number => amountOf(quantities[name] ?? "0");
  return { cpu: amount("cpu"), memoryMiB: amount("memory") / BYTES_PER_MIB, gpus: amount(GPU) };
}

function total(parts: readonly Omit<NodeResources, "pods">[]): Omit<NodeResources, "pods"> {
  const sum = (of: (part: Omit<NodeResources, "pods">) => number): number =>
    rounded(parts.reduce((all, part) => all + of(part), 0));
  return { cpu: sum(({ cpu }) => cpu), memoryMiB: sum(({ memoryMiB }) => memoryMiB), gpus: sum(({ gpus }) => gpus) };
}

/** To a thousandth of a core, as Kubernetes counts them. */
const rounded = (amount: number): number => Math.round(amount * 1000) / 1000;
