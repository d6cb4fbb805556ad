/** The layers of an environment, the lowest first: one file in `stacks/layers` each. */
export const LAYERS = [
  "networks",
  "pools",
  "guardrails",
  "secrets",
  "cluster",
  "workloads",
  "compose",
  "edge",
] as const;
export type Layer = (typeof LAYERS)[number];

/** What of a layer stands at the top of the program. */
const COMPONENTS: Readonly<Record<Layer, readonly string[]>> = {
  networks: ["splitfleet:network:PrivateNetwork", "splitfleet:network:NodeFirewall", "splitfleet:network:BurstNetwork"],
  pools: [
    "splitfleet:compute:HetznerPool",
    "splitfleet:compute:OnpremPool",
    "splitfleet:compute:BurstPool",
    "splitfleet:compute:ExternalPool",
    "splitfleet:cluster:AutoscalerIdentity",
  ],
  guardrails: ["splitfleet:guardrails:AwsBudget"],
  secrets: ["splitfleet:secrets:VaultEngines", "splitfleet:secrets:VaultAccess"],
  cluster: [
    "splitfleet:cluster:PriorityClasses",
    "splitfleet:cluster:TenantNamespace",
    "splitfleet:cluster:Operator",
    "splitfleet:cluster:Queues",
  ],
  workloads: ["splitfleet:runtime:KubernetesWorkload"],
  compose: ["splitfleet:secrets:GeneratedSecrets", "splitfleet:runtime:ComposeProject"],
  edge: [
    "splitfleet:edge:Zone",
    "splitfleet:edge:StaticSite",
    "splitfleet:edge:Tunnel",
    "splitfleet:secrets:StoredSecret",
  ],
};

const STANDS_ON: Readonly<Record<Layer, readonly Layer[]>> = {
  networks: [],
  pools: ["networks"],
  guardrails: [],
  secrets: ["networks", "pools"],
  cluster: ["networks", "pools", "secrets"],
  workloads: ["networks", "pools", "secrets", "cluster"],
  compose: ["networks", "pools"],
  edge: ["networks", "pools", "secrets"],
};

/** What exists before Vault and the cluster answer, and needs neither: all that the clouds themselves make. */
export const FOUNDATION: readonly Layer[] = ["networks", "pools", "guardrails"];

/** Every layer that the given one can not do without. */
export const foundationOf = (layer: Layer): readonly Layer[] => STANDS_ON[layer];

const layerOfComponent = new Map(LAYERS.flatMap((layer) => COMPONENTS[layer].map((type) => [type, layer] as const)));

/**
 * The layer of a resource. Its URN begins with the types of its ancestors, so that the state of a stack is enough.
 *
 * @returns Undefined for the stack, for providers, and for a component that no layer makes any more.
 */
export function layerOf(urn: string): Layer | undefined {
  const [, , types = ""] = urn.split("::");
  return layerOfComponent.get(types.split("$")[0] ?? "");
}
