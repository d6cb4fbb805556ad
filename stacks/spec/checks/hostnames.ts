import { runtimeOf, type WorkloadEntry } from "../../../components/workloads/facts.ts";
import { registry } from "../../../components/workloads/registry.ts";
import type { Complaint } from "../../problems.ts";
import { check } from "./check.ts";

/** A host name leads to one port. */
export const hostnames = check(["workloads"], function* ({ workloads }): Iterable<Complaint> {
  const owners = new Map<string, { readonly name: string; readonly kind: string; readonly port: string }>();
  for (const [name, { kind, hostnames: names = {} }] of Object.entries<WorkloadEntry>(workloads)) {
    for (const [port, host] of Object.entries(names)) {
      const owner = owners.get(host);
      if (owner === undefined) {
        owners.set(host, { name, kind, port });
        continue;
      }
      const files = [...new Set([owner.kind, kind].map(fileOf))].join(" and ");
      yield {
        path: ["workloads", name, "hostnames", port],
        got: `${host}, which leads to port ${owner.port} of workload ${owner.name}`,
        expected: "a host name of its own",
        fix: `choose another for one of the two; their ports stand in ${files}`,
      };
    }
  }
});

const fileOf = (wanted: string): string => registry.find(({ kind }) => kind === wanted)?.file ?? `kind ${wanted}`;

/** The gateway, to which the tunnel leads, runs in the cluster and reaches what runs there. */
export const hostnamesInCluster = check(["workloads", "pools"], function* ({ workloads, pools }): Iterable<Complaint> {
  for (const [name, { hostnames: names = {}, pool }] of Object.entries<WorkloadEntry>(workloads)) {
    if (pools[pool] === undefined || runtimeOf(pools[pool]) === "kubernetes") continue;
    for (const [port, host] of Object.entries(names)) {
      yield {
        path: ["workloads", name, "hostnames", port],
        got: `${host}, of a workload that runs on Docker Compose`,
        expected: "public names of workloads in k3s only",
        fix: "take the name out, as devices of the mesh reach the workload without it, or run it on a pool in k3s",
      };
    }
  }
});
