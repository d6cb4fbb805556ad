import { type PlannedWorkload, planWorkloads } from "../components/workloads/plan.ts";
import type { Environment, ResolvedEnvironment } from "./environment-file.ts";
import type { EnvironmentSpec } from "./spec/environment.ts";
import { type Mode, MODES } from "./spec/identity.ts";

/** Says to the program which mode counts, whatever the environment file says. */
export const MODE_VARIABLE = "SPLITFLEET_MODE";

/** The same environment in another mode, for one run of plan or engine. */
export const inMode = (environment: Environment, mode: Mode): Environment => ({
  ...environment,
  spec: withMode(environment.spec, mode),
  variables: { ...environment.variables, [MODE_VARIABLE]: mode },
});

/**
 * The mode that a run was asked for, or else the file's.
 *
 * @throws Error for a word that is no mode.
 */
export function askedMode(spec: EnvironmentSpec, asked: string | undefined): EnvironmentSpec {
  if (asked === undefined) return spec;
  const mode = MODES.find((each) => each === asked);
  if (mode === undefined) throw new Error(`${MODE_VARIABLE} is ${asked}; expected one of ${MODES.join(", ")}`);
  return withMode(spec, mode);
}

const withMode = (spec: EnvironmentSpec, mode: Mode): EnvironmentSpec => ({
  ...spec,
  environment: { ...spec.environment, mode },
});

/** The environment as it runs in its mode: pools that sleep have no node. */
export const asRunning = <E extends ResolvedEnvironment>(environment: E): E => {
  const { spec, lock } = environment;
  return { ...environment, spec: running({ spec, planned: planWorkloads(spec, lock.images) }).spec };
};

interface Planned {
  readonly spec: EnvironmentSpec;
  readonly planned: readonly PlannedWorkload[];
}

/**
 * What of an environment runs in its mode. Asleep or braked, whatever scales stands at its floor; Kueue's queues are
 * held by {@link holdsRuns}. Asleep, pools that keep nothing have no node, and what stood on them no pod. Volumes,
 * secrets, networks, protected servers and those of Vault, of k3s and of Docker Compose are as they were.
 */
export function running({ spec, planned }: Planned): Planned {
  const { mode } = spec.environment;
  if (mode === "awake") return { spec, planned };
  const sleeping = mode === "asleep" ? sleepingPools({ spec, planned }) : new Set<string>();
  const pools = Object.entries(spec.pools).map(([name, pool]) => {
    if (!sleeping.has(name)) return [name, pool] as const;
    if (pool.kind === "hetzner") return [name, { ...pool, nodes: [] }] as const;
    return [name, pool.kind === "aws" ? { ...pool, maximum: 0 } : pool] as const;
  });
  return {
    spec: { ...spec, pools: Object.fromEntries(pools) },
    planned: planned.map((own) => atFloor(own, sleeping.has(own.entry.pool))),
  };
}

/** Whether Kueue starts no run and stops those that it has admitted. */
export const holdsRuns = ({ environment }: Pick<EnvironmentSpec, "environment">): boolean =>
  environment.mode !== "awake";

/** Pools that can go and come back with nothing lost: burst pools, and agents of k3s on which nothing is kept. */
function sleepingPools({ spec, planned }: Planned): ReadonlySet<string> {
  const keeping = new Set(planned.filter(({ workload }) => keepsData(workload)).map(({ entry }) => entry.pool));
  const names = Object.entries(spec.pools).flatMap(([name, pool]) => {
    if (pool.kind === "aws") return [name];
    if (pool.kind !== "hetzner" || pool.cluster !== "agent" || pool.vault || pool.protect) return [];
    return keeping.has(name) ? [] : [name];
  });
  return new Set(names);
}

/** Volumes that are kept stand on the disk of their node. */
const keepsData = ({ form, volumes = {} }: PlannedWorkload["workload"]): boolean =>
  form === "operated" ? Object.keys(volumes).length > 0 : Object.values(volumes).some(({ keep }) => keep);

function atFloor(own: PlannedWorkload, isAsleep: boolean): PlannedWorkload {
  const { workload } = own;
  if (workload.form !== undefined && workload.form !== "service") return own;
  const floor = typeof workload.replicas === "number" ? workload.replicas : workload.replicas.minimum;
  return { ...own, workload: { ...workload, replicas: isAsleep ? 0 : floor } };
}
