/** A value as the engine sees it; what is not known before `up` is the one string {@link UNKNOWN}. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** The engine's sentinel for a value that is only known after the resource above it exists. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * One resource of the plan, normalised: what rules and prices look at, whether it came from the recorder, the policy
 * pack or an exported state. `urn`, `type` and `parent` equal the engine's. Secrets in `inputs` are unwrapped, with
 * their places listed in `secretPaths`; reports never print a value at such a path.
 */
export interface Row {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The parent's URN; empty for the stack itself and for providers at the root. */
  readonly parent: string;
  /** False for components. */
  readonly custom: boolean;
  /** The URN of the explicit provider, without its id; empty for components and providers. */
  readonly provider: string;
  readonly inputs: { readonly [key: string]: Value };
  /** `splitfleet/…` labels wherever the type keeps them (labels, tags, metadata.labels), without the prefix. */
  readonly labels: Labels;
  /** Property paths such as `spec.template.spec.containers[0].env[1].value`. */
  readonly secretPaths: readonly string[];
  readonly unknownPaths: readonly string[];
}

/** The label keys that cost allocation, placement and privacy rules read. */
export const LABELS = ["environment", "team", "workload", "pool", "data-class"] as const;
export type Labels = { readonly [key in (typeof LABELS)[number]]?: string };
