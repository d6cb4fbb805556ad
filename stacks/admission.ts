/** What a new machine is told so that it can fetch its tokens from Vault, in the names of the script that does it. */
export interface AdmissionFacts {
  /** Address of Vault. */
  readonly vault: string;
  /** Mounts of the login and of the secrets. */
  readonly approle: string;
  readonly kv: string;
  readonly role_id: string;
  /** Token that opens the secret id once. */
  readonly wrapped: string;
  /** API of the server that a server joins; null for an agent and for the founder. */
  readonly join: string | null;
  /** In the order in which they are written. */
  readonly tokens: readonly { readonly file: string; readonly secret: string; readonly field: string }[];
}

export type K3sSecret = "server-token" | "agent-token" | "snapshots-env";

/** Path below the KV mount. Field `password` is what nodes prove themselves with, `token` the same with the authority's hash. */
export const k3sSecret = (environment: string, kind: K3sSecret): string => `${environment}/k3s/${kind}`;
