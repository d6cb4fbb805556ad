import type * as kubernetes from "@pulumi/kubernetes";
import { NOT_INTERNET } from "../../network/ranges.ts";
import { MESH_RANGE } from "../../mesh/range.ts";
import { asksApiServer, type Handle } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { runsOf } from "../../workloads/runs.ts";
import { OPERATOR_NAMESPACE, operatorLabels, SCALER, scaledFrom } from "./operators.ts";
import { openPorts } from "./ports.ts";
import { membersOf, selectorOf } from "./selectors.ts";

type Spec = kubernetes.types.input.networking.v1.NetworkPolicySpec;
type Peer = kubernetes.types.input.networking.v1.NetworkPolicyPeer;

/** What a workload's connections are derived from, beside itself. */
export interface Surroundings {
  /** Every workload that Kubernetes runs in the environment. */
  readonly fleet: readonly PlannedWorkload[];
  /** API servers as pods reach them. */
  readonly apiServers: readonly { readonly range: string; readonly port: number }[];
}

const peer = (namespace: string, labels: Record<string, string>): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  podSelector: { matchLabels: labels },
});
const podsOf = (planned: PlannedWorkload): Peer => peer(planned.namespace, membersOf(planned));
const operatorPods = (operator: string): Peer => peer(OPERATOR_NAMESPACE, operatorLabels(operator));

const port = ({ port: number, protocol }: Pick<Handle, "port" | "protocol">) => [{ port: number, protocol }];
const sameAs =
  (one: Handle) =>
  (other: Handle): boolean =>
    one.workload === other.workload && one.port === other.port && one.protocol === other.protocol;

/**
 * Exactly the declared flows: who declared a need may come in, what is needed may be reached. Names resolve by the
 * namespace's own rule.
 */
export function networkPolicySpec(planned: PlannedWorkload, surroundings: Surroundings): Spec {
  const { workload } = planned;
  const { fleet, apiServers } = surroundings;
  const operated = workload.form === "operated" ? workload : undefined;
  const { operator = "", operatorPorts = [] } = operated ?? {};
  const peers = workload.peers === undefined ? [] : [{ pods: [podsOf(planned)], ports: workload.peers.map(tcp) }];
  const asksApi = operated?.asksApiServer === true || asksApiServer(workload);
  return {
    podSelector: { matchLabels: membersOf(planned) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      ...ingressOf(planned, surroundings),
      ...peers.map(({ pods, ports }) => ({ from: pods, ports })),
      ...(operatorPorts.length === 0 ? [] : [{ from: [operatorPods(operator)], ports: operatorPorts.map(tcp) }]),
    ],
    egress: [
      ...egressTo(workload.needs ?? [], fleet),
      ...peers.map(({ pods, ports }) => ({ to: pods, ports })),
      ...(asksApi ? apiServers.map(({ range, port: number }) => apiServer(range, number)) : []),
      ...(workload.internet === undefined || workload.internet.length === 0
        ? []
        : [{ to: [INTERNET], ports: workload.internet.flatMap(port) }]),
    ],
  };
}

const INTERNET: Peer = { ipBlock: { cidr: "0.0.0.0/0", except: [...NOT_INTERNET] } };

const tcp = (number: number) => ({ port: number, protocol: "TCP" });

const apiServer = (range: string, number: number) => ({ to: [{ ipBlock: { cidr: range } }], ports: [tcp(number)] });

function ingressOf(planned: PlannedWorkload, { fleet }: Surroundings) {
  const own = runsOf(planned).map((run) => peer(planned.namespace, selectorOf(run.name)));
  return openPorts(planned, fleet).flatMap(({ handle, audience, shared }) => {
    const isNeeded = sameAs(handle);
    const callers = fleet.flatMap((other) => [
      ...((other.workload.needs ?? []).some(isNeeded) ? [podsOf(other)] : []),
      ...(other.name === planned.name
        ? []
        : runsOf(other)
            .filter((run) => run.needs.some(isNeeded))
            .map((run) => peer(other.namespace, selectorOf(run.name)))),
    ]);
    const asked = fleet.some((other) => scaledFrom(other).some(isNeeded));
    const mesh = audience === "mesh" ? [{ ipBlock: { cidr: MESH_RANGE } }] : [];
    const from = [...callers, ...(shared ? own : []), ...(asked ? [operatorPods(SCALER)] : []), ...mesh];
    return from.length === 0 ? [] : [{ from, ports: port(handle) }];
  });
}

/** What is outside is reached through the egress proxy, which is a need of its own. */
const egressTo = (needs: readonly Handle[], fleet: readonly PlannedWorkload[]) =>
  needs
    .filter(({ outside }) => outside !== true)
    .map((need) => {
      const target = fleet.find(({ name }) => name === need.workload);
      const labels = target === undefined ? selectorOf(need.workload) : membersOf(target);
      return { to: [peer(need.namespace, labels)], ports: port(need) };
    });

/** A run beside a workload may reach the workload itself, and what it is said to need. Nobody reaches it. */
export function runPolicySpec(
  planned: PlannedWorkload,
  { name, needs }: { readonly name: string; readonly needs: readonly Handle[] },
  { fleet }: Surroundings,
): Spec {
  const ports = openPorts(planned, fleet)
    .filter(({ shared }) => shared)
    .flatMap(({ handle }) => port(handle));
  return {
    podSelector: { matchLabels: selectorOf(name) },
    policyTypes: ["Ingress", "Egress"],
    egress: [...(ports.length === 0 ? [] : [{ to: [podsOf(planned)], ports }]), ...egressTo(needs, fleet)],
  };
}

/** What operators may reach for a workload, by the operator's name: its pods, and what tells how many there must be. */
export function operatorPolicySpecs(planned: PlannedWorkload, { fleet }: Surroundings): Readonly<Record<string, Spec>> {
  const { workload } = planned;
  const policy = (operator: string, egress: NonNullable<Spec["egress"]>): Record<string, Spec> => ({
    [operator]: { podSelector: { matchLabels: operatorLabels(operator) }, policyTypes: ["Egress"], egress },
  });
  const asked = scaledFrom(planned);
  return {
    ...(workload.form !== "operated" || workload.operatorPorts === undefined
      ? {}
      : policy(workload.operator, [{ to: [podsOf(planned)], ports: workload.operatorPorts.map(tcp) }])),
    ...(asked.length === 0 ? {} : policy(SCALER, egressTo(asked, fleet))),
  };
}
