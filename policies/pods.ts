import { placeIn, below, itemsOf, asText, type Place } from "./values.ts";
import type { Row } from "./row.ts";

/** Where the pod stands in each kind of resource that makes pods. */
const POD: Readonly<Record<string, readonly string[]>> = {
  "kubernetes:core/v1:Pod": ["spec"],
  "kubernetes:apps/v1:Deployment": ["spec", "template", "spec"],
  "kubernetes:apps/v1:StatefulSet": ["spec", "template", "spec"],
  "kubernetes:apps/v1:DaemonSet": ["spec", "template", "spec"],
  "kubernetes:apps/v1:ReplicaSet": ["spec", "template", "spec"],
  "kubernetes:batch/v1:Job": ["spec", "template", "spec"],
  "kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};
export const POD_TYPES = Object.keys(POD);

/** Namespace of agents that look after their node: closed to teams, and open to what the node is. */
export const NODE_AGENTS = "splitfleet-nodes";

/** Whether the pods are agents of their node. */
export const isNodeAgent = (row: Row, namespaces: readonly string[]): boolean =>
  namespaces.includes(asText(placeIn(row, "metadata", "namespace").value) ?? "");

/** The pod's spec in a resource of one of {@link POD_TYPES}. */
export const podOf = (row: Row): Place => placeIn(row, ...(POD[row.type] ?? []));

/** The pod's containers, those that run before it included. */
export const containersOf = (row: Row): readonly Place[] =>
  ["initContainers", "containers", "ephemeralContainers"].flatMap((list) => itemsOf(below(podOf(row), list)));

/** The container as messages call it. */
export const containerName = (row: Row, container: Place): string =>
  `container ${asText(below(container, "name").value) ?? container.path} of ${row.name}`;

/** A setting that a container has of its own or takes from its pod. */
export function inherited(row: Row, container: Place, ...keys: readonly string[]): Place {
  const own = below(container, "securityContext", ...keys);
  return own.value === undefined ? { ...own, value: below(podOf(row), "securityContext", ...keys).value } : own;
}
