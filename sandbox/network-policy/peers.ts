import type { Flow, Party } from "./flow.ts";
import { addressesOf, addressText, EVERY_ADDRESS, EVERY_PORT, holds, type Interval, pieces } from "./intervals.ts";
import type { Manifests, NetworkPolicy, PodGroup } from "./manifests.ts";

/** Whom a peer stands for. */
export type End =
  | { readonly kind: "pods"; readonly namespace: string; readonly name: string }
  /** A pod of the namespace that belongs to none of the known controllers. */
  | { readonly kind: "other-pods"; readonly namespace: string }
  /** A pod with the labels of another namespace's workload. */
  | { readonly kind: "look-alike"; readonly namespace: string; readonly of: string }
  | { readonly kind: "addresses"; readonly addresses: Interval };

/** One possible end of a connection, as the engine is asked about it. */
export interface Peer {
  readonly end: End;
  readonly address: string;
  /** Undefined outside the cluster. */
  readonly namespace?: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether it lives in a namespace whose connections are the fleet's to decide. */
  readonly governed: boolean;
}

/** Set by the API server on every namespace. */
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";
/** What tells one workload's pods from another's. */
const WORKLOAD_LABEL = "app.kubernetes.io/name";

/** Namespaces that Kubernetes makes, with no policy of ours. */
const OF_KUBERNETES = ["default", "kube-node-lease", "kube-public", "kube-system"];
/** Stands for every namespace that nobody has told us about. */
const STRANGER = "any-other-namespace";
/** CoreDNS as k3s deploys it. */
const NAME_SERVER: PodGroup = {
  namespace: "kube-system",
  name: "kube-dns",
  labels: { "k8s-app": "kube-dns" },
  hostNetwork: false,
};

/**
 * Everybody who can stand at an end of a connection, so that a policy that is too wide shows whom it lets in: the pods
 * that there are; in every namespace a pod without labels, one with a workload's labels but another name, and
 * look-alikes of every other namespace's workloads; and one address of each range that some policy tells from others.
 *
 * @param podRange IPv4 range of the pods' addresses, which policies by address also match
 */
export function peersOf(manifests: Manifests, declared: readonly Flow[], podRange: string): Peer[] {
  const podAddresses = addressesOf(podRange);
  const ranges = [podRange, ...declaredRanges(declared), ...manifests.policies.flatMap(blocksOf)].map(addressesOf);
  const addresses = pieces(EVERY_ADDRESS, ranges);
  const inCluster = addresses.filter((piece) => holds(podAddresses, piece));

  const ours = [
    ...Object.keys(manifests.namespaces),
    ...manifests.pods.map(({ namespace }) => namespace),
    ...manifests.policies.map(({ metadata }) => metadata.namespace),
  ].filter(isGoverned);
  const names = [...new Set([...ours, NAME_SERVER.namespace, STRANGER])];
  const groups = [
    ...manifests.pods.filter(({ namespace, hostNetwork }) => isGoverned(namespace) && !hostNetwork),
    NAME_SERVER,
  ];
  const pod = (end: Exclude<End, { kind: "addresses" }>, labels: PodGroup["labels"]): Peer[] =>
    inCluster.map(({ first }) => ({
      end,
      address: addressText(first),
      namespace: end.namespace,
      namespaceLabels: { ...manifests.namespaces[end.namespace], [NAMESPACE_LABEL]: end.namespace },
      labels,
      governed: isGoverned(end.namespace) && end.namespace !== STRANGER,
    }));

  return [
    ...groups.flatMap(({ namespace, name, labels }) => pod({ kind: "pods", namespace, name }, labels)),
    ...names.flatMap((namespace) => pod({ kind: "other-pods", namespace }, {})),
    ...groups
      .filter(({ labels }) => WORKLOAD_LABEL in labels)
      .flatMap(({ namespace, labels }) =>
        pod({ kind: "other-pods", namespace }, { ...labels, [WORKLOAD_LABEL]: "another" }),
      ),
    ...names.flatMap((namespace) =>
      groups
        .filter((group) => group.namespace !== namespace)
        .flatMap((group) =>
          pod({ kind: "look-alike", namespace, of: `${group.namespace}/${group.name}` }, group.labels),
        ),
    ),
    ...addresses
      .filter((piece) => !holds(podAddresses, piece))
      .map((piece): Peer => ({
        end: { kind: "addresses", addresses: piece },
        address: addressText(piece.first),
        governed: false,
      })),
  ];
}

/** Whether a namespace is the fleet's own, and not one that Kubernetes makes. */
export const isGoverned = (namespace: string): boolean => !OF_KUBERNETES.includes(namespace);

/** The pieces of the port range within which no policy and no declaration tells two ports apart. */
export function portsOf(manifests: Manifests, declared: readonly { readonly port: number }[]): Interval[] {
  const inPolicies = manifests.policies
    .flatMap(({ spec }) => [...(spec.ingress ?? []), ...(spec.egress ?? [])])
    .flatMap(({ ports }) => ports ?? [])
    .flatMap(({ port, endPort }) => (port === undefined ? [] : [{ first: port, last: endPort ?? port }]));
  return pieces(EVERY_PORT, [...inPolicies, ...declared.map(({ port }) => ({ first: port, last: port }))]);
}

/** Whether the peer is one of those the party names. */
export function isOf({ end }: Peer, party: Party): boolean {
  if (party.kind === "addresses") {
    const within = (range: string): boolean => end.kind === "addresses" && holds(addressesOf(range), end.addresses);
    return within(party.range) && !(party.except ?? []).some(within);
  }
  if (end.kind === "addresses") return false;
  if (party.kind === "namespace") return end.namespace === party.namespace;
  return end.kind === "pods" && end.namespace === party.namespace && end.name === party.name;
}

const declaredRanges = (declared: readonly Flow[]): string[] =>
  declared
    .flatMap(({ from, to }) => [from, to])
    .flatMap((party) => (party.kind === "addresses" ? [party.range, ...(party.except ?? [])] : []));

const blocksOf = ({ spec }: NetworkPolicy): string[] =>
  [
    ...(spec.ingress ?? []).flatMap(({ from }) => from ?? []),
    ...(spec.egress ?? []).flatMap(({ to }) => to ?? []),
  ].flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock.cidr, ...(ipBlock.except ?? [])]));
