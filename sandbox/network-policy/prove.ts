import { analyze, type Connection, portIndex } from "./analyze.ts";
import { type Arrival, arrivalOf } from "./destinations.ts";
import { connectionKey, type Difference, differencesOf, partyText } from "./differences.ts";
import type { Flow, Party } from "./flow.ts";
import { type KubernetesObject, type Manifests, manifestsOf, type PodGroup } from "./manifests.ts";
import { INSTANCE, type Passage, withoutPassages } from "./passages.ts";
import { isGoverned, isOf, peersOf, portsOf } from "./peers.ts";

export interface ProofArgs {
  /** Path of the executable `cyclonus-flows`. */
  readonly engine: string;
  /** What may connect to what. */
  readonly declared: readonly Flow[];
  /** What operators of the cluster leave open to each other and to the API server. @default [] */
  readonly passages?: readonly Passage[];
  /** What the cluster holds, recorded (`objectsOf`) or read from an API server. */
  readonly objects: readonly KubernetesObject[];
  /** IPv4 range of the pods' addresses. */
  readonly podRange: string;
  readonly signal?: AbortSignal;
}

export interface Proof {
  /** Module and version of the engine that judged. */
  readonly engine: string;
  readonly policies: number;
  /** Declared flows. */
  readonly flows: number;
  /** Connections that the engine judged, each for all ports that no policy tells apart. */
  readonly judged: number;
  /** Empty if the policies let through what is declared, and nothing else. */
  readonly differences: readonly Difference[];
}

/**
 * Holds the network policies of a cluster to the declared flows, both ways: what is declared passes; whatever else
 * begins or ends in a namespace of the fleet is stopped at each of its ends, on any port of any protocol, also for pods
 * and addresses that nobody has thought of.
 *
 * It judges what the policies say, not what a node does with them. Out of its sight are: the first seconds of a pod's
 * life, until kube-router has written its rules; a node and the pods on its network, which reach the pods of that node
 * whatever a policy says (the kubelet's probes depend on it); whether an address is the caller's own, or that of a node
 * which hid it; connections that were open before a policy changed.
 *
 * @throws Error if a policy has a form that cannot be judged, or the engine fails
 */
export async function prove({ engine, declared, passages = [], objects, podRange, signal }: ProofArgs): Promise<Proof> {
  const manifests = withoutUnnamedOperators(manifestsOf(objects), declared);
  const arrivals = declared.map((flow) => arrivalOf(flow, manifests));
  const arriving = arrivals.flatMap((arrival) => ("port" in arrival ? [arrival] : []));
  const peers = peersOf(manifests, declared, podRange);
  const ports = portsOf(manifests, arriving);

  const connections = new Map<string, Connection & { readonly flow: Flow }>();
  const absent: Arrival[] = [];
  for (const { flow, port } of arriving) {
    const index = portIndex(
      ports.findIndex(({ first }) => first === port),
      flow.protocol,
    );
    const membersOf = (party: Party) => peers.flatMap((peer, number) => (isOf(peer, party) ? [number] : []));
    const sources = membersOf(flow.from);
    if (sources.length === 0) absent.push({ flow, lost: `no controller makes the pods of ${partyText(flow.from)}` });
    const targets = membersOf(flow.to);
    for (const from of sources) {
      for (const to of targets) connections.set(connectionKey(from, to, index), { from, to, port: index, flow });
    }
  }

  const wanted = [...connections.values()].map(({ from, to, port }) => ({ from, to, port }));
  const analysis = await analyze(engine, { policies: manifests.policies, peers, ports, declared: wanted }, signal);
  const verdicts = withoutPassages(analysis.verdicts, peers, ports, passages);
  const flows = new Map([...connections].map(([key, { flow }]) => [key, flow]));
  return {
    engine: analysis.engine,
    policies: manifests.policies.length,
    flows: declared.length,
    judged: analysis.judged,
    differences: [
      ...[...arrivals, ...absent].flatMap(lostFlow),
      ...unprotected(manifests),
      ...differencesOf({ verdicts }, peers, ports, flows),
    ],
  };
}

/** Pods of a chart that no flow names are judged like any other pod of their namespace, which is quicker. */
function withoutUnnamedOperators(manifests: Manifests, declared: readonly Flow[]): Manifests {
  const parties = declared.flatMap(({ from, to }) => [from, to]);
  const isNamed = ({ namespace, name }: PodGroup): boolean =>
    parties.some((party) => party.kind === "workload" && party.namespace === namespace && party.name === name);
  return { ...manifests, pods: manifests.pods.filter((pod) => pod.labels[INSTANCE] === undefined || isNamed(pod)) };
}

function lostFlow(arrival: Arrival): Difference[] {
  if (!("lost" in arrival)) return [];
  const { from, to, port, protocol, why } = arrival.flow;
  return [
    {
      kind: "blocked",
      from: [partyText(from)],
      to: [partyText(to)],
      ports: `${port}/${protocol}`,
      reason: `${why}; ${arrival.lost}`,
    },
  ];
}

/** Pods with their node's address: no policy selects them, so all is open to them. */
const unprotected = ({ pods }: Manifests): Difference[] =>
  pods
    .filter(({ hostNetwork, namespace }) => hostNetwork && isGoverned(namespace))
    .map(({ namespace, name }) => ({
      kind: "open",
      from: [`${namespace}/${name}`],
      to: ["everything"],
      ports: "every port",
      reason: "runs on its node's network, where no policy applies",
    }));
