import { devicesOf } from "../../components/compute/gpu-profile.ts";
import { gpuProfileOf } from "../../components/workloads/facts.ts";
import type { EnvironmentLock } from "./lock.ts";
import type { Pool } from "./pools.ts";

/** What one machine of a pool has, as its vendor names it. */
export interface Machine {
  readonly memoryMiB: number;
  readonly cpu: number;
  /** As its device plugin offers them: the pool's profile counts. */
  readonly gpus: number;
  /** MIG instances by profile, likewise; left out where there are none. */
  readonly slices?: Readonly<Record<string, number>>;
  readonly diskGiB: number;
}

/**
 * Mebibytes that a node needs before its first pod: what the scheduler does not see. Figures at rest on small machines.
 */
const RESERVED_MIB = {
  /** Kernel, systemd, containerd, and what the hypervisor keeps of the nominal size; Debian 13 as installed. */
  system: 350,
  /** tailscaled with a handful of peers; about 40 MB resident. */
  mesh: 40,
  /** k3s agent (https://docs.k3s.io/reference/resource-profiling, "K3s agent", Intel 8375C). */
  clusterAgent: 275,
  /** k3s server with embedded etcd and a workload (same page, "K3s server with a workload"; 1596 with SQLite). */
  clusterServer: 1606,
  /**
   * dockerd (71) and its containerd (38), measured at rest: Debian's docker.io 20.10.24 without a container; and an
   * allowance of 50 for the shims of a dozen containers.
   */
  docker: 160,
  /** Coolify and what it brings along: the least that it asks for (https://coolify.io/docs/get-started/installation). */
  coolify: 2048,
  /** Vault with integrated storage: the request that HashiCorp's Helm chart suggests. */
  vault: 256,
} as const;

/**
 * The share of a disk that pods can not have: k3s starts the kubelet with `eviction-hard=nodefs.available<5%`
 * (k3s, pkg/daemons/agent).
 */
export const RESERVED_DISK_SHARE = 0.05;

const MIB_PER_GIB = 1024;

/** What a node of the pool keeps of its memory for the system, the mesh, k3s or Docker, Vault, and a GPU without its own. */
export function reservedMiB(pool: Pool): number {
  const part = pool.kind === "hetzner" ? pool.cluster : "agent";
  const outside = pool.kind === "hetzner" && pool.coolify ? RESERVED_MIB.coolify : RESERVED_MIB.docker;
  const cluster = { server: RESERVED_MIB.clusterServer, agent: RESERVED_MIB.clusterAgent, none: outside }[part];
  const vault = pool.kind === "hetzner" && pool.vault ? RESERVED_MIB.vault : 0;
  const gpu = pool.kind === "onprem" ? pool.hardware.gpu : undefined;
  const unified = gpu?.sharing === "unified" ? gpu.memoryGiB * MIB_PER_GIB : 0;
  return RESERVED_MIB.system + RESERVED_MIB.mesh + cluster + vault + unified;
}

/** What is left of a machine for pods. */
export interface Allocatable {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
  readonly gpus: number;
}

/** What a node of the pool offers to pods, whatever is on it; undefined if the lock does not say. */
export function allocatableOf(name: string, pool: Pool, lock: EnvironmentLock): Allocatable | undefined {
  const machine = machineOf(name, pool, lock);
  if (machine === undefined) return undefined;
  const { cpu, memoryMiB, gpus, diskGiB } = machine;
  return {
    cpu,
    memoryMiB: memoryMiB - reservedMiB(pool),
    ephemeralStorageMiB: Math.floor(diskGiB * MIB_PER_GIB * (1 - RESERVED_DISK_SHARE)),
    gpus,
  };
}

/** Each machine of a pool, of a burst pool the smallest; undefined if the lock does not say. */
export function machineOf(name: string, pool: Pool, lock: EnvironmentLock): Machine | undefined {
  if (pool.kind === "onprem") {
    const { memoryGiB, vcpu, gpu, diskGiB } = pool.hardware;
    const { gpus, slices } = devicesOf(gpu?.count ?? 0, gpuProfileOf(pool) ?? { kind: "whole" });
    const divided = Object.keys(slices).length === 0 ? {} : { slices };
    return { memoryMiB: memoryGiB * MIB_PER_GIB, cpu: vcpu, gpus, ...divided, diskGiB };
  }
  if (pool.kind === "external") return undefined;
  const locked = lock.pools[name];
  if (pool.kind === "hetzner") {
    if (locked?.kind !== "hetzner") return undefined;
    return { memoryMiB: locked.memoryGiB * MIB_PER_GIB, cpu: locked.vcpu, gpus: 0, diskGiB: locked.diskGiB };
  }
  if (locked?.kind !== "aws") return undefined;
  const [smallest] = locked.instanceTypes.toSorted((left, right) => left.memoryGiB - right.memoryGiB);
  if (smallest === undefined) return undefined;
  const { memoryGiB, vcpu, gpus } = smallest;
  return { memoryMiB: memoryGiB * MIB_PER_GIB, cpu: vcpu, gpus, diskGiB: pool.rootDiskGiB };
}
