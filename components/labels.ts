/** Who pays for a resource, where it runs and what it may hold. Stamped on everything that can carry a label. */
export interface Allocation {
  readonly environment: string;
  readonly team: string;
  readonly dataClass: string;
  readonly pool?: string;
  readonly workload?: string;
}

/** As `splitfleet/…` labels, valid for Hetzner, AWS tags and Kubernetes alike. */
export function labelsOf({ environment, team, dataClass, pool, workload }: Allocation): Record<string, string> {
  return {
    "splitfleet/environment": environment,
    "splitfleet/team": team,
    "splitfleet/data-class": dataClass,
    ...(pool === undefined ? {} : { "splitfleet/pool": pool }),
    ...(workload === undefined ? {} : { "splitfleet/workload": workload }),
  };
}
