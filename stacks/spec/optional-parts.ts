import type { EnvironmentSpec } from "./environment.ts";

/** An environment with the sections that Vault needs. */
export type VaultSpec = EnvironmentSpec & { readonly secrets: NonNullable<EnvironmentSpec["secrets"]> };

/** An environment with the sections that k3s needs; its pods have their secrets from Vault. */
export type ClusterSpec = VaultSpec & { readonly cluster: NonNullable<EnvironmentSpec["cluster"]> };

export const hasVault = (spec: EnvironmentSpec): spec is VaultSpec => spec.secrets !== undefined;

export const hasCluster = (spec: EnvironmentSpec): spec is ClusterSpec => hasVault(spec) && spec.cluster !== undefined;

/** The environment's cluster, for what makes no sense without one. @throws Error naming the environment. */
export function clusterOf(spec: EnvironmentSpec): ClusterSpec["cluster"] {
  if (spec.cluster !== undefined) return spec.cluster;
  throw new Error(`${spec.environment.name} has no Kubernetes cluster: no \`cluster\` section, and no pool in k3s`);
}
