import type { GpuProfile } from "../compute/gpu-profile.ts";
import type { CatalogueModel, Runtime, Targets } from "./contract.ts";

/** One entry of the environment's `workloads` section; the kind's own fields stand beside these. */
export interface WorkloadEntry {
  readonly kind: string;
  readonly team: string;
  readonly pool: string;
  readonly dataClass: string;
  /** Which workload to take for a need, where there are several. */
  readonly needs?: Readonly<Record<string, string | undefined>>;
  /** Under which name the world reaches each public port. */
  readonly hostnames?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A pool as far as workloads depend on it. */
interface PoolFacts {
  readonly kind: string;
  /** Of Hetzner pools: the nodes' part in k3s. */
  readonly cluster?: string;
  readonly nodes?: unknown;
  /** Of on-prem pools. */
  readonly hardware?: { readonly gpu?: GpuFacts | undefined };
}

interface GpuFacts {
  readonly sharing: GpuProfile["kind"];
  readonly replicas?: number | undefined;
  readonly instances?: Readonly<Record<string, number>> | undefined;
}

/** A model of the catalogue as the environment file has it; see {@link CatalogueModel}. */
type ModelFacts = Omit<CatalogueModel, "name" | "fallbacks" | "weightsGiB" | "contextKiBPerToken" | "endpoint"> & {
  readonly fallbacks?: readonly string[];
  readonly weightsGiB?: number;
  readonly contextKiBPerToken?: number;
  /** Of models on rented servers: the `external` pool. */
  readonly pool?: string | undefined;
};

interface BudgetFacts {
  readonly expected?: { readonly monthlyEuros?: number | undefined } | undefined;
}

/** The parts of an environment and its lock that workloads are built from. */
export interface WorkloadFacts {
  readonly environment: { readonly name: string; readonly purpose: string };
  readonly mesh: { readonly tailnet: string };
  readonly pools: Readonly<Record<string, PoolFacts & { readonly endpoint?: string; readonly provider?: string }>>;
  readonly workloads: Readonly<Record<string, WorkloadEntry>>;
  readonly models: Readonly<Record<string, ModelFacts>>;
  readonly targets?: Targets;
  readonly budget: {
    readonly environment?: BudgetFacts;
    readonly teams?: Readonly<Record<string, BudgetFacts>> | undefined;
  };
}

/** How pods share the GPUs of a pool's nodes; undefined where they have none. */
export function gpuProfileOf(pool: PoolFacts | undefined): GpuProfile | undefined {
  if (pool?.kind === "aws") return { kind: "whole" };
  if (pool?.hardware?.gpu === undefined) return undefined;
  const { sharing, replicas = 1, instances = {} } = pool.hardware.gpu;
  if (sharing === "time-slicing") return { kind: sharing, replicas };
  return sharing === "mig" ? { kind: sharing, instances } : { kind: sharing };
}

/** What runs the workloads of a pool: Docker Compose on servers that are not in the cluster. */
export const runtimeOf = (pool: PoolFacts | undefined): Runtime =>
  pool?.kind === "hetzner" && pool.cluster === "none" ? "compose" : "kubernetes";

/** Name in the mesh of the one node of a pool that runs Docker Compose. */
export function composeHost({ environment, mesh, pools }: WorkloadFacts, pool: string): string {
  const nodes: unknown = pools[pool]?.nodes;
  const number: unknown = Array.isArray(nodes) ? nodes[0] : undefined;
  return `${environment.name}-${pool}-${String(number)}.${mesh.tailnet}`;
}

/** The catalogue by name. */
export function catalogueOf({
  models,
  pools,
}: Pick<WorkloadFacts, "models" | "pools">): Record<string, CatalogueModel> {
  return Object.fromEntries(
    Object.entries(models).map(([name, { pool, fallbacks = [], weightsGiB = 0, contextKiBPerToken = 0, ...model }]) => [
      name,
      {
        ...model,
        name,
        fallbacks,
        weightsGiB,
        contextKiBPerToken,
        ...(pool === undefined ? {} : { endpoint: pools[pool]?.endpoint, provider: pools[pool]?.provider }),
      },
    ]),
  );
}
