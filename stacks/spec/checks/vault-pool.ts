import type { Complaint } from "../../problems.ts";
import { allOf } from "../../words.ts";
import { ofKind } from "../of-kind.ts";
import { check } from "./check.ts";

/** Exactly one pool carries Vault, and inference never shares its nodes. */
export const vaultPool = check(["pools"], function* ({ pools }): Iterable<Complaint> {
  const carriers = Object.entries(ofKind(pools, "hetzner")).filter(([, pool]) => pool.vault);
  const names = carriers.map(([name]) => name);
  if (carriers.length === 0) {
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
