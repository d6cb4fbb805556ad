import type { z } from "zod";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { demand, noParameters } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import type { Rule } from "../rule.ts";
import { isTrue, placeIn } from "../values.ts";
import { CONFIGURATION, configurationExample, nodeConfigOf, nodeExample, serverExample } from "./node-config.ts";
import { SERVER } from "./user-data.ts";

export const stateIsBackedUp: Rule<z.output<typeof noParameters>> = {
  id: "security/state-is-backed-up",
  title: "Servers that keep the cluster's state have backups",
  why:
    "A k3s server holds etcd, and in this fleet often Vault as well. Without them every other node is a machine " +
    "that nobody can log in to.",
  severity: "high",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "fail",
  fix: "Set `backups: true` on the pool; it adds a fifth to the server's price.",
  source:
    "https://docs.hetzner.com/cloud/servers/backups-snapshots/overview/; https://docs.k3s.io/datastore/backup-restore",
  examples: [
    good("a k3s server with backups", nodeExample()),
    bad("a k3s server without", changed(nodeExample(), "backups", false), "backups"),
    boundary("nothing said, which is without", changed(nodeExample(), "backups", undefined), "backups"),
    boundary("an agent, which keeps nothing", changed(nodeExample("", "", "agent"), "backups", false)),
    bad(
      "a k3s server without, configured over the mesh",
      [changed(serverExample(), "backups", false), configurationExample()],
      "backups",
    ),
    boundary("an agent, configured over the mesh", [
      changed(serverExample(), "backups", false),
      configurationExample("", "", "agent"),
    ]),
    unknown("a flag that `up` decides", changed(nodeExample(), "backups", UNKNOWN), "backups"),
  ],

  *check(rows) {
    const configurations = new Map(rows.filter(({ type }) => type === CONFIGURATION).map((row) => [row.parent, row]));
    for (const row of rows) {
      if (row.type !== SERVER || ![row, configurations.get(row.parent)].some(isServer)) continue;
      for (const fault of demand(placeIn(row, "backups"), {
        isMet: isTrue,
        limit: "true",
        message: `${row.name} keeps the cluster's state and has no backup.`,
      }))
        yield { urn: row.urn, ...fault };
    }
  },
};

function isServer(row: Row | undefined): boolean {
  const node = row === undefined ? undefined : nodeConfigOf(row);
  return node !== undefined && node !== UNKNOWN && node.k3sRole === "server";
}
