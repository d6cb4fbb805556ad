/**
 * Who may reach a port, beside the workloads that declare a need for it and the workload's own jobs, which always may:
 *
 * - `cluster`: nobody.
 * - `mesh`: people of the tailnet, where the node publishes it on its mesh address, as Docker Compose does. In a cluster the
 *   network policy lets the mesh's range in, and nothing announces pods to the mesh.
 * - `public`: everybody, under the host name that the entry gives in `hostnames`, and through the edge only: to the
 *   network policy the edge is a workload that declares a need.
 * - `admin`: operators, by `kubectl port-forward`, which comes from the node itself and passes no network policy.
 */
export type Audience = "cluster" | "mesh" | "public" | "admin";

export interface Port {
  readonly port: number;
  readonly audience: Audience;
  readonly protocol?: "TCP" | "UDP";
  /** What is spoken on it, as the scheme of its address; `http` unless stated. */
  readonly scheme?: string;
  /**
   * Name of the workload's secret that callers log in with; see {@link credential}. With `perConsumer` each consumer has
   * a secret of its own, `<perConsumer>-<consumer>`, and the definition declares one for each of `context.consumers`.
   */
  readonly credentials?: string | { readonly perConsumer: string };
  /**
   * True if each consumer has a port of its own, from 20000 up, so that the network policy tells consumers apart:
   * `context.consumers` has their numbers, and `port` itself is closed.
   */
  readonly perConsumer?: true;
}

/** One port of a workload as another one reaches it. Created by the plan, never by hand. */
export interface Handle {
  readonly workload: string;
  readonly team: string;
  /** Namespace of the workload's pods. */
  readonly namespace: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  /** Host name within the fleet. */
  readonly host: string;
  /** `scheme://host:port`. */
  readonly url: string;
  /** Name of the secret that callers log in with. */
  readonly credentials?: string;
  /** True where the host is outside the fleet: reached through the egress proxy, as egress is. */
  readonly outside?: true;
  /** Where backups go, in a store that takes them. */
  readonly backupBucket?: string;
}

/** A secret that Vault issues. `key` is the field within the secret at `<mount>/<environment>/<workload>/<name>`. */
export interface SecretDeclaration {
  /**
   * How it is rotated: `generated` by us on schedule, `provided` by an outside party, `immutable` for a key that must
   * never change.
   */
  readonly class: "generated" | "provided" | "immutable";
  readonly keys: readonly string[];
  /** `edge` for the token of the tunnel: a provided secret that the environment's edge issues, where it has one. */
  readonly issuer?: "edge";
  /** Those of the keys that are no secret, such as a user name, with their value. */
  readonly fixed?: Readonly<Record<string, string>>;
}

export interface SecretReference {
  readonly secret: string;
  readonly key: string;
  /** The workload that declares the secret, if it is another one; made by {@link credential}. */
  readonly workload?: string;
}

/** A key of the secret that callers of a port log in with. @throws Error if there is none. */
export function credential({ workload, port, credentials }: Handle, key: string): SecretReference {
  if (credentials === undefined) throw new Error(`port ${port} of workload ${workload} names no \`credentials\``);
  return { workload, secret: credentials, key };
}

/** Name of the Kubernetes secret that the operator keeps equal to Vault's. */
export const secretName = (workload: string, secret: string): string => `${workload}-${secret}`;

/** The same for what a reference of the workload means: the secret of another workload has a copy of its own. */
export const referredName = (workload: string, { workload: owner, secret }: SecretReference): string =>
  secretName(workload, owner === undefined ? secret : `${owner}-${secret}`);
