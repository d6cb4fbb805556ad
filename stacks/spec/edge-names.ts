import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import type { WorkloadEntry } from "../../components/workloads/facts.ts";

/** Host names under which workloads publish a port, sorted. */
export const publicNames = (workloads: readonly { readonly entry: Pick<WorkloadEntry, "hostnames"> }[]): string[] =>
  workloads.flatMap(({ entry }) => Object.values(entry.hostnames ?? {})).toSorted();

/** A secret that the edge issues. */
interface IssuedSecret {
  readonly workload: string;
  readonly secret: string;
  readonly key: string;
}

/** Where the token of the tunnel is read. */
export const tokenTakers = (workloads: readonly Pick<PlannedWorkload, "name" | "workload">[]): IssuedSecret[] =>
  workloads.flatMap(({ name, workload }) =>
    Object.entries(workload.secrets ?? {}).flatMap(([secret, { issuer, keys }]) =>
      issuer === "edge" ? keys.map((key) => ({ workload: name, secret, key })) : [],
    ),
  );
