import * as pulumi from "@pulumi/pulumi";
import type * as vault from "@pulumi/vault";
import { MESH_RANGE } from "../../components/mesh/range.ts";
import { accountOf } from "../../components/runtime/kubernetes/account.ts";
import { secretPath, secretsOf, vaultRole } from "../../components/runtime/kubernetes/secrets.ts";
import { serverId } from "../../components/compute/node-config/bundle/burst.ts";
import { VaultAccess } from "../../components/secrets/vault-access.ts";
import { VaultEngines } from "../../components/secrets/vault-engines.ts";
import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import { k3sSecret } from "../admission.ts";
import { hasCluster, type VaultSpec } from "../spec/optional-parts.ts";
import { burstLogin } from "./nodes.ts";
import type { FleetNodes } from "./pools.ts";

/** Where an environment's engines are, for operations that write to them. */
export { mountsOf } from "../../components/secrets/vault-engines.ts";

/** Engines, and one reader for each kind of node and each workload that has secrets. */
export function createSecrets(
  spec: VaultSpec,
  planned: readonly PlannedWorkload[],
  nodes: FleetNodes,
  provider: vault.Provider,
): VaultEngines {
  const environment = spec.environment.name;
  const opts: pulumi.ComponentResourceOptions = {
    providers: [provider],
    ...(nodes.vaultPool === undefined ? {} : { dependsOn: [nodes.vaultPool], deletedWith: nodes.vaultPool }),
  };
  const { address, mount } = spec.secrets.vault;
  const engines = new VaultEngines("vault", { mount, serverId: serverId(address) }, opts);
  const { mounts } = engines;
  const withEngines = pulumi.mergeOptions(opts, { dependsOn: [engines] });

  // Nodes log in over the mesh and from nowhere else.
  const nodeLogin = { method: "approle", boundRanges: [MESH_RANGE] } as const;
  const agentToken = k3sSecret(environment, "agent-token");
  if (hasCluster(spec)) {
    const snapshotKeys = spec.cluster.snapshots === undefined ? [] : [k3sSecret(environment, "snapshots-env")];
    new VaultAccess(
      `${environment}-k3s-server`,
      { mounts, reads: [k3sSecret(environment, "server-token"), agentToken, ...snapshotKeys], login: nodeLogin },
      withEngines,
    );
    new VaultAccess(`${environment}-k3s-agent`, { mounts, reads: [agentToken], login: nodeLogin }, withEngines);
  }
  for (const [pool, roleArn] of Object.entries(nodes.burstRoles)) {
    new VaultAccess(
      burstLogin(spec, pool),
      { mounts, reads: [agentToken], login: { method: "aws", roleArn } },
      withEngines,
    );
  }
  for (const workload of planned.filter(({ runtime }) => runtime === "kubernetes")) {
    const { name, namespace } = workload;
    const secrets = secretsOf(workload);
    if (secrets.length === 0) continue;
    const reads = secrets.map(({ owner, secret }) => secretPath(environment, owner, secret));
    const login = { method: "kubernetes", namespace, serviceAccount: accountOf(workload) } as const;
    new VaultAccess(vaultRole(environment, name), { mounts, reads, login }, withEngines);
  }
  return engines;
}
