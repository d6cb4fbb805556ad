import { bad, boundary, changed, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { isTrue, placeIn } from "../values.ts";
import { nodeConfigOf, nodeExample } from "./node-config.ts";
import { SERVER } from "./user-data.ts";

export const stateIsBackedUp = resourceRule({
  id: "security/state-is-backed-up",
  title: "Servers that keep the cluster's state have backups",
  why:
    "A k3s server holds etcd, and in this fleet often Vault as well. Without them every other node is a machine " +
    "that nobody can log in to.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set `backups: true` on the pool; it adds a fifth to the server's price.",
  source:
    "https://docs.hetzner.com/cloud/servers/backups-snapshots/overview/; https://docs.k3s.io/datastore/backup-restore",
  types: [SERVER],
  examples: [
    good("a k3s server with backups", nodeExample()),
    bad("a k3s server without", changed(nodeExample(), "backups", false), "backups"),
    boundary("nothing said, which is without", changed(nodeExample(), "backups", undefined), "backups"),
    boundary("an agent, which keeps nothing", changed(nodeExample("", "", "agent"), "backups", false)),
    unknown("a flag that `up` decides", changed(nodeExample(), "backups", UNKNOWN), "backups"),
  ],

  *inspect(row) {
    const node = nodeConfigOf(row);
    if (node === undefined || node === UNKNOWN || node.k3sRole !== "server") return;
    yield* demand(placeIn(row, "backups"), {
      isMet: isTrue,
      limit: "true",
      message: `${row.name} keeps the cluster's state and has no backup.`,
    });
  },
});
