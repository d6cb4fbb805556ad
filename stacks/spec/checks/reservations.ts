/**
 * Mebibytes that a node needs before its first pod: what the scheduler does not see. Figures at rest on small machines.
 */
export const RESERVED_MIB = {
  /** Kernel, systemd, containerd, and what the hypervisor keeps of the nominal size; Debian 13 as installed. */
  system: 350,
  /** tailscaled with a handful of peers; about 40 MB resident. */
  mesh: 40,
  /** k3s agent (https://docs.k3s.io/reference/resource-profiling, "K3s agent", Intel 8375C). */
  clusterAgent: 275,
  /** k3s server with embedded etcd and a workload (same page, "K3s server with a workload"; 1596 with SQLite). */
  clusterServer: 1606,
  /** Vault with integrated storage: the request that HashiCorp's Helm chart suggests. */
  vault: 256,
} as const;
