import type { SecretReference } from "./ports.ts";

/** How often a probe asks, and after how many failures in a row it has failed. */
interface Timing {
  readonly periodSeconds: number;
  readonly failureThreshold: number;
  /** Of one try; 1 unless stated. */
  readonly timeoutSeconds?: number;
}

/** An HTTP GET that must be answered with 200 to 399. */
export interface HttpProbe extends Timing {
  readonly path: string;
  readonly port: number;
}

/** A command within the container that must end with 0. */
export interface CommandProbe extends Timing {
  readonly command: readonly string[];
}

/** A port that must take a connection. */
export interface TcpProbe extends Timing {
  readonly tcpPort: number;
}

export type Probe = HttpProbe | CommandProbe | TcpProbe;

/** How a container ends. */
export interface Lifecycle {
  /** From the request to stop until the kill: as long as the longest piece of work that must be finished. */
  readonly graceSeconds: number;
  /** Part of the grace in which it serves on, because not everybody knows yet that it is going. */
  readonly drainSeconds?: number;
}

export interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | SecretReference>>;
  /** Cores. */
  readonly cpu: { readonly request: number; readonly limit?: number };
  /** Mebibytes; request and limit are equal unless a higher limit is stated. */
  readonly memoryMiB: { readonly request: number; readonly limit?: number };
  readonly gpus?: number;
  /** Profile of MIG instances such as `1g.10gb`, if `gpus` counts those and not whole GPUs. */
  readonly gpuSlice?: string;
  /** Shared memory at `/dev/shm` beyond the runtime's 64 MiB; counts as memory. */
  readonly sharedMemoryMiB?: number;
  /** `startup` gives a slow start its grace; `liveness` never fires before it has passed. */
  readonly probes?: { readonly startup?: Probe; readonly readiness: Probe; readonly liveness: Probe };
  /** Left out, it has 30 seconds and drains none. */
  readonly lifecycle?: Lifecycle;
  /**
   * Directories that must be writable although the root file system is not. What `prepare` leaves in one, the containers
   * that name it as well find there.
   */
  readonly scratch?: readonly string[];
  /** Capability of root that it keeps; in agents of a node only. */
  readonly capability?: "SYS_ADMIN";
  /** User id the image runs as; 0 in agents of a node only. */
  readonly user: number;
}
