import { shareOf } from "../../../components/cluster/queues.ts";
import { gpuProfileOf } from "../../../components/workloads/facts.ts";
import type { Complaint } from "../../problems.ts";
import { allOf, count } from "../../words.ts";
import { queuedPools, roomOf } from "../queues.ts";
import { check, unknownName } from "./check.ts";

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** What teams have reserved is there: pools that exist, whole GPUs, no pool given away twice, nothing above a team's quota. */
export const reservedShares = check(
  ["teams", "pools", "lock"],
  function* ({ teams, pools, lock }): Iterable<Complaint> {
    for (const [team, { shares, quota }] of Object.entries(teams)) {
      for (const [name, share] of Object.entries(shares)) {
        const path = ["teams", team, "shares", name];
        const pool = pools[name];
        if (pool === undefined) {
          yield { ...unknownName(path, name, "pool", Object.keys(pools)), atKey: true };
          continue;
        }
        if (gpuProfileOf(pool)?.kind === "mig") {
          yield {
            path,
            atKey: true,
            got: "a share of a pool that divides its GPUs, and queues count no MIG instances",
            expected: "a pool with whole GPUs or slices of their time",
            fix: "remove the share: quotas of teams limit MIG instances, or share the GPUs in another way",
          };
          continue;
        }
        const room = roomOf(name, pool, lock);
        if (room === undefined) continue;
        const { gpus } = shareOf(room, share);
        if (!Number.isInteger(gpus)) {
          yield {
            path,
            got: `${share}, which is ${gpus} of the pool's ${count(room.gpus, "GPU")}`,
            expected: `a share that gives whole GPUs, such as ${Math.max(1, Math.round(gpus)) / room.gpus}`,
          };
        } else if (gpus > quota.gpus) {
          yield {
            path,
            got: `${share}, which is ${count(gpus, "GPU")}, while the team's quota allows ${quota.gpus}`,
            expected: `at most the team's quota`,
            fix: `raise teams.${team}.quota.gpus, or reserve less`,
          };
        }
      }
    }
    for (const name of queuedPools(teams)) {
      const owners = Object.entries(teams).filter(([, { shares }]) => shares[name] !== undefined);
      const total = owners.reduce((sum, [, { shares }]) => sum + (shares[name] ?? 0), 0);
      const [last] = owners.at(-1) ?? [];
      if (total <= 1 + Number.EPSILON * owners.length || last === undefined) continue;
      const parts = allOf(owners.map(([team, { shares }]) => `${team} ${percent(shares[name] ?? 0)}`));
      yield {
        path: ["teams", last, "shares", name],
        got: `${percent(total)} of pool ${name} reserved: ${parts}`,
        expected: "shares of one pool that add up to 1 at most",
      };
    }
  },
);
