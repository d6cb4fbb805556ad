import type * as kubernetes from "@pulumi/kubernetes";
import type { Handle } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { selectorOf } from "./pod.ts";

type Spec = kubernetes.types.input.networking.v1.NetworkPolicySpec;
type Peer = kubernetes.types.input.networking.v1.NetworkPolicyPeer;

/** Addresses of mesh devices; subnet routes keep them, because nodes do not hide the source. */
const MESH_RANGE = "100.64.0.0/10";

const podsOf = (workload: string, namespace: string): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  podSelector: { matchLabels: selectorOf(workload) },
});

const port = ({ port: number, protocol }: Pick<Handle, "port" | "protocol">) => [{ port: number, protocol }];

/**
 * Exactly the declared flows: who declared a need may come in, what is needed may be reached. Names resolve by the
 * namespace's own rule.
 */
export function networkPolicySpec(
  { name, namespace, handles, definition, workload }: PlannedWorkload,
  consumers: readonly PlannedWorkload[],
): Spec {
  const ingress = Object.entries(handles).flatMap(([handleName, handle]) => {
    const callers = consumers
      .filter(({ workload: { needs = [] } }) =>
        needs.some((need) => need.workload === name && need.port === handle.port && need.protocol === handle.protocol),
      )
      .map((consumer) => podsOf(consumer.name, consumer.namespace));
    const jobs = Object.keys(workload.jobs ?? {}).map((job) => podsOf(`${name}-${job}`, namespace));
    const mesh = definition.ports[handleName]?.audience === "mesh" ? [{ ipBlock: { cidr: MESH_RANGE } }] : [];
    const from = [...callers, ...jobs, ...mesh];
    return from.length === 0 ? [] : [{ from, ports: port(handle) }];
  });
  // What is outside is reached through the egress proxy, which is a need of its own.
  const egress = (workload.needs ?? [])
    .filter((need) => need.outside !== true)
    .map((need) => ({ to: [podsOf(need.workload, need.namespace)], ports: port(need) }));
  return { podSelector: { matchLabels: selectorOf(name) }, policyTypes: ["Ingress", "Egress"], ingress, egress };
}

/** A workload's job may reach the workload itself, and nothing else. */
export const jobPolicySpec = ({ name, namespace, handles }: PlannedWorkload, job: string): Spec => ({
  podSelector: { matchLabels: selectorOf(job) },
  policyTypes: ["Ingress", "Egress"],
  egress: [{ to: [podsOf(name, namespace)], ports: Object.values(handles).flatMap(port) }],
});
