import type { Flow } from "./flow.ts";
import type { Manifests, PodGroup, Service } from "./manifests.ts";
import { isGoverned } from "./peers.ts";

/** A declared flow with the port at which it arrives, or why it arrives nowhere. */
export type Arrival = { readonly flow: Flow } & ({ readonly port: number } | { readonly lost: string });

/**
 * Follows a flow through the service that carries the workload's host name, because policies see the pod's port and
 * the service's name is all that the caller has. Address ranges, whole namespaces and what Kubernetes itself runs have
 * none.
 */
export function arrivalOf(flow: Flow, { pods, services }: Manifests): Arrival {
  const { to, port, protocol, direct = false } = flow;
  if (to.kind !== "workload" || !isGoverned(to.namespace)) return { flow, port };
  const name = `${to.namespace}/${to.name}`;
  const groups = pods.filter((candidate) => candidate.namespace === to.namespace && candidate.name === to.name);
  const [group] = groups;
  if (group === undefined) return { flow, lost: `no controller makes the pods of ${name}` };
  if (direct) return { flow, port };
  const service = services.find((candidate) => candidate.namespace === to.namespace && candidate.name === to.name);
  if (service === undefined) return { flow, lost: `no service is called ${name}` };
  const { selector } = service;
  const unlike = Object.entries(selector).find(([key, value]) => group.labels[key] !== value);
  if (unlike !== undefined && !groups.some(({ labels }) => hasLabels(labels, selector)))
    return { flow, lost: `the service ${name} selects ${unlike.join("=")}, which its pods do not have` };
  const mapped = service.ports.find((candidate) => candidate.port === port && candidate.protocol === protocol);
  if (mapped === undefined) return { flow, lost: `the service ${name} has no port ${port}/${protocol}` };
  const target = mapped.targetPort ?? port;
  if (typeof target === "string")
    return { flow, lost: `the service ${name} leads to the port named ${target}, and containers name none` };
  return { flow, port: target };
}

/** Whether a selector finds pods with the labels. */
const hasLabels = (labels: PodGroup["labels"], selector: Service["selector"]): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);
