/** What a node's bundle installs by version. */
export const BINARIES = ["k3s", "vault", "tailscale"] as const;
export type Binary = (typeof BINARIES)[number];

/** Packages of the operating system that wait on a node. */
export interface SystemUpdates {
  readonly packages: number;
  /** Whether what is installed already takes effect only after a restart. */
  readonly restart: boolean;
}

export interface VaultMember {
  /** Host name. */
  readonly node: string;
  readonly active: boolean;
  readonly sealed: boolean;
}

/** A copy of etcd as k3s makes it. */
export interface EtcdSnapshot {
  readonly name: string;
  /** Environment whose bucket folder it is in. */
  readonly environment: string;
  /** ISO time. */
  readonly takenAt: string;
  /** Version of k3s that took it, such as `v1.36.2+k3s1`; undefined where that is not recorded. */
  readonly k3s: string | undefined;
}

/**
 * What `upgrade` and `restore` ask of nodes beyond `NodeControl`. Every method may be repeated; names are host names. Each
 * throws NodeControlError where it can not be done, with the node's own words.
 */
export interface Maintenance {
  /**
   * Puts a version of a binary, which the node's bundle has to name, in the place of the one that runs and waits until the
   * node is healthy by itself. One that does not become healthy goes back before this throws.
   */
  install(node: string, release: { readonly component: Binary; readonly version: string }): Promise<void>;
  updates(node: string): Promise<SystemUpdates>;
  /** Installs what waits and restarts the machine where it has to be. */
  updateSystem(node: string): Promise<void>;
  /** None without Vault. */
  vaultMembers(): Promise<readonly VaultMember[]>;
  /** Hands Vault's lead to another member. */
  stepDown(node: string): Promise<void>;
  /** Newest first; none without a cluster. */
  snapshots(): Promise<readonly EtcdSnapshot[]>;
  /** One of this name that exists already is kept. */
  takeSnapshot(node: string, name: string): Promise<void>;
  /** Ends k3s on a server until it is started again; its data stays. */
  stopServer(node: string): Promise<void>;
  /**
   * Makes a stopped server the only member of etcd, with the data of a snapshot.
   *
   * @param restore.token The server token of the snapshot's day; it goes to the node by standard input alone.
   */
  resetTo(node: string, restore: { readonly snapshot: string; readonly token: string }): Promise<void>;
  /** Removes what a stopped server knows of etcd, so that it joins as a new member. */
  removeData(node: string): Promise<void>;
  /** @param start.token What it joins with, or holds to from now on; as above. */
  startServer(node: string, start: { readonly token: string }): Promise<void>;
}
