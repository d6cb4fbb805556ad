import {
  createEdgeProviders,
  createKubernetesProvider,
  createProviders,
  createVaultProvider,
} from "../components/providers.ts";
import { planWorkloads } from "../components/workloads/plan.ts";
import { createCluster } from "./layers/cluster.ts";
import { createComposeProjects, type ProvidedSecrets, standIn } from "./layers/compose.ts";
import { createEdge } from "./layers/edge.ts";
import { createGuardrails } from "./layers/guardrails.ts";
import { createNetworks } from "./layers/networks.ts";
import { createPools, type FleetNodes } from "./layers/pools.ts";
import { createSecrets } from "./layers/secrets.ts";
import { createWorkloads } from "./layers/workloads.ts";
import { apiServerUrl } from "./layers/nodes.ts";
import { running } from "./mode.ts";
import type { EnvironmentSpec } from "./spec/environment.ts";
import type { Mode } from "./spec/identity.ts";
import type { EnvironmentLock } from "./spec/lock.ts";
import { ofKind } from "./spec/of-kind.ts";
import { hasCluster, hasVault } from "./spec/optional-parts.ts";

export interface FleetOutputs {
  readonly environment: string;
  /** How much of it runs; see `environment.mode`. */
  readonly mode: Mode;
  /** Addresses by node. */
  readonly nodes: FleetNodes["addresses"];
  /** Where to reach what the fleet serves: Vault and the API server as mesh devices call them, workloads as pods do. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Auto Scaling groups by burst pool. */
  readonly burstGroups: FleetNodes["burstGroups"];
}

/**
 * One environment, from the network up: networks, nodes, secret engines, namespaces, workloads, edge. Decides everything from
 * `whole` and `lock`, which are plain values, so the plan knows every resource before the first one exists.
 *
 * @param provided Secrets of nodes outside the cluster that somebody else issues; stand-ins unless given.
 */
export function fleet(
  whole: EnvironmentSpec,
  lock: EnvironmentLock,
  provided: ProvidedSecrets = standIn,
): FleetOutputs {
  const { spec, planned } = running({ spec: whole, planned: planWorkloads(whole, lock.images) });
  const providers = createProviders(
    Object.fromEntries(Object.entries(ofKind(spec.sites, "aws")).map(([name, { region }]) => [name, region])),
  );

  const networks = createNetworks(spec, lock, providers);
  const nodes = createPools(spec, lock, networks, providers);
  const vault = hasVault(spec) ? createVaultProvider(spec.secrets.vault) : undefined;
  const secrets = hasVault(spec) && vault !== undefined ? createSecrets(spec, planned, nodes, vault) : undefined;
  if (hasCluster(spec) && secrets !== undefined) {
    const provider = createKubernetesProvider(spec.environment.name);
    const inCluster = planned.filter(({ runtime }) => runtime === "kubernetes");
    const cluster = createCluster(spec, lock, inCluster, nodes, provider);
    createWorkloads(spec, inCluster, { secrets, cluster, nodes }, provider);
  }
  createComposeProjects(spec, planned, { providers, nodes, provided });
  if (spec.edge !== undefined && secrets !== undefined && vault !== undefined) {
    const environment = spec.environment.name;
    createEdge(spec.edge, planned, { environment, secrets, nodes }, { ...createEdgeProviders(), vault });
  }
  createGuardrails(spec, providers);

  return {
    environment: spec.environment.name,
    mode: spec.environment.mode,
    nodes: nodes.addresses,
    endpoints: {
      ...(hasCluster(spec) ? { kubernetes: apiServerUrl(spec, "mesh") } : {}),
      ...(spec.secrets === undefined ? {} : { vault: spec.secrets.vault.address }),
      ...Object.fromEntries(
        planned.flatMap(({ name, definition, handles }) =>
          Object.entries(handles)
            .filter(([port]) => definition.ports[port]?.audience === "mesh")
            .map(([port, { url }]) => [`${name}.${port}`, url]),
        ),
      ),
    },
    burstGroups: nodes.burstGroups,
  };
}
