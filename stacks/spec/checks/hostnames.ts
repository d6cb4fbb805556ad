import type { WorkloadEntry } from "../../../components/workloads/facts.ts";
import type { Complaint } from "../../problems.ts";
import { check } from "./check.ts";

/** A host name leads to one port. */
export const hostnames = check(["workloads"], function* ({ workloads }): Iterable<Complaint> {
  const owners = new Map<string, string>();
  for (const [name, { hostnames: names = {} }] of Object.entries<WorkloadEntry>(workloads)) {
    for (const [port, host] of Object.entries(names)) {
      const owner = owners.get(host);
      if (owner === undefined) owners.set(host, `port ${port} of workload ${name}`);
      else
        yield {
          path: ["workloads", name, "hostnames", port],
          got: `${host}, which leads to ${owner}`,
          expected: "a host name of its own",
        };
    }
  }
});
