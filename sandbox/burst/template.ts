import type { V1Node, V1Pod, V1Taint, V1Toleration, V1NodeSelectorRequirement } from "@kubernetes/client-node";
import { amountOf } from "../../policies/quantity.ts";

type Amounts = Readonly<Record<string, number>>;

/** What Cluster Autoscaler believes that a group's next node will be. */
export interface NodeTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Pick<V1Taint, "key" | "value" | "effect">[];
  /** By resource name, in base units. */
  readonly resources: Amounts;
}

/** Instance type and zone, which it knows without tags. */
export interface KnownByCloud {
  readonly instanceType: string;
  readonly zone: string;
}

const TEMPLATE = "k8s.io/cluster-autoscaler/node-template/";
const PODS_PER_NODE = 110;

/**
 * The node that a group's tags describe, as Cluster Autoscaler builds it for a group of no instances: labels, taints and
 * resources from the tags alone, beside what the cloud says (autoscaler, `cloudprovider/aws/README.md`, "Auto-Discovery
 * Setup"). Nothing here comes from the pool: a tag that is wrong shows as a node that never comes, or comes in vain.
 *
 * @throws Error naming a tag that can not be read
 */
export function templateOf(tags: Readonly<Record<string, string>>, { instanceType, zone }: KnownByCloud): NodeTemplate {
  const below = (kind: string): [string, string][] =>
    Object.entries(tags).flatMap(([key, value]) => {
      const prefix = `${TEMPLATE}${kind}/`;
      return key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [];
    });
  return {
    labels: {
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "node.kubernetes.io/instance-type": instanceType,
      "topology.kubernetes.io/region": zone.slice(0, -1),
      "topology.kubernetes.io/zone": zone,
      ...Object.fromEntries(below("label")),
    },
    taints: below("taint").map(([key, text]) => taintOf(key, text)),
    resources: {
      pods: PODS_PER_NODE,
      ...Object.fromEntries(below("resources").map(([name, quantity]) => [name, amountOf(quantity)])),
    },
  };
}

function taintOf(key: string, text: string): NodeTemplate["taints"][number] {
  const [value = "", effect] = text.split(":");
  if (effect === undefined || !EFFECTS.has(effect)) {
    throw new Error(`the tag ${TEMPLATE}taint/${key} is ${JSON.stringify(text)}; expected value:effect`);
  }
  return { key, value, effect };
}

const EFFECTS: ReadonlySet<string> = new Set(["NoSchedule", "PreferNoSchedule", "NoExecute"]);

/** What a pod asks for, one pod included. */
export function requestsOf({ spec }: V1Pod): Amounts {
  const asked = (spec?.containers ?? []).flatMap(({ resources }) => Object.entries(resources?.requests ?? {}));
  const total: Record<string, number> = { pods: 1 };
  for (const [name, quantity] of asked) total[name] = (total[name] ?? 0) + amountOf(quantity);
  return total;
}

/** Whether such a node would take the pod, as far as that depends on labels and taints. */
export const admits = ({ labels, taints }: NodeTemplate, { spec }: V1Pod): boolean =>
  Object.entries(spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value) &&
  affinityHolds(labels, spec) &&
  taints.every(
    (taint) => taint.effect === "PreferNoSchedule" || (spec?.tolerations ?? []).some((each) => tolerates(each, taint)),
  );

/** What is left of a node's resources after the pod; undefined where it has no room. */
export function place(free: Amounts, pod: V1Pod): Amounts | undefined {
  const requests = Object.entries(requestsOf(pod));
  if (requests.some(([name, amount]) => amount > (free[name] ?? 0))) return undefined;
  return { ...free, ...Object.fromEntries(requests.map(([name, amount]) => [name, (free[name] ?? 0) - amount])) };
}

/** What the pods on a node leave of it; undefined for a node that is not there. */
export function freeOn(name: string, node: V1Node | undefined, pods: readonly V1Pod[]): Amounts | undefined {
  if (node === undefined) return undefined;
  const allocatable = Object.entries(node.status?.allocatable ?? {}).map(([key, of]) => [key, amountOf(of)] as const);
  const own = pods.filter(({ spec, status }) => spec?.nodeName === name && !hasEnded(status));
  return own.reduce<Amounts>((free, pod) => place(free, pod) ?? {}, Object.fromEntries(allocatable));
}

const hasEnded = (status: V1Pod["status"]): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

function affinityHolds(labels: NodeTemplate["labels"], spec: V1Pod["spec"]): boolean {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return (
    terms === undefined || terms.some((term) => (term.matchExpressions ?? []).every((each) => matches(labels, each)))
  );
}

function matches(labels: NodeTemplate["labels"], { key, operator, values = [] }: V1NodeSelectorRequirement): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return Number(value) > Number(values[0]);
    case "Lt":
      return Number(value) < Number(values[0]);
    default:
      throw new Error(`node affinity knows no operator ${operator}`);
  }
}

function tolerates(
  { key, operator = "Equal", value = "", effect = "" }: V1Toleration,
  taint: NodeTemplate["taints"][number],
): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key === undefined || key === "") return operator === "Exists";
  return key === taint.key && (operator === "Exists" || value === (taint.value ?? ""));
}

/** Whether a pod keeps its node: those of daemon sets do not, nor do those that have ended. */
export const keepsNode = ({ metadata, status }: V1Pod): boolean =>
  !hasEnded(status) && !(metadata?.ownerReferences ?? []).some(({ kind }) => kind === "DaemonSet");

/** Whether the scheduler has looked at the pod and found no node. */
export const isUnschedulable = ({ metadata, spec, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp === undefined &&
  spec?.nodeName === undefined &&
  (status?.conditions ?? []).some(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable");

export const isReady = ({ status }: V1Node): boolean =>
  (status?.conditions ?? []).some(({ type, status: value }) => type === "Ready" && value === "True");
