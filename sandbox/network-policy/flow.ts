export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Who may stand at an end of a declared connection. */
export type Party =
  /** The pods of one controller, by the controller's name. */
  | { readonly kind: "workload"; readonly namespace: string; readonly name: string }
  /** Every pod of a namespace, whatever it is. */
  | { readonly kind: "namespace"; readonly namespace: string }
  /** Whoever has an IPv4 address of the range and of none of the excepted ones, and is not a pod. */
  | { readonly kind: "addresses"; readonly range: string; readonly except?: readonly string[] };

/** One kind of connection that somebody declared. */
export interface Flow {
  readonly from: Party;
  readonly to: Party;
  /** As the caller dials it: a service's port where there is a service in between. */
  readonly port: number;
  readonly protocol: Protocol;
  /** True where the caller dials the pods' own addresses. */
  readonly direct?: true;
  /** What declares it, for people. */
  readonly why: string;
}
