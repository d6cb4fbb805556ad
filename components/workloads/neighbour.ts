import { createHash } from "node:crypto";
import type { CatalogueModel, Egress, Handle, Member, Runtime } from "./contract.ts";
import type { RegisteredKind } from "./extensions.ts";
import { composeHost, runtimeOf, type WorkloadEntry, type WorkloadFacts } from "./facts.ts";

/** A workload before it is built. */
export interface Neighbour {
  readonly name: string;
  readonly entry: WorkloadEntry;
  readonly definition: RegisteredKind;
  readonly runtime: Runtime;
  /** Kubernetes namespace of its pods. */
  readonly namespace: string;
  /** Its host in the mesh, where Docker Compose runs it. */
  readonly meshHost: string | undefined;
  /** Host outside the fleet at which its ports answer; undefined for what the fleet runs. */
  readonly outside: string | undefined;
  /** Of an object store: where it takes copies of other workloads' volumes. */
  readonly backupBucket?: string;
  /** Its ports by name, as workloads of its own runtime and pool reach them. */
  readonly handles: Readonly<Record<string, Handle>>;
  /** Names of the catalogue's models that it serves. */
  readonly serves: readonly string[];
  /** Hosts outside the fleet that its definition declares. */
  readonly egress: readonly Egress[];
}

/** Namespace of a team in the cluster. */
export const namespaceOf = (team: string): string => `team-${team}`;

/** Namespace of agents that look after their node, whichever team pays for them. */
export const NODE_AGENTS = "splitfleet-nodes";

export function neighbourOf(
  name: string,
  entry: WorkloadEntry,
  definition: RegisteredKind,
  facts: WorkloadFacts,
  catalogue: Readonly<Record<string, CatalogueModel>>,
): Neighbour {
  const runtime = runtimeOf(facts.pools[entry.pool]);
  const own = {
    name,
    entry,
    definition,
    runtime,
    namespace: definition.nodeAgent === true ? NODE_AGENTS : namespaceOf(entry.team),
    meshHost: runtime === "compose" ? composeHost(facts, entry.pool) : undefined,
    outside: definition.outside(entry),
    ...(definition.backupBucket === undefined ? {} : { backupBucket: definition.backupBucket(entry) }),
    handles: {},
    serves: definition.serves(entry),
    egress: definition.egress(entry, catalogue),
  };
  return { ...own, handles: handlesOf(own) };
}

/** The workload's ports by name. @param viewer Who wants to reach them; one of its own pool unless given. */
export const handlesOf = (target: Neighbour, viewer: Neighbour = target): Record<string, Handle> =>
  Object.fromEntries(Object.keys(target.definition.ports).map((port) => [port, handleOf(target, port, viewer)]));

/** One port as a viewer reaches it. @throws Error if the kind has no such port. */
export function handleOf(target: Neighbour, portName: string, viewer: Neighbour = target): Handle {
  const { name, entry, definition, namespace, meshHost, outside, backupBucket } = target;
  const declared = definition.ports[portName];
  if (declared === undefined) throw new Error(`kind ${definition.kind} has no port ${portName}`);
  const { protocol = "TCP", scheme = "http", credentials, perConsumer } = declared;
  const consumer = viewer.name === name ? undefined : viewer.name;
  const port = perConsumer === true && consumer !== undefined ? consumerPort(consumer) : declared.port;
  const near = meshHost === undefined ? `${name}.${namespace}.svc.cluster.local` : name;
  const host = outside ?? (meshHost === undefined || viewer.entry.pool === entry.pool ? near : meshHost);
  const secret =
    typeof credentials === "object" && consumer !== undefined ? `${credentials.perConsumer}-${consumer}` : credentials;
  return {
    workload: name,
    team: entry.team,
    namespace,
    port,
    protocol,
    host,
    url: `${scheme}://${host}:${port}`,
    ...(typeof secret === "string" ? { credentials: secret } : {}),
    ...(outside === undefined ? {} : { outside: true }),
    ...(backupBucket === undefined ? {} : { backupBucket }),
  };
}

const FIRST_CONSUMER_PORT = 20_000;
const CONSUMER_PORTS = 10_000;

/** Port that a consumer has to itself; from its name, so that others may come and go. */
export const consumerPort = (consumer: string): number =>
  FIRST_CONSUMER_PORT + (createHash("sha256").update(consumer).digest().readUInt32BE() % CONSUMER_PORTS);

/**
 * What others may know of it before it is built.
 *
 * @param needs What its own needs came to.
 */
export function memberOf(target: Neighbour, viewer: Neighbour, needs: readonly (Handle | undefined)[]): Member {
  const { name, entry, definition } = target;
  const { metrics, alerts = [], panels = [], indicators = [] } = definition;
  const { kind, team, pool, dataClass, hostnames = {} } = entry;
  return {
    name,
    kind,
    team,
    pool,
    runtime: target.runtime,
    dataClass,
    handles: handlesOf(target, viewer),
    metrics: metrics === undefined ? undefined : { ...metrics, handle: handleOf(target, metrics.port, viewer) },
    alerts,
    panels,
    indicators,
    egress: [
      ...target.egress,
      ...needs.flatMap((need) =>
        need?.outside === true ? [{ host: need.host, port: need.port, purpose: `its need for ${need.workload}` }] : [],
      ),
    ],
    published: Object.entries(hostnames).map(([port, hostname]) => ({
      hostname,
      handle: handleOf(target, port, viewer),
    })),
  };
}
