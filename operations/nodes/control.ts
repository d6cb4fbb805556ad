/** What runs on a node, as it says itself; absent where the node does not run it or can not be asked. */
export interface NodeVersions {
  /** Such as `v1.36.2+k3s1`. */
  readonly k3s?: string;
  readonly tailscale?: string;
  readonly vault?: string;
  /** Such as `debian-13`. */
  readonly os?: string;
}

/** One node that exists, whether or not a pool still has it. */
export interface NodeState {
  /** Host name, in the cluster and in the mesh. */
  readonly name: string;
  readonly pool: string;
  readonly provider: "hetzner" | "onprem" | "aws";
  /** Its part in k3s; `compose` outside the cluster. */
  readonly role: "server" | "agent" | "compose";
  readonly ready: boolean;
  /** Takes no new pods. False outside the cluster. */
  readonly cordoned: boolean;
  readonly versions: NodeVersions;
  /** Hash of the node bundle that was applied last; undefined before the first. */
  readonly bundle: string | undefined;
  readonly etcdMember: boolean;
  /** What its cloud or its owner calls the machine, such as an instance id; a replacement has another one. */
  readonly machine: string;
}

export interface EtcdMember {
  /** Host name of its server. */
  readonly node: string;
  readonly healthy: boolean;
}

/** Data on a node's own disk, which goes with the node. */
export interface LocalVolume {
  /** Name of the workload. */
  readonly workload: string;
  readonly volume: string;
  /** Hours between two backups; undefined where none is made. */
  readonly backupHours: number | undefined;
}

/** `waiting` for its token, or out of reach. */
export type AdmissionState = "admitted" | "waiting" | "unreachable";

export interface AdmitOptions {
  /** A running server that it joins; without one, a new server would found a second cluster. */
  readonly server: string | undefined;
  /** It founds the cluster: none was there before. @default false */
  readonly founds?: boolean;
}

/** A disruption budget that allows no eviction of one of a node's pods now. */
export interface BlockedBudget {
  /** `namespace/name`. */
  readonly budget: string;
  readonly pod: string;
}

/**
 * All that an operation asks of running nodes and their cluster. Every method may be repeated: what is done already is
 * not an error. Names are host names. Each throws {@link NodeControlError} where it can not be done, and names what to
 * do about it.
 */
export interface NodeControl {
  /** Every node that exists, in order of pool and name. */
  nodes(): Promise<readonly NodeState[]>;
  cordon(node: string): Promise<void>;
  uncordon(node: string): Promise<void>;
  /**
   * Evicts every pod that is no DaemonSet's, so that disruption budgets hold.
   *
   * @returns `namespace/name` of the pods that did not leave in time
   */
  drain(node: string, options: { readonly graceSeconds: number }): Promise<readonly string[]>;
  /** Members of the cluster's etcd; none without a cluster. */
  etcdMembers(): Promise<readonly EtcdMember[]>;
  removeEtcdMember(node: string): Promise<void>;
  /** What is lost with the node's disk. */
  localVolumes(node: string): Promise<readonly LocalVolume[]>;
  /** Budgets that would keep a drain from its end. */
  blockedBudgets(node: string): Promise<readonly BlockedBudget[]>;
  /** Removes the Node object, and with it the password that k3s holds for the name. */
  deleteNode(node: string): Promise<void>;
  deleteMeshDevice(node: string): Promise<void>;
  /** Ends k3s or Docker on the machine, for good: what is removed from the cluster must not join it again by itself. */
  stop(node: string): Promise<void>;
  /** Whether nodes of the cluster have got what they join it with. Asks the machines alone, before there is an API server. */
  admissions(nodes: readonly string[]): Promise<ReadonlyMap<string, AdmissionState>>;
  /** Gives a new machine what it joins the cluster with. */
  admit(node: string, options: AdmitOptions): Promise<void>;
  /** Waits until a server's API is ready. @returns SHA-256 of the cluster's own authority, as k3s pins it in its tokens */
  clusterAuthority(server: string): Promise<string>;
  /** Ends a machine of a burst pool, by its instance id; its group launches another. */
  terminateInstance(pool: string, instance: string): Promise<void>;
  /** @param options.not The machine before it, which does not count. */
  waitReady(node: string, options: { readonly timeoutSeconds: number; readonly not?: string }): Promise<void>;
  /**
   * Waits for a node of a pool that has a machine of its own.
   *
   * @param options.besides Machines that were there before.
   * @returns its name
   */
  waitSuccessor(
    pool: string,
    options: { readonly timeoutSeconds: number; readonly besides: readonly string[] },
  ): Promise<string>;
}

/** A node or its cluster did not do as asked. The message names node, step and what to do. */
export class NodeControlError extends Error {
  override readonly name = "NodeControlError";
  /** The message says it all. */
  readonly hideStack = true;
}
