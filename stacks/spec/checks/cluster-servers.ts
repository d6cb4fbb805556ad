import type { Complaint } from "../../problems.ts";
import { allOf, count } from "../../words.ts";
import { ofKind } from "../of-kind.ts";
import { inCluster } from "../pools.ts";
import { check } from "./check.ts";

/** etcd needs a majority: one server has no redundancy, three survive the loss of one, and two survive none. */
const SERVER_COUNTS = [1, 3];

/** The k3s servers and their etcd: one or three nodes, together on one private network, apart from inference. */
export const clusterServers = check(["pools"], function* ({ pools }): Iterable<Complaint> {
  const servers = Object.entries(ofKind(pools, "hetzner"))
    .filter(([, pool]) => pool.cluster === "server")
    .map(([name, pool]) => ({ name, pool }));
  const nodes = servers.reduce((sum, { pool }) => sum + pool.nodes.length, 0);
  const [first] = servers;
  const wanted = Object.values(pools).some(inCluster);
  if (wanted && !SERVER_COUNTS.includes(nodes)) {
    yield {
      path: first === undefined ? ["pools"] : ["pools", first.name, "nodes"],
      got:
        nodes === 0
          ? "no pool with `cluster: server`"
          : `${count(nodes, "k3s server")} in ${allOf(servers.map(({ name }) => name))}`,
      expected: "1 or 3 k3s servers in the environment: etcd needs a majority",
    };
  }
  for (const { name, pool } of servers) {
    if (pool.role !== "operations") {
      yield {
        path: ["pools", name, "cluster"],
        got: `a k3s server on a pool of role ${pool.role}`,
        expected: "k3s servers on pools of role operations only",
        fix: "write `cluster: agent`, or `role: operations`",
      };
    }
    if (first !== undefined && pool.site !== first.pool.site) {
      yield {
        path: ["pools", name, "site"],
        got: `k3s servers on ${pool.site} beside those of pool ${first.name} on ${first.pool.site}`,
        expected: "all k3s servers on one site: etcd stays on one private network",
      };
    }
  }
});
