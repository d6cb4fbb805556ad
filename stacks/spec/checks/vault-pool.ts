import type { Complaint } from "../../problems.ts";
import { allOf } from "../../words.ts";
import { ofKind } from "../of-kind.ts";
import { inCluster } from "../pools.ts";
import { check } from "./check.ts";

/**
 * With a cluster exactly one pool carries Vault, without one at most one: Vault may be somebody else's then, or none at
 * all. Inference never shares its nodes.
 */
export const vaultPool = check(["pools"], function* ({ pools }): Iterable<Complaint> {
  const carriers = Object.entries(ofKind(pools, "hetzner")).filter(([, pool]) => pool.vault);
  const names = carriers.map(([name]) => name);
  if (carriers.length === 0 && Object.values(pools).some(inCluster)) {
    yield {
      path: ["pools"],
      atKey: true,
      got: "no pool that carries Vault",
      expected: "`vault: true` on exactly one Hetzner pool of role operations",
    };
  }
  for (const [name, pool] of carriers) {
    const path = ["pools", name, "vault"];
    if (carriers.length > 1)
      yield { path, got: `Vault on ${allOf(names)}`, expected: "`vault: true` on exactly one pool" };
    if (pool.role !== "operations") {
      yield { path, got: `Vault on a pool of role ${pool.role}`, expected: "Vault on a pool of role operations only" };
    }
  }
});
