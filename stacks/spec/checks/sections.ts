import type { Complaint } from "../../problems.ts";
import { inCluster } from "../pools.ts";
import { checkWith } from "./check.ts";

/** Sections that only some environments need are there where they are needed, and only there. */
export const neededSections = checkWith(
  ["pools", "absent"],
  ["cluster"],
  function* ({ pools, absent, cluster }): Iterable<Complaint> {
    const members = Object.entries(pools).filter(([, pool]) => inCluster(pool));
    const carrier = Object.entries(pools).find(([, pool]) => pool.kind === "hetzner" && pool.vault);
    const [member] = members;
    if (member !== undefined && absent.includes("cluster")) {
      yield {
        path: ["pools", member[0]],
        atKey: true,
        got: "a pool in k3s, and no section `cluster`",
        expected: "the release of k3s under splitfleet:cluster",
        fix: "add the section, or write `cluster: none` on a Hetzner pool that runs Docker Compose",
      };
    }
    if (member === undefined && cluster !== undefined) {
      yield {
        path: ["cluster"],
        atKey: true,
        got: "a cluster that no pool is in",
        expected: "no section `cluster`, or a pool in k3s",
        fix: "remove the section",
      };
    }
    const needsVault = carrier ?? member;
    if (needsVault !== undefined && absent.includes("secrets")) {
      yield {
        path: ["pools", needsVault[0]],
        atKey: true,
        got: `${needsVault === carrier ? "a pool that carries Vault" : "a pool in k3s"}, and no section \`secrets\``,
        expected: "Vault's address and release under splitfleet:secrets",
        fix: "add the section",
      };
    }
  },
);
