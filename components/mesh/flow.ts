/**
 * One kind of connection over the mesh. Both ends are selectors of the policy file: a tag, a group, `autogroup:member`
 * for people's own devices, or a range of addresses that nodes announce.
 */
export interface MeshFlow {
  readonly from: string;
  readonly to: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** A clause: why it must be possible. */
  readonly why: string;
}

/** Nodes of one pool in the mesh. */
export interface MeshPool {
  readonly tag: string;
  /** Set where each node announces its private address, out of this range. */
  readonly announced?: { readonly range: string; readonly addresses: Readonly<Record<string, string>> };
}

/** What the tailnet's policy has to know of an environment. */
export interface MeshEnvironment {
  readonly name: string;
  /** People who look after it, as the tailnet names them. */
  readonly operators: readonly string[];
  readonly pools: readonly MeshPool[];
  readonly flows: readonly MeshFlow[];
}

/** People's own devices, all of them. */
export const PEOPLE = "autogroup:member";
