import { autoscalerPlace } from "../../../components/workloads/cluster-autoscaler.ts";
import type { Complaint } from "../../problems.ts";
import { describeValue, oneOf } from "../../words.ts";
import { checkWith } from "./check.ts";

/** An autoscaler reaches its groups: by tokens that AWS can check, in the one region that it knows, and it is the only one. */
export const autoscaler = checkWith(
  ["workloads", "sites", "pools"],
  ["cluster"],
  function* ({ workloads, sites, pools, cluster }): Iterable<Complaint> {
    const autoscalers = Object.entries(workloads).filter(([, { kind }]) => kind === "cluster-autoscaler");
    for (const [index, [name, workload]] of autoscalers.entries()) {
      if (index > 0) {
        const got = `a second autoscaler beside ${autoscalers[0]?.[0]}`;
        yield { path: ["workloads", name], atKey: true, got, expected: "one of them: both would own the same groups" };
      }
      if (cluster !== undefined && cluster.issuer === undefined) {
        yield {
          path: ["workloads", name],
          atKey: true,
          got: "an autoscaler, and no cluster.issuer",
          expected: "the address at which AWS finds the keys of the cluster's tokens",
          fix: "write `cluster.issuer`, and publish the keys there; see docs/operations.md",
        };
      }
      const regions = Object.values(pools).flatMap(({ kind, site: key }) => {
        const site = sites[key];
        return kind === "aws" && site?.kind === "aws" ? [site.region] : [];
      });
      const { region: own } = autoscalerPlace(workload);
      if (regions.some((region) => region !== own)) {
        const expected = `${oneOf([...new Set(regions)])}, where the burst pools are`;
        yield { path: ["workloads", name, "region"], got: describeValue(own), expected };
      }
    }
  },
);
